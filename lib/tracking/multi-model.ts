/** Several regression forests as one model of MLflow: a prediction and its range. Loaded by multi_model.py. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StageError } from '../errors.ts';
import type { HourlyTable } from '../forecasting/restaurants/hourly-features.ts';
import type { MultiModel } from '../forecasting/restaurants/multi-model.ts';
import { findEnsembleProblem, packNodes } from '../models/trees/ensemble.ts';
import { numberTrees, toLightgbmText } from '../models/trees/lightgbm-text.ts';
import type { TreeEnsemble } from '../models/trees/ensemble.ts';
import { readSafetensors, writeSafetensors } from '../tensors/safetensors.ts';
import type { Safetensors, Tensor } from '../tensors/safetensors.ts';
import { writeLightgbmModel } from './lightgbm-model.ts';
import { writeModelFolder } from './model-folder.ts';
import type { ModelInput } from './model-folder.ts';

const LOADER = 'multi_model';
/** Rows that show a model's input. */
const N_EXAMPLES = 3;
const DATA = join('data', 'forests.safetensors');

/** Writes both models of MLflow: the single forest alone, and all as {@link writeMultiModel} does. */
export function writeForests(
  paths: { readonly simpleModel: string; readonly multiModel: string },
  model: MultiModel,
  { columns, values }: HourlyTable,
): void {
  const rows = Array.from(
    { length: Math.min(N_EXAMPLES, values.length / columns.length) },
    (_, i) => Array.from(values.subarray(i * columns.length, (i + 1) * columns.length)),
  );
  const input = { columns, example: rows };
  writeLightgbmModel(paths.simpleModel, toLightgbmText(model.single, columns), input);
  writeMultiModel(paths.multiModel, model, input);
}

/**
 * Writes a model folder; `mlflow.pyfunc.load_model(folder).predict(table)` gives a table of the columns
 * `prediction`, `minimum` and `maximum`, as predictMultiModel does.
 */
export function writeMultiModel(
  folder: string,
  { single, others }: MultiModel,
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

/**
 * What {@link writeMultiModel} wrote.
 *
 * @throws StageError E_DATA where the folder holds no such model, or a damaged one.
 */
export function readMultiModel(folder: string): {
  readonly model: MultiModel;
  readonly columns: readonly string[];
} {
  const path = join(folder, DATA);
  const { tensors, metadata } = readSafetensors(path);
  const refuse = (got: string): never => {
    throw new StageError('E_DATA', `${path} must be a multi-model; got ${got}`, {
      hint: 'run the step that writes it again',
    });
  };
  const { columns: names = '[]', n_forests: count = '0' } = metadata;
  const columns = parseColumns(names) ?? refuse(`the columns ${names}`);
  const forests = Array.from({ length: Number(count) }, (_, k) => {
    const forest = toForest(tensors, k, columns.length) ?? refuse(`no whole forest ${k}`);
    const problem = findEnsembleProblem(forest);
    return problem === null ? forest : refuse(problem);
  });
  const [single, ...others] = forests;
  if (single === undefined) refuse('no forest');
  return { model: { single, others }, columns };
}

/** null for what is no JSON list of texts. */
function parseColumns(text: string): string[] | null {
  try {
    const columns: unknown = JSON.parse(text);
    const isNames = Array.isArray(columns) && columns.every((name) => typeof name === 'string');
    return isNames ? columns : null;
  } catch {
    return null;
  }
}

function toForest(
  tensors: Safetensors['tensors'],
  k: number,
  nFeatures: number,
): TreeEnsemble | null {
  const part = <D extends 'F64' | 'I32'>(name: string, dtype: D) => {
    const tensor = tensors[`${name}.${k}`];
    return tensor?.dtype === dtype ? (tensor.data as Extract<Tensor, { dtype: D }>['data']) : null;
  };
  const [feature, left, right] = [
    part('feature', 'I32'),
    part('left', 'I32'),
    part('right', 'I32'),
  ];
  const [roots, threshold, leaves] = [part('roots', 'I32'), part('threshold', 'F64'), part('leaves', 'F64')]; // prettier-ignore
  if (!feature || !left || !right || !roots || !threshold || !leaves) return null;
  const decision = new Uint8Array(feature.length);
  return {
    ...{ nFeatures, nOutputs: 1, leafSize: 1, roots, leaves },
    nodes: packNodes({ feature, threshold, decision, left, right }),
    categoryStart: new Int32Array(1),
    categoryBits: new Uint32Array(0),
  };
}

/** From lib/tracking the root is two folders up, from dist/lib/tracking three. */
function findLoader(): string {
  const candidates = ['../..', '../../..'].map((up) =>
    fileURLToPath(new URL(`${up}/lib/tracking/${LOADER}.py`, import.meta.url)),
  );
  return candidates.find((path) => existsSync(path))!;
}
