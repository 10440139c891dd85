/**
 * A model in one file: what was learnt, input schema, fitted preprocessing, classes, threshold, prior correction,
 * training distribution, golden rows, versions and data hash.
 *
 * The file is safetensors: what was learnt is tensors, all else is JSON in its metadata. Plain data; nothing
 * in it is ever executed.
 */
import { StageError, listExamples } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { assertPreprocessable, parsePreprocessing } from '../preprocessing/pipeline.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { Column, Row } from '../sql.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { FittedModel } from './model.ts';
import { findModel, findModelProblem } from './registry.ts';

export type ClassValue = number | string;

export interface Bundle {
  readonly model: FittedModel;
  /** Raw columns that the model needs, target and id left out, in the order of the training table. */
  readonly input: readonly Column[];
  readonly target: string;
  readonly id: string;
  readonly preprocessing: Preprocessing;
  /** Values of the target, sorted; probabilities stand in this order. None of a regression. */
  readonly classes: readonly ClassValue[];
  /** What people call the classes, by value as text; may be empty. */
  readonly classNames: Readonly<Record<string, string>>;
  /** Of two classes, the second is predicted from this probability on; null: the most probable is. */
  readonly threshold: number | null;
  /** Factor of each class's probability, before they are made to sum to 1; null: none. */
  readonly priorCorrection: readonly number[] | null;
  readonly distribution: Distribution;
  readonly golden: GoldenRows;
  readonly versions: Readonly<Record<string, string>>;
  /** sha256 of each file of tensors that the model learned from, by its path. */
  readonly dataHashes: Readonly<Record<string, string>>;
}

/** Raw rows of train, and what the model gave them when it was made. */
export interface GoldenRows {
  readonly rows: readonly Row[];
  /** Shape (rows, classes); empty of a regression. */
  readonly probabilities: readonly (readonly number[])[];
  /** Shape (rows); of a regression alone. */
  readonly predictions?: readonly number[];
}

/** Whether the model predicts a number; else it tells classes apart. */
export function isRegression({ model }: { readonly model: Pick<FittedModel, 'task'> }): boolean {
  return model.task === 'regression';
}

/** The columns of `input` that hold texts, whatever they look like in a CSV file. */
export function textColumns({ input }: Pick<Bundle, 'input'>): string[] {
  return input.filter(({ kind }) => kind === 'text').map(({ name }) => name);
}

/** What a difference of outputs is told in: 1 of probabilities; of numbers how far apart the golden ones are. */
export function outputScale({ predictions }: GoldenRows): number {
  if (predictions === undefined) return 1;
  const [least, greatest] = [Math.min(...predictions), Math.max(...predictions)];
  return (greatest > least ? greatest - least : Math.abs(greatest)) || 1;
}

/** Numbers that the model gives a row. */
export function countOutputs(
  bundle: Pick<Bundle, 'classes'> & Parameters<typeof isRegression>[0],
): number {
  return isRegression(bundle) ? 1 : bundle.classes.length;
}

const FORMAT = 'timberline-bundle';
const VERSION = '2';

export function writeBundle(path: string, { model, ...facts }: Bundle): void {
  const { tensors, ...described } = model;
  writeSafetensors(path, tensors, {
    format: FORMAT,
    version: VERSION,
    bundle: JSON.stringify({ ...facts, model: described }),
  });
}

/**
 * Reads a bundle; its golden rows are for `openScorer` to check.
 *
 * @throws StageError E_DATA for a file that is missing, truncated, no bundle, of another version, whose
 *   facts do not fit together, or whose model is damaged.
 */
export function readBundle(path: string): Bundle {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== FORMAT) refuse(path, 'a safetensors file of something else');
  if (metadata.version !== VERSION) refuse(path, `version ${metadata.version}`);
  const facts = parseFacts(path, metadata.bundle);
  const model = { ...facts.model, tensors };
  const problem = findModelProblem(model);
  return problem === null ? { ...facts, model } : refuse(path, problem);
}

type Facts = Omit<Bundle, 'model'> & { readonly model: Omit<FittedModel, 'tensors'> };

function parseFacts(path: string, text: string | undefined): Facts {
  let facts: unknown;
  try {
    facts = JSON.parse(text ?? '');
  } catch {
    refuse(path, 'metadata that are no JSON');
  }
  if (!isRecord(facts)) return refuse(path, 'metadata that are no map');
  const wrong = Object.entries(FIELDS).filter(([name, fits]) => !fits(facts[name]));
  if (wrong.length > 0) {
    refuse(path, `fields that do not fit: ${listExamples(wrong, ([name]) => name)}`);
  }
  const bundle = facts as unknown as Facts;
  const { model, classes, priorCorrection, golden, input } = bundle;
  const outputs = isRegression(bundle)
    ? golden.predictions?.map((value) => [value])
    : golden.probabilities;
  if (
    model.nClasses !== classes.length ||
    (priorCorrection ?? classes).length !== classes.length ||
    outputs?.length !== golden.rows.length ||
    outputs.some((row) => row.length !== countOutputs(bundle))
  ) {
    refuse(path, 'classes, model and golden rows that differ in their number of classes');
  }
  const preprocessing = parsePreprocessing(bundle.preprocessing, (step) => `${step} in ${path}`);
  assertPreprocessable(preprocessing, { columns: input, source: path }, model.columns);
  const takesTexts = preprocessing.vectorizer !== undefined;
  if (takesTexts && (isRegression(bundle) || findModel(model.name)!.sparse === undefined)) {
    refuse(path, `texts for ${model.name}, which takes no sparse rows`);
  }
  return { ...bundle, preprocessing };
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const isTextOrNumber: Check = (value) => isText(value) || isNumber(value);
const listOf =
  (is: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(is);
const mapOf =
  (is: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(is);
const orNull =
  (is: Check): Check =>
  (value) =>
    value === null || is(value);

/** What each field must be, as far as others read it without looking. */
const FIELDS: Readonly<Record<keyof Bundle, Check>> = {
  model: (value) =>
    isRecord(value) &&
    isText(value.name) &&
    findModel(value.name as string) !== undefined &&
    listOf(isText)(value.columns) &&
    (value.task === 'regression'
      ? value.nClasses === 0
      : value.task === undefined && isCount(value.nClasses)) &&
    isRecord(value.facts),
  input: listOf((column) => isRecord(column) && isText(column.name) && isText(column.kind)),
  target: isText,
  id: isText,
  preprocessing: isRecord,
  classes: listOf(isTextOrNumber),
  classNames: mapOf(isText),
  threshold: orNull(isNumber),
  priorCorrection: orNull(listOf(isNumber)),
  distribution: (value) =>
    isRecord(value) && isCount(value.n_samples) && mapOf(isRecord)(value.columns),
  golden: (value) =>
    isRecord(value) &&
    Array.isArray(value.rows) &&
    value.rows.length > 0 &&
    listOf(mapOf(orNull(isTextOrNumber)))(value.rows) &&
    listOf(listOf(isNumber))(value.probabilities) &&
    (value.predictions === undefined || listOf(isNumber)(value.predictions)),
  versions: mapOf(isText),
  dataHashes: mapOf(isText),
};

function refuse(path: string, got: string): never {
  throw new StageError(
    'E_DATA',
    `${path} must be a model bundle of version ${VERSION}; got ${got}`,
    {
      hint: 'the file is damaged or of another program; train writes it (npx dvc repro train)',
    },
  );
}
