/** ets: exponential smoothing, its form chosen by the corrected information criterion of Akaike. */
import type { ForecastOptions } from '../model.ts';
import { fitEts } from './ets-fit.ts';
import type { FittedEts } from './ets-fit.ts';
import { forecastSmoothed } from './exponential-smoothing.ts';
import type { EtsForm } from './exponential-smoothing.ts';
import { defineLocalModel } from './local-model.ts';
import { addSeason, adjustSeason } from './seasonal-adjustment.ts';

/** Longer seasons have more states than a history can tell: they are taken out before. */
const MAX_SEASON = 24;
/** Level, its share and the variance, and one to spare for the criterion. */
const MIN_LENGTH = 5;

export const ets = defineLocalModel({
  name: 'ets',
  summary:
    'Exponential smoothing: error, trend (none, additive, damped) and season (none, additive, multiplicative) chosen by AICc; seasons over 24 steps are adjusted for (Hyndman and Khandakar 2008, doi:10.18637/jss.v027.i03)',
  minLength: () => MIN_LENGTH,
  async forecast(y, options) {
    if (options.seasonLength <= MAX_SEASON) return await forecastBest(y, options);
    const season = adjustSeason(y, options.seasonLength);
    const ahead = await forecastBest(season.adjusted, { ...options, seasonLength: 1 });
    return addSeason(ahead, season);
  },
});

async function forecastBest(
  y: Float64Array,
  { h, seasonLength }: ForecastOptions,
): Promise<Float64Array> {
  if (y.every((value) => value === y[0])) return new Float64Array(h).fill(y[0]);
  let best: FittedEts | null = null;
  for (const form of formsOf(y, seasonLength)) {
    const fitted = await fitEts(y, form, form.season === 'none' ? 1 : seasonLength);
    if (best === null || fitted.aicc < best.aicc) best = fitted;
  }
  const { form, values, states } = best!;
  return forecastSmoothed(form, values, states, h);
}

/** Those that R's forecast tries: additive errors go with no multiplicative season, whose variance is infinite. */
function formsOf(y: Float64Array, seasonLength: number): EtsForm[] {
  const isPositive = y.every((value) => value > 0);
  const isSeasonal = seasonLength > 1 && y.length >= 2 * seasonLength;
  const errors = isPositive ? (['additive', 'multiplicative'] as const) : (['additive'] as const);
  const seasons = isSeasonal
    ? (['none', 'additive', 'multiplicative'] as const)
    : (['none'] as const);
  return errors.flatMap((error) =>
    (['none', 'additive', 'damped'] as const).flatMap((trend) =>
      seasons
        .filter((season) => season !== 'multiplicative' || error === 'multiplicative')
        .map((season) => ({ error, trend, season })),
    ),
  );
}
