/**
 * Boosted trees for the turnover of a week: the median, and quantiles for the range.
 *
 * The median and not the mean, as it is the median that has the least absolute error; over a week it adds up to less
 * than the mean does.
 */
import type { BoosterContext } from '../../models/lightgbm/booster.ts';
import type { BoosterOptions } from '../../models/lightgbm/params.ts';
import type { Feature } from '../features/feature.ts';
import { fitBoostedRows } from '../models/boosted-rows.ts';
import type { BoostedRows } from '../models/boosted-rows.ts';
import { DAY, HOURLY, WEEK } from './hourly-features.ts';
import type { HourlyTurnover } from './hourly-features.ts';
import { meantCalendar } from './meant-calendar.ts';
import { hasOrders, sameHourMeans } from './same-hour-means.ts';

/** Of the lower end of the range, the prediction, and the upper end: the range is to hold 80 %. */
const QUANTILES = { minimum: 0.1, prediction: 0.5, maximum: 0.9 } as const;

/** Weeks 200 to 219 decided on these; they differ little there. */
const FEATURES: readonly Feature[] = [meantCalendar, sameHourMeans([4, 8, 26])];
const OPTIONS: BoosterOptions = {
  boosting: 'gbdt',
  extraTrees: false,
  numLeaves: 15,
  maxDepth: null,
  learningRate: 0.08,
  numIterations: 100,
  earlyStoppingRounds: null,
  minDataInLeaf: 20,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  featureFraction: 1,
  featureFractionBynode: 1,
  baggingFraction: 1,
  baggingFreq: 0,
  lambdaL1: 0,
  lambdaL2: 0,
  pathSmooth: 0,
  maxBin: 255,
};

/** Each of shape (WEEK), at least 0. */
export interface WeekForecast {
  readonly prediction: Float64Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/** @param history - Up to the midnight at which the week begins. */
export async function forecastWeekBoosted(
  history: HourlyTurnover,
  context: Omit<BoosterContext, 'onRound'>,
): Promise<WeekForecast> {
  const { train, ahead } = collectRows(history);
  const forecast = async (alpha: number): Promise<Float64Array> => {
    const predict = await fitBoostedRows(train, { name: 'quantile', alpha }, OPTIONS, context);
    return (await predict(ahead)).map((value) => Math.max(0, value));
  };
  const [minimum, prediction, maximum] = [
    await forecast(QUANTILES.minimum),
    await forecast(QUANTILES.prediction),
    await forecast(QUANTILES.maximum),
  ];
  // each quantile has trees of its own, which may cross
  return {
    prediction,
    minimum: minimum.map((value, i) => Math.min(value, prediction[i])),
    maximum: maximum.map((value, i) => Math.max(value, prediction[i])),
  };
}

const NAMES = FEATURES.flatMap(({ names }) => names);

/** Rows of the days that have orders and days like them before, and those of the week to come. */
function collectRows({ start, cashIn }: HourlyTurnover): {
  readonly train: BoostedRows;
  readonly ahead: Float32Array;
} {
  const n = cashIn.length;
  const y = new Float64Array(n + WEEK).fill(NaN);
  y.set(cashIn);
  const series = { freq: HOURLY, start, y, exogenous: new Map<string, Float64Array>() };
  const columns = FEATURES.flatMap((feature) => {
    const own = feature.names.map(() => new Float64Array(y.length));
    feature.fill(series, 0, own, 0);
    return own;
  });
  const rowsOf = (places: readonly number[]): Float32Array =>
    Float32Array.from(places.flatMap((t) => columns.map((column) => column[t])));
  const dayOf = (t: number): number => t - ((start + t) % DAY);
  const known = Array.from(cashIn.keys()).filter(
    (t) => dayOf(t) >= 0 && hasOrders(y, dayOf(t)) && columns.every((column) => !isNaN(column[t])),
  );
  return {
    train: {
      names: NAMES,
      features: rowsOf(known),
      targets: Float32Array.from(known, (t) => cashIn[t]),
      weights: null,
    },
    ahead: rowsOf(Array.from({ length: WEEK }, (_, i) => n + i)),
  };
}
