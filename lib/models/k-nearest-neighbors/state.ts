/** What the model learnt, as plain data; the distance of two rows is that of their scaled coordinates. */
import type { Tensor } from '../../tensors/safetensors.ts';
import type { FittedModel } from '../model.ts';
import { NEIGHBOR_WEIGHTS } from './classify.ts';
import type { NeighborWeights } from './classify.ts';
import { depthOf } from './k-d-tree.ts';
import type { KdTree } from './k-d-tree.ts';

export interface TreeFacts {
  readonly nNeighbors: number;
  readonly weights: NeighborWeights;
  readonly leafSize: number;
  /** Of each column, above 0. */
  readonly factors: readonly number[];
}

export interface NeighborsFacts extends TreeFacts {
  /** Of each class, at least 0. */
  readonly classWeight: readonly number[];
}

/** @param truth - `labels` or `targets` of the rows. */
export function toTensors(
  tree: KdTree,
  truth: Readonly<Record<string, Tensor>>,
): FittedModel['tensors'] {
  const n = tree.rows.length;
  const { points, rows, splitColumns, splitValues } = tree;
  return {
    points: { dtype: 'F32', shape: [n, tree.nColumns], data: points },
    rows: { dtype: 'I32', shape: [n], data: rows },
    ...truth,
    split_columns: { dtype: 'I32', shape: [splitColumns.length], data: splitColumns },
    split_values: { dtype: 'F32', shape: [splitColumns.length, 2], data: splitValues },
  };
}

export function toTree({ tensors, columns }: FittedModel): KdTree {
  return {
    nColumns: columns.length,
    points: tensors.points.data as Float32Array,
    rows: tensors.rows.data as Int32Array,
    splitColumns: tensors.split_columns.data as Int32Array,
    splitValues: tensors.split_values.data as Float32Array,
  };
}

export function findNeighborsProblem(fitted: FittedModel): string | null {
  const problem = findTreeProblem(fitted);
  if (problem !== null) return problem;
  const { facts, tensors, nClasses } = fitted;
  const { labels, rows } = tensors;
  const { classWeight } = facts as Partial<NeighborsFacts>;
  if (!areNumbers(classWeight, nClasses)) return 'weights that do not fit its classes';
  const n = rows.data.length;
  if (labels?.dtype !== 'I32' || labels.data.length !== n) return `no labels of ${n} rows`;
  const isClass = (label: number): boolean => label >= 0 && label < nClasses;
  return labels.data.every(isClass) ? null : `labels beyond its ${nClasses} classes`;
}

export function findNeighborsRegressorProblem(fitted: FittedModel): string | null {
  const problem = findTreeProblem(fitted);
  if (problem !== null) return problem;
  const { targets, rows } = fitted.tensors;
  const n = rows.data.length;
  if (targets?.dtype !== 'F64' || targets.data.length !== n) return `no targets of ${n} rows`;
  return targets.data.every(Number.isFinite) ? null : 'targets that are not finite';
}

/** At least 0. */
const isNumber = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const areNumbers = (list: unknown, length: number): boolean =>
  Array.isArray(list) && list.length === length && list.every(isNumber);

function findTreeProblem({ facts, tensors, columns }: FittedModel): string | null {
  const { points, rows, split_columns: splits, split_values: values } = tensors;
  if (points?.dtype !== 'F32' || points.shape.length !== 2 || points.shape[0] === 0) {
    return 'no points';
  }
  const [n, d] = points.shape;
  if (d !== columns.length) return `points of ${d} columns, where it takes ${columns.length}`;
  const { nNeighbors, weights, leafSize, factors } = facts as Partial<TreeFacts>;
  const isCount = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 1;
  if (!isCount(nNeighbors) || nNeighbors > n || !isCount(leafSize)) {
    return `the ${String(nNeighbors)} nearest of ${n} rows, ${String(leafSize)} to a leaf`;
  }
  if (!NEIGHBOR_WEIGHTS.includes(weights!)) return `weights ${String(weights)}`;
  if (!areNumbers(factors, d) || factors!.includes(0)) return 'factors that do not fit its columns';
  const nNodes = 2 ** depthOf(n, leafSize) - 1;
  const isWithin = (end: number) => (value: number) => value >= 0 && value < end;
  if (rows?.dtype !== 'I32' || rows.data.length !== n || !rows.data.every(isWithin(n))) {
    return `no numbers of ${n} rows`;
  }
  if (splits?.dtype !== 'I32' || splits.data.length !== nNodes || !splits.data.every(isWithin(d))) {
    return `no columns of ${nNodes} nodes`;
  }
  if (values?.dtype !== 'F32' || values.data.length !== 2 * nNodes) {
    return `no values of ${nNodes} nodes`;
  }
  return null;
}
