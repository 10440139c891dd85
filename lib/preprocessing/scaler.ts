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
import type { Column, Relation } from '../sql.ts';
import { assertFinite } from './column-facts.ts';
import type { OrderedDatabase } from './column-facts.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';
import { fromNormal, toNormal } from './quantile-normal.ts';

export const SCALER_METHODS = [
  'standard',
  'min_max',
  'robust',
  'max_abs',
  'quantile',
  'none',
] as const;
export type ScalerMethod = (typeof SCALER_METHODS)[number];
/** What a missing value becomes before scaling; `keep`: it stays missing; null: it is refused. */
export type Fill = number | 'keep' | null;
interface Filled {
  readonly fill: Fill;
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

/** Select statement of `sql` with the scaled columns in the place of the raw ones, as doubles. */
export function scalerSelect({ columns }: Scaler, sql: string): string {
  const replaced = Object.entries(columns).map(([name, column], i) => {
    const raw = `${identifier(name)}::DOUBLE`;
    const x = typeof column.fill !== 'number' ? raw : `coalesce(${raw}, ${double(column.fill)})`;
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
  return toNormal(column.quantiles, value);
}

/**
 * Undoes {@link scale}: within 4 ulp of max(|value|, |center|, |value - center|) for an affine scaler;
 * for quantiles within the fitted range, up to the spacing of equal quantiles.
 */
export function unscale(column: ColumnScaler, scaled: number): number {
  if ('center' in column) return scaled * column.scale + column.center;
  return fromNormal(column.quantiles, scaled);
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

/**
 * Asserts that every column of the scaler is there and holds what it takes.
 *
 * @throws StageError E_DATA naming the columns that are missing, are no numbers, or hold NaN, infinity, or
 *   a missing value that the scaler neither fills nor keeps.
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
  const mayMiss = ({ name }: Column): boolean => columns[name].fill !== null;
  await assertFinite(database, relation, wanted.filter(mayMiss), false);
  await assertFinite(
    database,
    relation,
    wanted.filter((column) => !mayMiss(column)),
    true,
  );
}

function functionName(index: number): string {
  return `quantile_normal_${index}`;
}
