/** Fits a scaler: center and scale, or quantiles, of each numeric column of the training rows. */
import { matchesPattern } from '../column-names.ts';
import { StageError, listExamples } from '../errors.ts';
import { assertColumns, countRows, double, identifier } from '../sql.ts';
import type { Column, Relation } from '../sql.ts';
import { assertFinite, findBinary, queryColumns } from './column-facts.ts';
import type { OrderedDatabase } from './column-facts.ts';
import type { ColumnScaler, Fill, Scaler, ScalerMethod } from './scaler.ts';

export const MISSING_POLICIES = ['error', 'keep', 'mean', 'median', 'constant'] as const;
export type MissingPolicy = (typeof MISSING_POLICIES)[number];

export interface ScalerOptions {
  readonly method: ScalerMethod;
  /** Another method for some columns. */
  readonly groups: readonly {
    readonly columns: readonly string[];
    readonly method: ScalerMethod;
  }[];
  readonly missing: MissingPolicy;
  readonly missingValue: number;
  readonly nQuantiles: number;
  /** Columns that are never scaled. */
  readonly keep: readonly string[];
}

/**
 * Learns center and scale, or quantiles, of each numeric column of `fit`.
 *
 * standard: mean and population standard deviation. min_max: minimum and range. robust: median and
 * interquartile range. max_abs: 0 and the largest absolute value.
 *
 * @throws StageError E_DATA when a value is NaN or infinite, or missing under the policy `error`, naming
 *   every such column with the first rows; when a group names a column that is not there or is no number.
 */
export async function fitScaler(
  database: OrderedDatabase,
  fit: Relation,
  options: ScalerOptions,
): Promise<Scaler> {
  const numeric = fit.columns.filter(
    ({ name, kind }) => kind === 'number' && !options.keep.includes(name),
  );
  assertGroups(fit, numeric, options);
  await assertFinite(database, fit, numeric, options.missing === 'error');
  const ranges = await queryColumns(database, fit, numeric, (x) => ({
    min: `min(${x})::DOUBLE`,
    max: `max(${x})::DOUBLE`,
  }));
  const binary = await findBinary(database, fit, numeric, ranges);
  const columns = numeric.filter(({ name }, i) => ranges[i].min !== null && !binary.has(name));
  const methods = columns.map(({ name }) => methodOf(name, options));
  const moments = await fitMoments(database, fit, columns, methods, options);
  const n = await countRows(database, fit);
  const scalers = columns.map(({ name }, i) => {
    const { min, max } = ranges[numeric.findIndex((column) => column.name === name)];
    const scaler = toColumnScaler(methods[i], { ...moments[i], min, max }, options);
    return [name, scaler] as const;
  });
  return {
    format: 'timberline-scaler',
    version: 1,
    n_samples_seen: n,
    columns: Object.fromEntries(scalers),
  };
}

function methodOf(name: string, { method, groups }: ScalerOptions): ScalerMethod {
  const group = groups.find(({ columns }) =>
    columns.some((pattern) => matchesPattern(pattern, name)),
  );
  return group?.method ?? method;
}

function assertGroups(fit: Relation, numeric: readonly Column[], { groups }: ScalerOptions): void {
  const patterns = groups.flatMap(({ columns }) => columns);
  assertColumns(
    fit,
    patterns.filter((pattern) => !pattern.includes('*')),
  );
  const without = patterns.filter(
    (pattern) => !numeric.some(({ name }) => matchesPattern(pattern, name)),
  );
  const twice = numeric
    .map(({ name }) => name)
    .filter((name) => patterns.filter((pattern) => matchesPattern(pattern, name)).length > 1);
  if (without.length === 0 && twice.length === 0) return;
  const got = [
    ...without.map((pattern) => `${pattern}, which no numeric column has`),
    ...twice.map((name) => `${name} twice`),
  ];
  throw new StageError(
    'E_DATA',
    `normalize.groups must name numeric columns of ${fit.source}, each once; got ${listExamples(got)}`,
  );
}

interface Moments {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  readonly quartiles: readonly number[];
  readonly quantiles: readonly number[];
}

/** What the methods need beyond minimum and maximum; sums of doubles in the order of the rows. */
async function fitMoments(
  database: OrderedDatabase,
  fit: Relation,
  columns: readonly Column[],
  methods: readonly ScalerMethod[],
  { missing, nQuantiles }: ScalerOptions,
): Promise<Omit<Moments, 'min' | 'max'>[]> {
  const inOrder = { query: database.queryInOrder };
  const of = (isWanted: (i: number) => boolean): Column[] => columns.filter((_, i) => isWanted(i));
  const withQuartiles = of((i) => methods[i] === 'robust' || missing === 'median');
  const quartiles = await queryColumns(database, fit, withQuartiles, (x) => ({
    quartiles: `quantile_cont(${x}::DOUBLE, [0.25, 0.5, 0.75])`,
  }));
  const withMean = of((i) => methods[i] === 'standard' || missing === 'mean');
  const means = await queryColumns(inOrder, fit, withMean, (x) => ({ mean: `avg(${x}::DOUBLE)` }));
  const meanOf = (column: Column): number => Number(means[withMean.indexOf(column)]?.mean ?? NaN);
  const withDeviation = of((i) => methods[i] === 'standard');
  const deviations = await queryColumns(inOrder, fit, withDeviation, (x, i) => {
    const difference = `(${x}::DOUBLE - ${double(meanOf(withDeviation[i]))})`;
    return { deviation: `sqrt(avg(${difference} * ${difference}))` };
  });
  const moments: Omit<Moments, 'min' | 'max'>[] = [];
  for (const [i, column] of columns.entries()) {
    moments.push({
      quartiles: (quartiles[withQuartiles.indexOf(column)]?.quartiles ?? []) as unknown as number[],
      quantiles:
        methods[i] === 'quantile' ? await fitQuantiles(database, fit, column.name, nQuantiles) : [],
      mean: meanOf(column),
      deviation: Number(deviations[withDeviation.indexOf(column)]?.deviation ?? NaN),
    });
  }
  return moments;
}

/**
 * Values at `nQuantiles` equal shares of the rows that have one, or at every row where they are fewer; on
 * a straight line between rows.
 *
 * The column is sorted once and its rows picked by position: DuckDB's own quantile of a long list of
 * shares takes fifty times as long.
 */
async function fitQuantiles(
  database: OrderedDatabase,
  fit: Relation,
  name: string,
  nQuantiles: number,
): Promise<number[]> {
  const x = `${identifier(name)}::DOUBLE`;
  const [{ n }] = await database.query(`SELECT count(${x}) AS n FROM ${fit.sql}`);
  const nPlaces = Math.max(2, Math.min(nQuantiles, Number(n)));
  const places = Array.from({ length: nPlaces }, (_, i) => (i / (nPlaces - 1)) * (Number(n) - 1));
  // lists count from 1
  const positions = places.flatMap((place) => [Math.floor(place) + 1, Math.ceil(place) + 1]);
  const [{ picked }] = await database.query(
    `SELECT list_select(list(${x} ORDER BY ${x}), [${positions.join(', ')}]) AS picked
     FROM ${fit.sql} WHERE ${x} IS NOT NULL`,
  );
  const values = picked as unknown as number[];
  return places.map((place, i) => {
    const [a, b] = [values[2 * i], values[2 * i + 1]];
    return a + (place - Math.floor(place)) * (b - a);
  });
}

function toColumnScaler(
  method: ScalerMethod,
  moments: Omit<Moments, 'min' | 'max'> & { min: unknown; max: unknown },
  { missing, missingValue }: ScalerOptions,
): ColumnScaler {
  const { mean, deviation, quartiles, quantiles } = moments;
  const [min, max] = [Number(moments.min), Number(moments.max)];
  const fills: Record<MissingPolicy, Fill> = {
    error: null,
    keep: 'keep',
    mean,
    median: quartiles[1] ?? NaN,
    constant: missingValue,
  };
  const fill = fills[missing];
  const affine = (center: number, width: number): ColumnScaler => ({
    fill,
    center,
    scale: width === 0 ? 1 : width,
  });
  switch (method) {
    case 'standard':
      // a constant column has the deviation 0 but for the rounding of its mean
      return min === max ? affine(min, 1) : affine(mean, deviation);
    case 'min_max':
      return affine(min, max - min);
    case 'robust':
      return affine(quartiles[1], quartiles[2] - quartiles[0]);
    case 'max_abs':
      return affine(0, Math.max(Math.abs(min), Math.abs(max)));
    case 'quantile':
      return min === max ? affine(min, 1) : { fill, quantiles };
    case 'none':
      return affine(0, 1);
  }
}
