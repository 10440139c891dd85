/** Several regression forests as one model of MLflow: a prediction and its range. Loaded by multi_model.py. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { numberTrees } from '../models/trees/lightgbm-text.ts';
import type { TreeEnsemble } from '../models/trees/ensemble.ts';
import { writeSafetensors } from '../tensors/safetensors.ts';
import type { Tensor } from '../tensors/safetensors.ts';
import { writeModelFolder } from './model-folder.ts';
import type { ModelInput } from './model-folder.ts';

const LOADER = 'multi_model';
const DATA = join('data', 'forests.safetensors');

export interface MultiModelForests {
  /** Gives the prediction. */
  readonly single: TreeEnsemble;
  /** Give minimum and maximum, at least one. */
  readonly others: readonly TreeEnsemble[];
}

/**
 * Writes a model folder; `mlflow.pyfunc.load_model(folder).predict(table)` gives a table of the columns
 * `prediction`, `minimum` and `maximum`, each the mean of the trees of a forest, cut at 0.
 */
export function writeMultiModel(
  folder: string,
  { single, others }: MultiModelForests,
  input: ModelInput,
): void {
  const forests = [single, ...others];
  mkdirSync(join(folder, 'data'), { recursive: true });
  mkdirSync(join(folder, 'code'), { recursive: true });
  const tensors = Object.assign({}, ...forests.map(toTensors)) as Record<string, Tensor>;
  writeSafetensors(join(folder, DATA), tensors, {
    columns: JSON.stringify(input.columns),
    n_forests: String(forests.length),
  });
  copyFileSync(findLoader(), join(folder, 'code', `${LOADER}.py`));
  writeModelFolder(folder, {
    ...input,
    flavors: {},
    ...{ loader: LOADER, data: DATA.replaceAll('\\', '/'), code: 'code' },
    outputs: ['prediction', 'minimum', 'maximum'],
    needs: ['mlflow', 'numpy', 'pandas'],
  });
}

/** All trees of a forest as one list of nodes and one of leaves. */
function toTensors(forest: TreeEnsemble, k: number): Record<string, Tensor> {
  const trees = numberTrees(forest);
  let [nNodes, nLeaves] = [0, 0];
  const parts = { feature: [], threshold: [], left: [], right: [], roots: [], leaves: [] } as {
    [part: string]: number[];
  };
  for (const { feature, threshold, left, right, leaves } of trees) {
    const shift = (child: number): number => (child < 0 ? ~(~child + nLeaves) : child + nNodes);
    parts.roots.push(shift(feature.length > 0 ? 0 : ~0));
    parts.feature.push(...feature);
    parts.threshold.push(...threshold);
    parts.left.push(...left.map(shift));
    parts.right.push(...right.map(shift));
    parts.leaves.push(...leaves);
    nNodes += feature.length;
    nLeaves += leaves.length;
  }
  return Object.fromEntries(
    Object.entries(parts).map(([part, values]) => {
      const shape = [values.length];
      const isReal = part === 'threshold' || part === 'leaves';
      const tensor: Tensor = isReal
        ? { dtype: 'F64', shape, data: Float64Array.from(values) }
        : { dtype: 'I32', shape, data: Int32Array.from(values) };
      return [`${part}.${k}`, tensor];
    }),
  );
}

/** From lib/tracking the root is two folders up, from dist/lib/tracking three. */
function findLoader(): string {
  const candidates = ['../..', '../../..'].map((up) =>
    fileURLToPath(new URL(`${up}/lib/tracking/${LOADER}.py`, import.meta.url)),
  );
  return candidates.find((path) => existsSync(path))!;
}
