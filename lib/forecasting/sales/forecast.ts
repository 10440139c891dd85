/** A sales forecast: a model of the registry on the features of a configuration, its intervals and scores. */
import { StageError, listExamples } from '../../errors.ts';
import { PAST_FEATURES } from './features/past-sales.ts';
import type { ParameterEstimate } from './models/model.ts';
import { SALES_MODELS } from './models/registry.ts';
import { listTrainingRows } from './models/training-rows.ts';
import { availableStock } from './features/stock.ts';
import { scorePredictions } from './score.ts';
import type { Scores } from './score.ts';
import type { SalesParams } from './sales-params.ts';
import { N_LAGS } from './world.ts';
import type { SalesWorld } from './world.ts';

/** Arrays of shape (nItems, nMonths). */
export interface SalesForecast {
  /** One month ahead; NaN before the first month that can be predicted. */
  readonly predictions: Float64Array;
  /** Ends of the interval of `level`; shares of the predictions that months before `startTest` kept to. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** Number of the first month of the test. */
  readonly startTest: number;
  readonly parameters: readonly ParameterEstimate[];
  /** On the months from `startTest` on whose sales are known; null: there is none. */
  readonly scores: Scores | null;
  /** The same of y(M-12). */
  readonly seasonalNaive: Scores | null;
  /** Share of those months whose sales the interval holds; null: there is none. */
  readonly coverage: number | null;
}

export type ForecastOptions = Pick<
  SalesParams,
  'startTest' | 'model' | 'features' | 'alpha' | 'cleanHistory' | 'level'
>;

/**
 * @throws StageError E_PARAMS when a feature lacks its data, `startTest` is no month of the sales or leaves
 *   too few before it; E_DATA when sales are missing before the month that is predicted last.
 */
export function forecastSales(world: SalesWorld, options: ForecastOptions): SalesForecast {
  const { features, level } = options;
  const startTest = findStart(world, options);
  const model = SALES_MODELS[options.model];
  if (model.takesFeatures) assertFeatures(world, options);
  const { walk, parameters } = model.fit(world, { ...options, startTest });
  const { predictions } = walk;
  assertPredictable(world, predictions, startTest);
  const available = features.includes('stock') ? availableStock(world) : null;
  const rows = listTrainingRows(world, available, startTest);
  const ratios = Float64Array.from(rows, (at) => world.sales[at] / predictions[at]).sort();
  const [low, high] = [(1 - level) / 2, (1 + level) / 2].map((share) => quantile(ratios, share));
  const lo = predictions.map((value) => value * Math.min(low, 1));
  const hi = predictions.map((value, at) =>
    Math.max(value, Math.min(value * Math.max(high, 1), available?.[at] ?? Infinity)),
  );
  const naive = SALES_MODELS.SameMonthLastYearSales.fit(world, { ...options, startTest });
  return {
    predictions,
    lo,
    hi,
    startTest,
    parameters,
    scores: scorePredictions(world, predictions, startTest),
    seasonalNaive: scorePredictions(world, naive.walk.predictions, startTest),
    coverage: coverageOf(world, lo, hi, startTest),
  };
}

function findStart({ months }: SalesWorld, { startTest }: ForecastOptions): number {
  const start = months.indexOf(startTest);
  if (start > N_LAGS) return start;
  const first = months[N_LAGS + 1] ?? 'none';
  throw new StageError(
    'E_PARAMS',
    `forecast.start_test must be the first day of a month from ${first} to ${months.at(-1)}; got ${startTest}`,
    { hint: `the equations look back ${N_LAGS} months, and one more must be left to learn from` },
  );
}

function assertFeatures(world: SalesWorld, { model, features }: ForecastOptions): void {
  const sources = {
    marketing: world.marketing,
    price: world.price,
    stock: world.refills,
    objectives: world.objectives,
  };
  const missing = features.filter(
    (name) => Object.hasOwn(sources, name) && sources[name as keyof typeof sources] === null,
  );
  if (missing.length > 0) {
    throw new StageError(
      'E_PARAMS',
      `forecast.data must name a table for every feature; got none for ${listExamples(missing)}`,
    );
  }
  const hasPast = features.some((name) => Object.hasOwn(PAST_FEATURES, name));
  if (model === 'Ridge' && !hasPast) {
    throw new StageError(
      'E_PARAMS',
      `forecast.features must hold one of ${Object.keys(PAST_FEATURES).join(', ')} for Ridge; got ${features.join(', ') || 'none'}`,
    );
  }
}

function assertPredictable(
  { items, months }: SalesWorld,
  predictions: Float64Array,
  startTest: number,
): void {
  const bad = [...predictions.keys()].filter(
    (at) => at % months.length >= startTest && Number.isNaN(predictions[at]),
  );
  if (bad.length === 0) return;
  const name = (at: number): string =>
    `${items[Math.floor(at / months.length)]} ${months[at % months.length]}`;
  throw new StageError(
    'E_DATA',
    `sales must be known up to the month before the one that is predicted; got none before ${listExamples(bad, name)}`,
    { hint: 'forecasts are one month ahead; leave out the rows of later months' },
  );
}

/** @param sorted - In rising order, at least one; linear between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

function coverageOf(
  { sales, months }: SalesWorld,
  lo: Float64Array,
  hi: Float64Array,
  startTest: number,
): number | null {
  const known = [...sales.keys()].filter(
    (at) => at % months.length >= startTest && !Number.isNaN(sales[at]),
  );
  if (known.length === 0) return null;
  return known.filter((at) => sales[at] >= lo[at] && sales[at] <= hi[at]).length / known.length;
}
