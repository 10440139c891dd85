/**
 * Scaling of numeric columns, fitted on train.
 *
 * - standard, min_max, robust, max_abs: `(value - center) / scale`; a constant column gets scale 1, hence
 *   maps to 0, never to NaN.
 * - quantile: the share of train rows below a value, between fitted quantiles on a straight line, taken to
 *   a standard normal; both ends are ∓5.199. As scikit-learn's QuantileTransformer has it.
 *
 * Left alone: columns of 0 and 1 (one-hot), texts, target and id.
 */
import { StageError, listExamples } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { assertColumns, double, identifier } from '../sql.ts';
import type { Column, Relation, Row } from '../sql.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';
import { normalQuantile } from './normal-quantile.ts';

export const SCALER_METHODS = [
  'standard',
  'min_max',
  'robust',
  'max_abs',
  'quantile',
  'none',
] as const;
export type ScalerMethod = (typeof SCALER_METHODS)[number];
export const MISSING_POLICIES = ['error', 'mean', 'median', 'constant'] as const;
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

interface Filled {
  /** What a missing value becomes before scaling; null: missing values are refused. */
  readonly fill: number | null;
}
export type ColumnScaler = Filled &
  (
    | { readonly center: number; readonly scale: number }
    /** Values at equal shares of the train rows, from 0 to 1, ascending. */
    | { readonly quantiles: readonly number[] }
  );

/** Fitted state; plain data, the file models/preprocessing/scaler.json. */
export interface Scaler extends FittedState<'timberline-scaler'> {
  readonly n_samples_seen: number;
  readonly columns: Readonly<Record<string, ColumnScaler>>;
}

/** The table engine, as far as a scaler needs it. */
export interface OrderedDatabase {
  query(sql: string): Promise<Row[]>;
  /** On one thread, so that sums of doubles are the same on every machine. */
  queryInOrder(sql: string): Promise<Row[]>;
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
  const [{ n }] = await database.query(`SELECT count(*) AS n FROM ${fit.sql}`);
  const scalers = columns.map(({ name }, i) => {
    const { min, max } = ranges[numeric.findIndex((column) => column.name === name)];
    const scaler = toColumnScaler(methods[i], { ...moments[i], min, max }, options);
    return [name, scaler] as const;
  });
  return {
    format: 'timberline-scaler',
    version: 1,
    n_samples_seen: Number(n),
    columns: Object.fromEntries(scalers),
  };
}

/** Select statement of `sql` with the scaled columns in the place of the raw ones, as doubles. */
export function scalerSelect({ columns }: Scaler, sql: string): string {
  const replaced = Object.entries(columns).map(([name, column], i) => {
    const raw = `${identifier(name)}::DOUBLE`;
    const x = column.fill === null ? raw : `coalesce(${raw}, ${double(column.fill)})`;
    if ('quantiles' in column) {
      return `CASE WHEN ${x} IS NOT NULL THEN ${functionName(i)}(${x}) END AS ${identifier(name)}`;
    }
    return `(${x} - ${double(column.center)}) / ${double(column.scale)} AS ${identifier(name)}`;
  });
  return replaced.length === 0
    ? `SELECT * FROM ${sql}`
    : `SELECT * REPLACE (${replaced.join(', ')}) FROM ${sql}`;
}

/** A function of a database that takes and gives doubles. */
export interface FunctionRegistry {
  registerDouble(name: string, compute: (value: number) => number): void;
}

/** Gives a database the functions that {@link scalerSelect} calls. */
export function registerScaler(registry: FunctionRegistry, { columns }: Scaler): void {
  Object.values(columns).forEach((column, i) => {
    if ('quantiles' in column) registry.registerDouble(functionName(i), (x) => scale(column, x));
  });
}

/**
 * The scaled value.
 *
 * @returns NaN for a value that is not finite.
 */
export function scale(column: ColumnScaler, value: number): number {
  if ('center' in column) return (value - column.center) / column.scale;
  if (!Number.isFinite(value)) return NaN;
  return toNormal(shareBelow(column.quantiles, value), column.quantiles, value);
}

/**
 * Undoes {@link scale}: within 4 ulp of max(|value|, |center|, |value - center|) for an affine scaler;
 * for quantiles within the fitted range, up to the spacing of equal quantiles.
 */
export function unscale(column: ColumnScaler, scaled: number): number {
  if ('center' in column) return scaled * column.scale + column.center;
  const { quantiles } = column;
  const position = normalShare(scaled) * (quantiles.length - 1);
  const i = Math.min(Math.floor(position), quantiles.length - 2);
  return quantiles[i] + (position - i) * (quantiles[i + 1] - quantiles[i]);
}

export function parseScaler(value: unknown, source: string): Scaler {
  const isColumn = (column: unknown): boolean =>
    isRecord(column) &&
    (Array.isArray(column.quantiles)
      ? column.quantiles.length > 1 && column.quantiles.every(Number.isFinite)
      : Number.isFinite(column.center) && Number.isFinite(column.scale));
  return parseFittedState<Scaler>(
    value,
    'timberline-scaler',
    ({ columns }) => isRecord(columns) && Object.values(columns).every(isColumn),
    source,
  );
}

/** @param refuseMissing - Whether NULL is refused as NaN and infinity are. */
async function assertFinite(
  database: OrderedDatabase,
  relation: Relation,
  columns: readonly Column[],
  refuseMissing: boolean,
): Promise<void> {
  const conditions = (x: string): string =>
    `(${refuseMissing ? `${x} IS NULL OR ` : ''}NOT isfinite(${x}::DOUBLE))`;
  const whole = await findWhole(database, relation);
  const isWhole = ({ name }: Column): boolean => whole.has(name);
  const [wholes, others] = [columns.filter(isWhole), columns.filter((c) => !isWhole(c))];
  // of whole numbers the engine knows the missing ones by heart, and there is no NaN
  const missing = await queryColumns(database, relation, refuseMissing ? wholes : [], (x) => ({
    bad: `count(*) - count(${x})`,
  }));
  const unfit = await queryColumns(database, relation, others, (x) => ({
    bad: `count(*) FILTER (${conditions(x)})`,
  }));
  const counts = columns.map(
    (column) =>
      (isWhole(column) ? missing[wholes.indexOf(column)] : unfit[others.indexOf(column)]) ?? {
        bad: 0,
      },
  );
  const bad = columns.filter((_, i) => Number(counts[i].bad) > 0);
  if (bad.length === 0) return;
  const examples = await Promise.all(
    bad.map(async ({ name }) => {
      const rows = await database.query(
        `SELECT line, value FROM (SELECT row_number() OVER () AS line, ${identifier(name)} AS value FROM ${relation.sql})
         WHERE ${conditions('value')} ORDER BY line LIMIT 3`,
      );
      const count = Number(counts[columns.findIndex((column) => column.name === name)].bad);
      const shown = rows.map(({ line, value }) => `row ${line}: ${value ?? 'missing'}`).join(', ');
      return `${name} (${count} ${count === 1 ? 'value' : 'values'}; ${shown})`;
    }),
  );
  throw new StageError(
    'E_DATA',
    `${relation.source} must have finite numbers in the columns to scale; got ${listExamples(examples)}`,
    {
      hint: 'normalize.missing = mean or median fills missing values; mend or drop NaN and infinity before',
    },
  );
}

/** Columns of integers and booleans, whose facts the engine takes from the statistics of the file. */
async function findWhole(
  database: OrderedDatabase,
  { sql }: Relation,
): Promise<ReadonlySet<unknown>> {
  const rows = await database.query(`DESCRIBE ${sql}`);
  const isWhole = (type: unknown): boolean => /INT|^BOOLEAN/.test(String(type));
  return new Set(
    rows.filter((row) => isWhole(row.column_type)).map(({ column_name: name }) => name),
  );
}

/** Columns of 0 and 1 alone. */
async function findBinary(
  database: OrderedDatabase,
  relation: Relation,
  columns: readonly Column[],
  ranges: readonly Row[],
): Promise<ReadonlySet<string>> {
  const whole = await findWhole(database, relation);
  const within = columns.filter((_, i) => Number(ranges[i].min) >= 0 && Number(ranges[i].max) <= 1);
  const others = within.filter(({ name }) => !whole.has(name));
  const facts = await queryColumns(database, relation, others, (x) => ({
    binary: `bool_and(${x} IN (0, 1))`,
  }));
  const isBinary = (column: Column): boolean =>
    whole.has(column.name) || facts[others.indexOf(column)].binary === true;
  return new Set(within.filter(isBinary).map(({ name }) => name));
}

/**
 * Asserts that every column of the scaler is there and holds what it takes.
 *
 * @throws StageError E_DATA naming the columns that are missing, are no numbers, or hold NaN, infinity, or
 *   a missing value that the scaler does not fill.
 */
export async function assertScalable(
  database: OrderedDatabase,
  relation: Relation,
  { columns }: Scaler,
): Promise<void> {
  assertColumns(relation, Object.keys(columns));
  const wanted = relation.columns.filter(({ name }) => Object.hasOwn(columns, name));
  const others = wanted.filter(({ kind }) => kind !== 'number');
  if (others.length > 0) {
    throw new StageError(
      'E_DATA',
      `${relation.source} must have numbers in the columns to scale; got ${listExamples(others, ({ name, kind }) => `${name} (${kind})`)}`,
    );
  }
  const isFilled = ({ name }: Column): boolean => columns[name].fill !== null;
  await assertFinite(database, relation, wanted.filter(isFilled), false);
  await assertFinite(
    database,
    relation,
    wanted.filter((column) => !isFilled(column)),
    true,
  );
}

function methodOf(name: string, { method, groups }: ScalerOptions): ScalerMethod {
  const group = groups.find(({ columns }) => columns.some((pattern) => matches(pattern, name)));
  return group?.method ?? method;
}

/** Whether `name` is `pattern`, in which a `*` stands for any text. */
function matches(pattern: string, name: string): boolean {
  const literals = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's').test(name);
}

function assertGroups(fit: Relation, numeric: readonly Column[], { groups }: ScalerOptions): void {
  const patterns = groups.flatMap(({ columns }) => columns);
  assertColumns(
    fit,
    patterns.filter((pattern) => !pattern.includes('*')),
  );
  const without = patterns.filter((pattern) => !numeric.some(({ name }) => matches(pattern, name)));
  const twice = numeric
    .map(({ name }) => name)
    .filter((name) => patterns.filter((pattern) => matches(pattern, name)).length > 1);
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
  const fills: Record<MissingPolicy, number | null> = {
    error: null,
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

/** Aggregates of every column in one pass: `expressions` by name, from the quoted column. */
async function queryColumns(
  database: Pick<OrderedDatabase, 'query'>,
  relation: Relation,
  columns: readonly Column[],
  expressions: (column: string, index: number) => Record<string, string>,
): Promise<Row[]> {
  if (columns.length === 0) return [];
  const wanted = columns.map(({ name }, i) => expressions(identifier(name), i));
  const selected = wanted.flatMap((aggregates, i) =>
    Object.entries(aggregates).map(([name, sql]) => `${sql} AS ${name}_${i}`),
  );
  const [row] = await database.query(`SELECT ${selected.join(', ')} FROM ${relation.sql}`);
  return wanted.map((aggregates, i) =>
    Object.fromEntries(Object.keys(aggregates).map((name) => [name, row[`${name}_${i}`]])),
  );
}

function functionName(index: number): string {
  return `quantile_normal_${index}`;
}

/**
 * Share of the fitted rows below `value`: on a straight line between quantiles, in the middle of equal
 * ones.
 */
function shareBelow(quantiles: readonly number[], value: number): number {
  const n = quantiles.length;
  let [low, high] = [0, n]; // first index whose quantile is not below value
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quantiles[middle] < value) low = middle + 1;
    else high = middle;
  }
  if (low === n) return 1;
  if (quantiles[low] !== value) {
    if (low === 0) return 0;
    const [a, b] = [quantiles[low - 1], quantiles[low]];
    return (low - 1 + (value - a) / (b - a)) / (n - 1);
  }
  let last = low;
  for (high = n; last + 1 < high;) {
    const middle = (last + high) >> 1;
    if (quantiles[middle] > value) high = middle;
    else last = middle;
  }
  return (low + last) / 2 / (n - 1);
}

/** Closer than this to an end of the range counts as the end, as scikit-learn has it. */
const END_WIDTH = 1e-7;
/** The least share that is taken to a normal; the bound of scikit-learn. */
const MIN_SHARE = END_WIDTH - Number.EPSILON;
const MAX_NORMAL = normalQuantile(1 - MIN_SHARE);
const MIN_NORMAL = normalQuantile(MIN_SHARE);

function toNormal(share: number, quantiles: readonly number[], value: number): number {
  if (value - END_WIDTH < quantiles[0]) return MIN_NORMAL;
  if (value + END_WIDTH > quantiles[quantiles.length - 1]) return MAX_NORMAL;
  return Math.min(MAX_NORMAL, Math.max(MIN_NORMAL, normalQuantile(share)));
}

/** Inverse of the normal quantile by halving, to the last bit that halving can find. */
function normalShare(z: number): number {
  if (z <= MIN_NORMAL) return 0;
  if (z >= MAX_NORMAL) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalQuantile(middle) < z) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
