/**
 * A model in one file: weights, input schema, fitted preprocessing, classes, threshold, prior correction,
 * training distribution, golden rows, versions and data hash.
 *
 * The file is safetensors: the weights are tensors, all else is JSON in its metadata. Plain data; nothing
 * in it is ever executed.
 */
import { StageError, listExamples } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { assertPreprocessable, parsePreprocessing } from '../preprocessing/pipeline.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { Column, Row } from '../sql.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { Tensor } from '../tensors/safetensors.ts';
import { ACTIVATIONS } from './mlp/activation.ts';
import type { Activation } from './mlp/activation.ts';
import type { Variable } from './tensorflow/graph.ts';
import { NORMALIZATIONS, createPredictionGraph } from './mlp/network.ts';
import type { Mlp } from './mlp/fit.ts';

export type ClassValue = number | string;

export interface Bundle {
  readonly model: Mlp;
  /** Raw columns that the model needs, target and id left out, in the order of the training table. */
  readonly input: readonly Column[];
  readonly target: string;
  readonly id: string;
  readonly preprocessing: Preprocessing;
  /** Columns of the tensor, in its order. */
  readonly features: readonly string[];
  /** Values of the target, sorted; probabilities stand in this order. */
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

/** Raw rows of train, and the probabilities that the model gave them when it was made. */
export interface GoldenRows {
  readonly rows: readonly Row[];
  /** Shape (rows, classes). */
  readonly probabilities: readonly (readonly number[])[];
}

const FORMAT = 'timberline-bundle';
const VERSION = '1';

export function writeBundle(path: string, { model, ...facts }: Bundle): void {
  const { weights, ...architecture } = model;
  const tensors = weightsOf(architecture).map(({ name, shape }): [string, Tensor] => [
    name,
    { dtype: 'F32', shape, data: weights[name] },
  ]);
  writeSafetensors(path, Object.fromEntries(tensors), {
    format: FORMAT,
    version: VERSION,
    bundle: JSON.stringify({ ...facts, model: architecture }),
  });
}

/**
 * Reads a bundle; its golden rows are for `openScorer` to check.
 *
 * @throws StageError E_DATA for a file that is missing, truncated, no bundle, of another version, whose
 *   facts do not fit together, or whose weights are not those of its architecture.
 */
export function readBundle(path: string): Bundle {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== FORMAT) refuse(path, 'a safetensors file of something else');
  if (metadata.version !== VERSION) refuse(path, `version ${metadata.version}`);
  const facts = parseFacts(path, metadata.bundle);
  const expected = weightsOf(facts.model);
  const extra = Object.keys(tensors).filter((name) => !expected.some((w) => w.name === name));
  if (extra.length > 0) refuse(path, `unknown weights ${listExamples(extra)}`);
  const weights = expected.map(({ name, shape }) => {
    const tensor = tensors[name];
    if (tensor === undefined) return refuse(path, `no weights ${name}`);
    if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
      refuse(path, `the weights ${name} as ${tensor.dtype} (${tensor.shape.join(', ')})`);
    }
    return [name, tensor.data as Float32Array] as const;
  });
  return { ...facts, model: { ...facts.model, weights: Object.fromEntries(weights) } };
}

type Facts = Omit<Bundle, 'model'> & { readonly model: Omit<Mlp, 'weights'> };

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
  const { model, features, classes, priorCorrection, golden, input } = bundle;
  if (
    model.nFeatures !== features.length ||
    model.nClasses !== classes.length ||
    (priorCorrection ?? classes).length !== classes.length ||
    golden.rows.length !== golden.probabilities.length ||
    golden.probabilities.some((row) => row.length !== classes.length)
  ) {
    refuse(path, 'features, classes and golden rows that differ in their number');
  }
  const preprocessing = parsePreprocessing(bundle.preprocessing, (step) => `${step} in ${path}`);
  assertPreprocessable(preprocessing, { columns: input, source: path }, features);
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
    value.format === 'mlp' &&
    value.version === 1 &&
    [value.nFeatures, value.nClasses].every(isCount) &&
    listOf(isCount)(value.hiddenSizes) &&
    ACTIVATIONS.includes(value.activation as Activation) &&
    NORMALIZATIONS.includes(value.normalization as Mlp['normalization']),
  input: listOf((column) => isRecord(column) && isText(column.name) && isText(column.kind)),
  target: isText,
  id: isText,
  preprocessing: isRecord,
  features: listOf(isText),
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
    listOf(listOf(isNumber))(value.probabilities),
  versions: mapOf(isText),
  dataHashes: mapOf(isText),
};

/** Names and shapes of the weights that a model of this architecture has. */
function weightsOf(architecture: Omit<Mlp, 'weights'>): readonly Variable[] {
  return createPredictionGraph(architecture, 1).variables;
}

function refuse(path: string, got: string): never {
  throw new StageError(
    'E_DATA',
    `${path} must be a model bundle of version ${VERSION}; got ${got}`,
    {
      hint: 'the file is damaged or of another program; train writes it (npx dvc repro train)',
    },
  );
}
