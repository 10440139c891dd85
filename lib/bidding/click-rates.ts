/** How often each ad is clicked, smoothed so that an ad seldom shown is near all others. */

export interface ClickRates {
  /** Share of clicks in all impressions: the rate of an ad never shown. */
  readonly base: number;
  readonly byAd: ReadonlyMap<number, number>;
}

/**
 * Additive smoothing towards the base rate: (clicks + strength × base) / (impressions + strength).
 *
 * @param adIds - The ad of each impression.
 * @param clicked - 1 where it was clicked, else 0; shape (length of adIds, at least 1).
 * @param strength - Impressions at the base rate that are added to each ad, above 0.
 */
export function fitClickRates(
  adIds: ArrayLike<number>,
  clicked: ArrayLike<number>,
  strength: number,
): ClickRates {
  const counts = new Map<number, { impressions: number; clicks: number }>();
  let nClicks = 0;
  for (let i = 0; i < adIds.length; i++) {
    const count = counts.get(adIds[i]) ?? { impressions: 0, clicks: 0 };
    count.impressions++;
    count.clicks += clicked[i];
    nClicks += clicked[i];
    counts.set(adIds[i], count);
  }
  const base = nClicks / adIds.length;
  const byAd = [...counts].map(([adId, { impressions, clicks }]) => {
    return [adId, (clicks + strength * base) / (impressions + strength)] as const;
  });
  return { base, byAd: new Map(byAd) };
}

/**
 * The probability of a click, told the ad: its odds times those of the ad's rate over those of the base rate.
 *
 * @param probability - Of a click on any ad, in [0, 1].
 * @returns In [0, 1]; the same where all or none were clicked, or the ad was never shown.
 */
export function withAd(probability: number, adId: number, { base, byAd }: ClickRates): number {
  const rate = byAd.get(adId) ?? base;
  if (rate === base || base === 0 || base === 1) return probability;
  const ratio = (rate / (1 - rate)) * ((1 - base) / base);
  return (probability * ratio) / (probability * ratio + 1 - probability);
}
