import { StageError } from '../../errors.ts';
import type { Fit, TrainingData } from '../model.ts';
import type { NeighborWeights } from './classify.ts';
import { buildKdTree } from './k-d-tree.ts';
import { factorsOf, scaleColumns } from './scale.ts';
import { toTensors } from './state.ts';
import type { NeighborsFacts } from './state.ts';

export interface NeighborsOptions {
  readonly nNeighbors: number;
  readonly weights: NeighborWeights;
  readonly leafSize: number;
  readonly scale: Readonly<Record<string, number>>;
}

/** @throws StageError E_PARAMS when there are fewer rows than neighbours, or the scale fits no column. */
export function fitNeighbors(
  { train, columns, nClasses, classWeight }: TrainingData,
  { scale, ...options }: NeighborsOptions,
): Fit {
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
  const facts: NeighborsFacts = {
    ...options,
    factors: all.filter((factor) => factor > 0),
    classWeight: classWeight ?? new Array<number>(nClasses).fill(1),
  };
  return {
    fitted: { facts: { ...facts }, tensors: toTensors(tree, train.labels) },
    columns: kept,
    history: [],
    metrics: { n_samples: train.nSamples, n_columns: kept.length },
  };
}
