/** Features and labels of a split: what tensorize writes and a loader reads. Pure. */
import type { Refuse } from './bytes.ts';

/** What is known of a split before its first row. */
export interface DatasetHeader {
  readonly nSamples: number;
  /** Names of the features, in order. */
  readonly columns: readonly string[];
  /** Target value of each label, sorted; empty where there are no labels. */
  readonly classes: readonly (number | string)[];
  /** True: every row has a number to predict, and no label. Absent: none has. */
  readonly hasTargets?: boolean;
}

/** Consecutive rows of a split. */
export interface Block {
  /** Row-major, shape (n, nFeatures). */
  readonly features: Float32Array;
  /** Shape (n); empty where there are no classes. */
  readonly labels: Int32Array;
  /** Numbers to predict, shape (n); absent where there are none. */
  readonly targets?: Float64Array;
}

export interface Dataset extends DatasetHeader {
  readonly nFeatures: number;
  /** Row-major, shape (nSamples, nFeatures); a view on the bytes of the file that it was read from. */
  readonly features: Float32Array;
  /** Index into `classes`, shape (nSamples); empty where there are no classes. */
  readonly labels: Int32Array;
  /** Finite numbers to predict, shape (nSamples); absent where there are none. */
  readonly targets?: Float64Array;
}

/** A dataset as a file has it, not yet checked. */
export interface DatasetParts {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly features: Float32Array;
  /** int64, little-endian, as pairs of its low and high half; shape (nLabels, 2). */
  readonly labels: Int32Array | null;
  /** Shape (nTargets). */
  readonly targets: Float64Array | null;
  readonly columns: unknown;
  readonly classes: unknown;
}

/** Puts the parts of a file together when they fit; labels become int32, which TensorFlow's kernels take. */
export function assembleDataset(
  { nSamples, nFeatures, features, labels, targets, columns, classes }: DatasetParts,
  refuse: Refuse,
): Dataset {
  if (nSamples === 0) refuse('no row');
  const isText = (item: unknown): item is string => typeof item === 'string';
  if (!isListOf(columns, isText)) return refuse('no list of different texts as columns');
  if (columns.length !== nFeatures) {
    refuse(`${columns.length} columns, where there are ${nFeatures} features`);
  }
  const isClass = (item: unknown): item is number | string =>
    isText(item) || Number.isSafeInteger(item);
  if (!isListOf(classes, isClass)) {
    return refuse('no list of different integers and texts as classes');
  }
  const nLabels = (labels?.length ?? 0) / 2;
  const nExpected = classes.length > 0 ? nSamples : 0;
  if (nLabels !== nExpected) {
    refuse(`${nLabels} labels, where there are ${nSamples} rows and ${classes.length} classes`);
  }
  const indices = toInt32(labels ?? new Int32Array(0), classes.length, refuse);
  const dataset = { nSamples, nFeatures, columns, classes, features, labels: indices };
  if (targets === null) return dataset;
  assertTargets(targets, nSamples, classes.length, refuse);
  return { ...dataset, hasTargets: true, targets };
}

function assertTargets(
  targets: Float64Array,
  nSamples: number,
  nClasses: number,
  refuse: Refuse,
): void {
  if (nClasses > 0) refuse('both labels and targets');
  if (targets.length !== nSamples) {
    refuse(`${targets.length} targets, where there are ${nSamples} rows`);
  }
  const wrong = targets.findIndex((target) => !Number.isFinite(target));
  if (wrong >= 0) refuse(`target ${targets[wrong]} in row ${wrong + 1}`);
}

/** int64, little-endian, as pairs of its low and high half. */
export function toInt64(labels: Int32Array): Int32Array {
  const pairs = new Int32Array(2 * labels.length);
  for (let i = 0; i < labels.length; i++) pairs[2 * i] = labels[i];
  return pairs;
}

/** int64 as pairs of its low and high half; not copied. */
export function toPairs({ buffer, byteOffset, length }: BigInt64Array): Int32Array {
  return new Int32Array(buffer, byteOffset, 2 * length);
}

/** null for a text that is missing or no JSON. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function toInt32(pairs: Int32Array, nClasses: number, refuse: Refuse): Int32Array {
  const labels = new Int32Array(new SharedArrayBuffer(2 * pairs.length));
  for (let i = 0; i < labels.length; i++) {
    const label = pairs[2 * i];
    if (pairs[2 * i + 1] !== 0 || label < 0 || label >= nClasses) {
      const value = (BigInt(pairs[2 * i + 1]) << 32n) | BigInt(label >>> 0);
      refuse(`label ${value} in row ${i + 1}, where there are ${nClasses} classes`);
    }
    labels[i] = label;
  }
  return labels;
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is) && new Set(value).size === value.length;
}
