/**
 * Weekly values that stand out of all weeks of the same vegetable.
 *
 * Only what is too much is an outlier: a typing error of a digit too many, a box counted in grams.
 */

/**
 * - `standard`: above mean + threshold × standard deviation of all values, the tested one included. Among n
 *   values none lies more than (n − 1)/√n deviations from the mean, so at 5 fewer than 27 values never tag any.
 * - `leave_one_out`: above mean + threshold × standard deviation of all other values.
 * - `robust`: above median + threshold × deviation of all values, the deviation estimated by 1.4826 × the median
 *   of absolute differences from the median; where that is 0, by 1.2533 × their mean (Iglewicz and Hoaglin 1993).
 *
 * Standard deviations are those of samples (n − 1).
 */
export const OUTLIER_METHODS = ['standard', 'leave_one_out', 'robust'] as const;
export type OutlierMethod = (typeof OUTLIER_METHODS)[number];

export interface OutlierRule {
  readonly method: OutlierMethod;
  /** Deviations above which a value is an outlier. */
  readonly threshold: number;
}

export const DEFAULT_OUTLIER_RULE: OutlierRule = { method: 'standard', threshold: 5 };

/** Of normal values, deviation over the median and over the mean of absolute differences. */
const MAD_SCALE = 1.482602218505602;
const MEAN_AD_SCALE = 1.2533141373155001;

/**
 * Which of the values stand out; as many as there are values, in their order.
 *
 * @param values - Finite numbers. Fewer than three values (two, for `standard`) hold no outlier.
 */
export function tagOutliers(values: readonly number[], rule: OutlierRule): boolean[] {
  if (values.length < 3) return values.map(() => false);
  // values that are all the same must have a deviation of exactly 0
  const least = values.reduce((a, b) => Math.min(a, b));
  const shifted = values.map((value) => value - least);
  return TAGGERS[rule.method](shifted, rule.threshold);
}

const TAGGERS: Readonly<
  Record<OutlierMethod, (values: readonly number[], threshold: number) => boolean[]>
> = { standard: tagStandard, leave_one_out: tagLeaveOneOut, robust: tagRobust };

function tagStandard(values: readonly number[], threshold: number): boolean[] {
  const { mean, deviation } = summarize(values);
  return values.map((value) => value > mean + threshold * deviation);
}

function tagLeaveOneOut(values: readonly number[], threshold: number): boolean[] {
  const tags = values.map(() => false);
  const descending = values.map((_, i) => i).toSorted((a, b) => values[b] - values[a]);
  for (const i of descending) {
    const others = summarize(values.toSpliced(i, 1));
    // a smaller value lies no further above its others
    if (values[i] <= others.mean + threshold * others.deviation) break;
    tags[i] = true;
  }
  return tags;
}

function tagRobust(values: readonly number[], threshold: number): boolean[] {
  const center = median(values);
  const differences = values.map((value) => Math.abs(value - center));
  const mad = median(differences);
  const deviation = mad > 0 ? MAD_SCALE * mad : MEAN_AD_SCALE * summarize(differences).mean;
  return values.map((value) => value > center + threshold * deviation);
}

function summarize(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
