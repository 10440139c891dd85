/**
 * The way of a raw row to the features of the model: the fitted steps, composed into one query.
 *
 * The stages use the same select statements one by one, so what the model was trained on and what it is
 * given later cannot differ.
 */
import { assertColumns } from '../sql.ts';
import { StageError } from '../errors.ts';
import type { Column, Relation } from '../sql.ts';
import { parseVectorizer, termNames } from '../text/vectorizer.ts';
import type { Vectorizer } from '../text/vectorizer.ts';
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
  /** Makes sparse rows of the texts of one column, and is the only step then; absent: rows are dense. */
  readonly vectorizer?: Vectorizer;
}

/** The columns of a raw table that the steps may read: where texts are vectorized theirs alone, else all. */
export function inputColumns(
  { vectorizer }: Preprocessing,
  columns: readonly Column[],
): readonly Column[] {
  if (vectorizer === undefined) return columns;
  return columns.filter(({ name }) => name === vectorizer.column);
}

/** Columns that the steps read as texts, whatever they look like in a CSV file. */
export function textsOf({ vectorizer }: Preprocessing): string[] {
  return vectorizer === undefined ? [] : [vectorizer.column];
}

/** Stands after FROM: the rows of `sql`, in their order, as the model's dense tensors were made from them. */
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
 * @param wanted - Features; of a vectorizer in its order.
 * @throws StageError E_DATA naming what is missing or of another kind, with the nearest that is there.
 */
export function assertPreprocessable(
  { columns, features, scaler, vectorizer }: Preprocessing,
  raw: Pick<Relation, 'columns' | 'source'>,
  wanted: readonly string[],
): void {
  if (vectorizer !== undefined) return assertVectorizable(vectorizer, raw, wanted);
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

function assertVectorizable(
  vectorizer: Vectorizer,
  { columns, source }: Pick<Relation, 'columns' | 'source'>,
  wanted: readonly string[],
): void {
  assertTexts({ columns, source, sql: '' }, vectorizer.column);
  let next = 0;
  for (const term of termNames(vectorizer)) if (term === wanted[next]) next++;
  if (next === wanted.length) return;
  throw new StageError(
    'E_DATA',
    `the vectorizer of ${source} must have the features of the model, in their order; got no ${JSON.stringify(wanted[next])} where it should be`,
    { hint: 'run vectorize again, and train on what it wrote' },
  );
}

/** @throws StageError E_DATA for a column that is missing, or holds no texts. */
export function assertTexts(relation: Relation, name: string): void {
  assertColumns(relation, [name]);
  const { kind } = relation.columns.find((column) => column.name === name)!;
  if (kind === 'text') return;
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${name} must hold texts; got a ${kind} column`,
    { hint: 'name another column with vectorize.column' },
  );
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
  states: Readonly<Partial<Record<keyof Preprocessing, unknown>>>,
  source: (step: keyof Preprocessing) => string,
): Preprocessing {
  const parse = <T>(
    step: keyof Preprocessing,
    parser: (value: unknown, source: string) => T,
  ): T | null => ((states[step] ?? null) === null ? null : parser(states[step], source(step)));
  const vectorizer = parse('vectorizer', parseVectorizer);
  return {
    columns: parse('columns', parseDroppedColumns),
    features: parse('features', parseFeatures),
    scaler: parse('scaler', parseScaler),
    ...(vectorizer === null ? {} : { vectorizer }),
  };
}
