/**
 * The way of a raw row to the features of the model: the fitted steps, composed into one query.
 *
 * The stages use the same select statements one by one, so what the model was trained on and what it is
 * given later cannot differ.
 */
import { assertColumns } from '../sql.ts';
import type { Column, Relation } from '../sql.ts';
import { dropColumnsSelect, parseDroppedColumns } from './drop-columns.ts';
import type { DroppedColumns } from './drop-columns.ts';
import { featureNames, featuresSelect, fitFeatures, parseFeatures } from './features.ts';
import type { Features } from './features.ts';
import { parseScaler, registerScaler, scalerSelect } from './scaler.ts';
import type { FunctionRegistry, Scaler } from './scaler.ts';

/** null: the pipeline has no such step. */
export interface Preprocessing {
  readonly columns: DroppedColumns | null;
  readonly features: Features | null;
  readonly scaler: Scaler | null;
}

/** Stands after FROM: the rows of `sql`, in their order, as the model's tensors were made from them. */
export function preprocess({ columns, features, scaler }: Preprocessing, sql: string): string {
  let from = sql;
  if (columns !== null) from = `(${dropColumnsSelect(columns, from)})`;
  if (features !== null) from = `(${featuresSelect(features, from)})`;
  if (scaler !== null) from = `(${scalerSelect(scaler, from)})`;
  return from;
}

/**
 * Asserts that `raw` has every column that the steps read, and that they give every one of `wanted`, so
 * that no query fails later on.
 *
 * @throws StageError E_DATA naming what is missing or of another kind, with the nearest that is there.
 */
export function assertPreprocessable(
  { columns, features, scaler }: Preprocessing,
  raw: Pick<Relation, 'columns' | 'source'>,
  wanted: readonly string[],
): void {
  const have = (found: readonly Column[]): Relation => ({ ...raw, sql: '', columns: found });
  const dropped = (columns?.dropped ?? []).map(({ name }) => name);
  assertColumns(have(raw.columns), dropped);
  const kept = raw.columns.filter(({ name }) => !dropped.includes(name));
  if (features !== null) fitFeatures(have(kept), features.columns);
  const made = features === null ? [] : featureNames(features);
  const numbers = have([
    ...kept.filter(({ kind }) => kind === 'number'),
    ...made.map((name): Column => ({ name, kind: 'number' })),
  ]);
  assertColumns(numbers, Object.keys(scaler?.columns ?? {}));
  assertColumns(numbers, wanted);
}

/** Gives a database the functions that {@link preprocess} calls. */
export function registerFunctions(registry: FunctionRegistry, { scaler }: Preprocessing): void {
  if (scaler !== null) registerScaler(registry, scaler);
}

/**
 * Checks states that were read as JSON.
 *
 * @throws StageError E_DATA naming the source of the first that is not what it should be.
 */
export function parsePreprocessing(
  states: Readonly<Record<keyof Preprocessing, unknown>>,
  source: (step: keyof Preprocessing) => string,
): Preprocessing {
  const parse = <T>(
    step: keyof Preprocessing,
    parser: (value: unknown, source: string) => T,
  ): T | null => (states[step] === null ? null : parser(states[step], source(step)));
  return {
    columns: parse('columns', parseDroppedColumns),
    features: parse('features', parseFeatures),
    scaler: parse('scaler', parseScaler),
  };
}
