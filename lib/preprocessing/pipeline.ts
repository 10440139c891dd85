/**
 * The way of a raw row to the features of the model: the fitted steps, composed into one query.
 *
 * The stages use the same select statements one by one, so what the model was trained on and what it is
 * given later cannot differ.
 */
import { dropColumnsSelect, parseDroppedColumns } from './drop-columns.ts';
import type { DroppedColumns } from './drop-columns.ts';
import { featuresSelect, parseFeatures } from './features.ts';
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
