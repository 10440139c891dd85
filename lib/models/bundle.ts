/**
 * A model in one file: weights, input schema, fitted preprocessing, classes, threshold, prior correction,
 * training distribution, golden rows, versions and data hash.
 *
 * The file is safetensors: the weights are tensors, all else is JSON in its metadata. Plain data; nothing
 * in it is ever executed.
 */
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { Column, Row } from '../sql.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { Tensor } from '../tensors/safetensors.ts';
import type { Mlp } from './mlp.ts';

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
  const tensors = Object.entries(weights).map(([name, data]): [string, Tensor] => [
    name,
    { dtype: 'F32', shape: shapeOf(name, architecture), data },
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
 * @throws StageError E_DATA for a file that is missing, truncated, no bundle, of another version, or whose
 *   weights do not have the shapes of its architecture.
 */
export function readBundle(path: string): Bundle {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== FORMAT) refuse(path, 'a safetensors file of something else');
  if (metadata.version !== VERSION) refuse(path, `version ${metadata.version}`);
  const facts = parseFacts(path, metadata.bundle);
  const weights = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const expected = shapeOf(name, facts.model);
    if (dtype !== 'F32' || shape.join() !== expected.join()) {
      refuse(path, `the weights ${name} as ${dtype} (${shape.join(', ')})`);
    }
    return [name, data as Float32Array] as const;
  });
  return { ...facts, model: { ...facts.model, weights: Object.fromEntries(weights) } };
}

function parseFacts(path: string, text: string): Bundle {
  try {
    const facts: unknown = JSON.parse(text);
    if (isRecord(facts) && isRecord(facts.model) && facts.model.format === 'mlp') {
      return facts as unknown as Bundle;
    }
  } catch {
    // falls through to the refusal
  }
  return refuse(path, 'metadata that no version of timberline wrote');
}

function shapeOf(
  name: string,
  { nFeatures, hiddenSizes, nClasses }: Omit<Mlp, 'weights'>,
): number[] {
  const sizes = [nFeatures, ...hiddenSizes, nClasses];
  const layer = Number(/^layer(\d+)\//.exec(name)?.[1]);
  return name.endsWith('/kernel') ? [sizes[layer], sizes[layer + 1]] : [sizes[layer + 1]];
}

function refuse(path: string, got: string): never {
  throw new StageError(
    'E_DATA',
    `${path} must be a model bundle of version ${VERSION}; got ${got}`,
    {
      hint: 'train writes it; run npx dvc repro train',
    },
  );
}
