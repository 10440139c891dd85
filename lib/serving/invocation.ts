/**
 * The body of a request to score rows, in each of the shapes that MLflow's scoring server takes, and as a plain list
 * or CSV: what it says, before any row is looked at.
 *
 * @see https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
 */
import { parse } from 'csv-parse/sync';
import { listExamples } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { parseBoundedJson } from '../services/bounded-json.ts';
import { requestError } from '../services/error-replies.ts';
import { didYouMean } from '../suggest.ts';
import { cut, show } from './fault.ts';

export const PREDICT_METHODS = ['predict', 'predict_proba'] as const;
export type PredictMethod = (typeof PREDICT_METHODS)[number];

/** Rows by name of column; or by place, under the columns of the table, or those of the model in its order (null). */
export type SentRows =
  | { readonly records: readonly Readonly<Record<string, unknown>>[] }
  | {
      readonly columns: readonly string[] | null;
      readonly data: readonly (readonly unknown[])[];
      /** Whether every value is a text: of CSV. */
      readonly areTexts: boolean;
    };

export interface Invocation {
  readonly rows: SentRows;
  readonly method: PredictMethod;
}

export type InvocationType = 'application/json' | 'text/csv';

/**
 * @param body - As it was sent.
 * @param query - What the address says behind its question mark; CSV has no other place for a parameter.
 * @throws a request error, 400, for a body that is of none of the shapes.
 */
export function parseInvocation(
  type: InvocationType,
  body: string,
  query: Readonly<Record<string, unknown>>,
): Invocation {
  assertParams(query, 'the query');
  if (type === 'text/csv') return { rows: parseCsv(body), method: methodOf(query) };
  const value = parseBoundedJson(body);
  if (Array.isArray(value)) return { rows: toRows(value, 'the body'), method: methodOf(query) };
  if (!isRecord(value)) {
    throw requestError(400, 'the body must be a list of rows, or a map as MLflow has it');
  }
  const { params = {}, ...shape } = value;
  if (!isRecord(params)) throw requestError(400, 'params must be a map of names to values');
  assertParams(params, 'params');
  return { rows: parseShape(shape), method: methodOf({ ...query, ...params }) };
}

const SHAPES: Readonly<Record<string, (value: unknown) => SentRows>> = {
  dataframe_records: (value) => {
    if (Array.isArray(value) && value.every(isRecord)) return { records: value };
    throw requestError(400, 'dataframe_records must be a list of maps from columns to values');
  },
  dataframe_split: parseSplit,
  instances: (value) => toRows(value, 'instances'),
  inputs: (value) => (isRecord(value) ? parseColumns(value) : toRows(value, 'inputs')),
};

function parseShape(shape: Readonly<Record<string, unknown>>): SentRows {
  const names = Object.keys(shape);
  const [name] = names;
  const known = Object.keys(SHAPES);
  if (names.length === 1 && Object.hasOwn(SHAPES, name)) return SHAPES[name](shape[name]);
  const hint = names.length === 1 ? didYouMean(cut(name), known) : '';
  throw requestError(
    400,
    `the body must be a list of rows, or a map with exactly one of ${known.join(', ')}; got ${listExamples(names, (name) => cut(name)) || 'an empty map'}${hint}`,
  );
}

function parseSplit(value: unknown): SentRows {
  const isTexts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  if (isRecord(value)) {
    const { columns = null, data } = value;
    const isTable = Array.isArray(data) && data.every(Array.isArray);
    if (isTable && (columns === null || isTexts(columns))) {
      return { columns, data, areTexts: false };
    }
  }
  throw requestError(
    400,
    'dataframe_split must be {"columns": [names], "data": [[values of a row], …]}',
  );
}

/** Maps, lists of values, or, where the model takes one column, values. */
function toRows(value: unknown, name: string): SentRows {
  if (Array.isArray(value)) {
    if (value.every(isRecord)) return { records: value };
    if (value.every(Array.isArray)) return { columns: null, data: value, areTexts: false };
    if (!value.some((item) => isRecord(item) || Array.isArray(item))) {
      return { columns: null, data: value.map((item) => [item]), areTexts: false };
    }
  }
  throw requestError(400, `${name} must be a list of rows, all maps, all lists, or all values`);
}

/** Columns with all their values, as long as one another. */
function parseColumns(value: Readonly<Record<string, unknown>>): SentRows {
  const columns = Object.keys(value);
  const lists = columns.map((name) => (Array.isArray(value[name]) ? value[name] : [value[name]]));
  const lengths = new Set(lists.map(({ length }) => length));
  if (lengths.size > 1) {
    const got = columns.map((name, j) => ({ name, length: lists[j].length }));
    throw requestError(
      400,
      `the columns of inputs must be of one length; got ${listExamples(got, ({ name, length }) => `${cut(name)} with ${length}`)}`,
    );
  }
  const nRows = lists[0]?.length ?? 0;
  const data = Array.from({ length: nRows }, (_, i) => lists.map((list) => list[i]));
  return { columns, data, areTexts: false };
}

function parseCsv(body: string): SentRows {
  try {
    const [columns = [], ...data] = parse(body, { bom: true, skip_empty_lines: true });
    return { columns, data, areTexts: true };
  } catch (error) {
    throw requestError(
      400,
      `the body must be CSV with a header; ${cut((error as Error).message, 200)}`,
    );
  }
}

function assertParams(params: Readonly<Record<string, unknown>>, where: string): void {
  const known = ['predict_method'];
  const unknown = Object.keys(params).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw requestError(
    400,
    `${where} must be of ${known.join(', ')} alone; got ${listExamples(unknown, (name) => cut(name))}${didYouMean(cut(unknown[0]), known)}`,
  );
}

function methodOf({ predict_method: method = 'predict' }: Readonly<Record<string, unknown>>) {
  const known = PREDICT_METHODS.find((name) => name === method);
  if (known !== undefined) return known;
  throw requestError(
    400,
    `predict_method must be one of ${PREDICT_METHODS.join(', ')}; got ${show(method)}`,
  );
}
