import { StageError } from '../../errors.ts';
import type { Fit, RegressionData, TrainingData } from '../model.ts';
import type { NeighborWeights } from './classify.ts';
import { buildKdTree } from './k-d-tree.ts';
import type { KdTree } from './k-d-tree.ts';
import { factorsOf, scaleColumns } from './scale.ts';
import { toTensors } from './state.ts';
import type { NeighborsFacts, TreeFacts } from './state.ts';

export interface NeighborsOptions {
  readonly nNeighbors: number;
  readonly weights: NeighborWeights;
  readonly leafSize: number;
  readonly scale: Readonly<Record<string, number>>;
}

/** @throws StageError E_PARAMS when there are fewer rows than neighbours, or the scale fits no column. */
export function fitNeighbors(data: TrainingData, options: NeighborsOptions): Fit {
  const { train, nClasses, classWeight } = data;
  const { facts, tree, kept } = growTree(data, options);
  const all: NeighborsFacts = {
    ...facts,
    classWeight: classWeight ?? new Array<number>(nClasses).fill(1),
  };
  const labels = { dtype: 'I32', shape: [train.nSamples], data: train.labels } as const;
  return toFit({ ...all }, toTensors(tree, { labels }), kept, train.nSamples);
}

/** @throws StageError as {@link fitNeighbors} does. */
export function fitNeighborsRegressor(data: RegressionData, options: NeighborsOptions): Fit {
  const { targets, nSamples } = data.train;
  const { facts, tree, kept } = growTree(data, options);
  const tensors = toTensors(tree, {
    targets: { dtype: 'F64', shape: [nSamples], data: targets },
  });
  return toFit({ ...facts }, tensors, kept, nSamples);
}

function toFit(
  facts: Fit['fitted']['facts'],
  tensors: Fit['fitted']['tensors'],
  kept: readonly string[],
  nSamples: number,
): Fit {
  const metrics = { n_samples: nSamples, n_columns: kept.length };
  return { fitted: { facts, tensors }, columns: kept, history: [], metrics };
}

function growTree(
  { train, columns }: TrainingData | RegressionData,
  { scale, ...options }: NeighborsOptions,
): { facts: TreeFacts; tree: KdTree; kept: string[] } {
  if (options.nNeighbors > train.nSamples) {
    throw new StageError(
      'E_PARAMS',
      `k_nearest_neighbors.n_neighbors must be at most the ${train.nSamples} rows of train; got ${options.nNeighbors}`,
      { hint: 'take fewer neighbours' },
    );
  }
  const all = factorsOf(columns, scale);
  const kept = columns.filter((_, j) => all[j] > 0);
  const tree = buildKdTree(scaleColumns(train.features, all), kept.length, options.leafSize);
  return { facts: { ...options, factors: all.filter((factor) => factor > 0) }, tree, kept };
}
