/**
 * Conformal intervals: as wide on both sides of a forecast as the errors of cross-validation were, step by step
 * ahead.
 *
 * Where the errors to come are exchangeable with those seen, an interval of level 80 holds what comes at least 80
 * times in a hundred. Errors of one series depend on each other, so coverage is measured, not promised.
 *
 * @see Lei et al. (2018), Journal of the American Statistical Association 113(523), 1094-1111,
 *   doi:10.1080/01621459.2017.1307116; Stankeviciute, Alaa and van der Schaar (2021), NeurIPS 34
 */
import { StageError } from '../errors.ts';
import { seriesOf } from './panel.ts';
import type { Panel } from './panel.ts';
import { scaleOf } from './models/scale.ts';
import type { Window } from './cross-validation.ts';

export interface Interval {
  /** In percent. */
  readonly level: number;
  /** Shape (nSeries × h), as the forecast. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** Absolute errors of cross-validation over the spread of their history, ascending, for each step ahead. */
export interface ConformalScores {
  readonly h: number;
  /** Shape (h), each of as many as the windows have series together. */
  readonly byStep: readonly Float64Array[];
}

/**
 * Errors of all series together, each over the spread (standard deviation) of its own history: a series alone has
 * too few windows for a quantile.
 *
 * @param windows - One at least.
 */
export function scoreConformal(windows: readonly Window[]): ConformalScores {
  const h = windows[0].actual.length / windows[0].history.ids.length;
  const spreads = windows.map(({ history }) => spreadsOf(history));
  const byStep = Array.from({ length: h }, (_, step) => {
    const scores = windows.flatMap(({ actual, forecast }, w) =>
      Array.from(spreads[w], (spread, i) => {
        const at = i * h + step;
        return Math.abs(actual[at] - forecast[at]) / spread;
      }),
    );
    return Float64Array.from(scores).sort();
  });
  return { h, byStep };
}

/**
 * @param history - What the forecast was made from.
 * @param level - In percent, above 0 and below 100.
 * @returns One interval for each level, in order.
 * @throws StageError E_PARAMS when there are too few errors for a level: n of them reach up to 100 n / (n + 1).
 */
export function conformalIntervals(
  forecast: Float64Array,
  history: Panel,
  { h, byStep }: ConformalScores,
  level: readonly number[],
): Interval[] {
  const spreads = spreadsOf(history);
  return level.map((percent) => {
    const widths = byStep.map((scores) => quantileOf(scores, percent));
    const bound = (side: 1 | -1): Float64Array =>
      forecast.map((value, at) => value + side * widths[at % h] * spreads[Math.floor(at / h)]);
    return { level: percent, lo: bound(-1), hi: bound(1) };
  });
}

/** Share of what came that lies in the interval, ends included: in all, and for each step ahead. */
export function measureCoverage(
  { lo, hi }: Interval,
  actual: Float64Array,
  h: number,
): { readonly all: number; readonly byStep: readonly number[] } {
  const isInside = (at: number): number => (actual[at] >= lo[at] && actual[at] <= hi[at] ? 1 : 0);
  const counts = new Float64Array(h);
  for (let at = 0; at < actual.length; at++) counts[at % h] += isInside(at);
  const nSeries = actual.length / h;
  return {
    all: counts.reduce((sum, count) => sum + count, 0) / actual.length,
    byStep: Array.from(counts, (count) => count / nSeries),
  };
}

/** The smallest score that ceil((n + 1) × level) of n + 1 exchangeable ones do not exceed. */
function quantileOf(scores: Float64Array, percent: number): number {
  const n = scores.length;
  // 1e-9: that 0.8 × 10 is 8 and not more
  const rank = Math.ceil(((n + 1) * percent) / 100 - 1e-9);
  if (rank <= n) return scores[rank - 1];
  const most = maxLevelOf(n);
  throw new StageError(
    'E_PARAMS',
    `level must be at most ${most} with ${n} errors a step; got ${percent}`,
    {
      hint: 'raise n_windows, or lower the level',
    },
  );
}

/** The highest level that there are errors enough for, in whole percent. */
export function maxLevel({ byStep }: ConformalScores): number {
  return Math.min(...byStep.map(({ length }) => maxLevelOf(length)));
}

function maxLevelOf(n: number): number {
  return Math.floor((100 * n) / (n + 1));
}

function spreadsOf(history: Panel): Float64Array {
  return Float64Array.from(history.ids, (_, i) => scaleOf(seriesOf(history, i).y).spread);
}
