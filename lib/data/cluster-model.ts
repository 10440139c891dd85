/** The file of a clustering, and clusters of new rows by it. */
import { assignRows } from '../clustering/assign-rows.ts';
import type { KMeans } from '../clustering/k-means.ts';
import { isPlain, prepareRows } from '../clustering/prepare-rows.ts';
import type { Preparation } from '../clustering/prepare-rows.ts';
import type { Rows } from '../clustering/to-sample-rows.ts';
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { readJson, writeJson } from './json-files.ts';

export interface ClusterModel extends Preparation {
  /** What the rows had, in order. */
  readonly columns: readonly string[];
  /** Of the prepared rows, row-major, shape (nClusters, nFeatures). */
  readonly centers: Float64Array;
  readonly nClusters: number;
}

/** @param originalCenters - In the units before scaling, row-major, shape (nClusters, nColumns). */
export function writeClusterModel(
  file: string,
  columns: readonly string[],
  { preparation, kMeans }: { readonly preparation: Preparation; readonly kMeans: KMeans },
  originalCenters: Float64Array,
): void {
  const { svd, normalize } = preparation;
  writeJson(file, {
    format: 'k-means',
    version: 1,
    columns,
    ...(isPlain(preparation) ? {} : { normalize }),
    ...(svd === null ? {} : { svd_components: toMatrix(svd.components, columns.length) }),
    centers: toMatrix(kMeans.centers, kMeans.nFeatures),
    original_centers: toMatrix(originalCenters, columns.length),
    sizes: [...kMeans.sizes],
    inertia: kMeans.inertia,
    n_iter: kMeans.nIter,
    is_converged: kMeans.isConverged,
  });
}

/** @throws StageError E_DATA for a file that is not what `cluster` writes. */
export function readClusterModel(file: string): ClusterModel {
  const model = readJson(file);
  const refuse = (got: string): never => {
    throw new StageError(
      'E_DATA',
      `${file} must hold a clustering, k-means version 1; got ${got}`,
      {
        hint: 'name a file that cluster wrote',
      },
    );
  };
  if (!isRecord(model) || model.format !== 'k-means' || model.version !== 1) {
    return refuse('another format or version');
  }
  const { columns, normalize = 'none' } = model;
  if (!Array.isArray(columns)) return refuse('no list of columns');
  if (normalize !== 'none' && normalize !== 'l2') return refuse(`normalize ${String(normalize)}`);
  const svd =
    model.svd_components === undefined
      ? null
      : {
          nComponents: (model.svd_components as unknown[]).length,
          components: fromMatrix(model.svd_components, columns.length, refuse),
        };
  const width = svd?.nComponents ?? columns.length;
  const centers = fromMatrix(model.centers, width, refuse);
  return { columns, normalize, svd, centers, nClusters: centers.length / width };
}

/**
 * The cluster of each row, from 0: that of the nearest center, once the rows are prepared as those of the fit were.
 *
 * @param X - With the columns of the model, in their order, scaled as they were; every value finite.
 * @throws RangeError when there are more or fewer columns.
 */
export function assignClusters(model: ClusterModel, X: Rows, nColumns: number): Int32Array {
  if (nColumns !== model.columns.length) {
    throw new RangeError(`rows must have ${model.columns.length} columns; got ${nColumns}`);
  }
  const prepared = prepareRows(X, nColumns, model);
  return assignRows(prepared.X, prepared.nFeatures, model.centers);
}

function toMatrix(values: Float64Array, nColumns: number): number[][] {
  return Array.from({ length: values.length / nColumns }, (_, row) => [
    ...values.subarray(row * nColumns, (row + 1) * nColumns),
  ]);
}

function fromMatrix(
  value: unknown,
  nColumns: number,
  refuse: (got: string) => never,
): Float64Array {
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === nColumns && row.every(Number.isFinite);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRow)) {
    return refuse(`rows of numbers that are not ${nColumns} long`);
  }
  return Float64Array.from((value as number[][]).flat());
}
