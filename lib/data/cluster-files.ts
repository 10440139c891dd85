/** The files of a clustering: model, metrics and the page. */
import { writeFileSync } from 'node:fs';
import { adjustedRandIndex, normalizedMutualInformation } from '../metrics/clustering.ts';
import { contingencyTable } from '../metrics/contingency.ts';
import type { ClusterParams } from '../clustering/cluster-params.ts';
import { summarizeClusters } from '../clustering/cluster-summary.ts';
import { takeRows } from '../clustering/cluster.ts';
import type { Clustering } from '../clustering/cluster.ts';
import type { KMeans } from '../clustering/k-means.ts';
import { fitPrincipalComponents, transform } from '../clustering/principal-components.ts';
import type { Scaler } from '../preprocessing/scaler.ts';
import type { Picture } from '../reports/cluster-charts.ts';
import { clusterPage } from '../reports/cluster-page.ts';
import type { ClusterReport } from '../reports/cluster-page.ts';
import { formatScore } from '../reports/format.ts';
import type { LabelledRows } from '../tensors/read-rows.ts';
import { writeJson } from './json-files.ts';

/** @returns One line for people, and the metrics as they were written. */
export async function writeClustering(
  paths: Readonly<Record<'in' | 'model' | 'metrics' | 'page', string>>,
  {
    rows,
    clustering,
    scaler,
    classNames,
    params,
  }: {
    rows: LabelledRows;
    clustering: Clustering;
    scaler: Scaler | null;
    classNames: Readonly<Record<string, string>>;
    params: ClusterParams;
  },
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const { columns, X } = rows;
  const { kMeans } = clustering;
  const summary = summarizeClusters(X, columns, kMeans, scaler);
  const agreement = compareWithClasses(rows, kMeans);
  const metrics = toMetrics(clustering, agreement);
  writeJson(paths.model, {
    format: 'k-means',
    version: 1,
    columns,
    centers: toMatrix(kMeans.centers, columns.length),
    original_centers: toMatrix(summary.originalCenters, columns.length),
    sizes: [...kMeans.sizes],
    inertia: kMeans.inertia,
    n_iter: kMeans.nIter,
    is_converged: kMeans.isConverged,
  });
  writeJson(paths.metrics, metrics);
  const html = await clusterPage({
    columns,
    clustering,
    summary,
    picture: drawPicture(X, columns.length, clustering),
    agreement,
    classNames,
    about: describe(paths.in, rows, kMeans, params),
  });
  writeFileSync(paths.page, html);
  return { message: toMessage(clustering), ...metrics };
}

function toMessage({ kMeans, silhouette }: Clustering): string {
  const { nClusters, nIter, isConverged, labels } = kMeans;
  const clusters = nClusters === 1 ? '1 cluster' : `${nClusters} clusters`;
  const end = isConverged ? '' : `, not converged in ${nIter} iterations`;
  return `${labels.length} rows in ${clusters}, silhouette ${formatScore(silhouette?.mean ?? null)}${end}`;
}

function compareWithClasses({ target }: LabelledRows, kMeans: KMeans): ClusterReport['agreement'] {
  if (target === null) return null;
  const table = contingencyTable(kMeans.labels, target.labels, {
    nRows: kMeans.nClusters,
    nColumns: target.classes.length,
  });
  return {
    target: target.name,
    classes: target.classes,
    labels: target.labels,
    table,
    adjustedRandIndex: adjustedRandIndex(table),
    normalizedMutualInformation: normalizedMutualInformation(table),
  };
}

function toMetrics(
  { kMeans, candidates, silhouette }: Clustering,
  agreement: ClusterReport['agreement'],
): Record<string, unknown> {
  return {
    n_samples: kMeans.labels.length,
    n_clusters: kMeans.nClusters,
    inertia: kMeans.inertia,
    silhouette: silhouette?.mean ?? null,
    ...(agreement === null
      ? {}
      : {
          adjusted_rand_index: agreement.adjustedRandIndex,
          normalized_mutual_information: agreement.normalizedMutualInformation,
        }),
    sizes: Object.fromEntries(Array.from(kMeans.sizes, (size, c) => [c + 1, size])),
    ...(candidates.length === 0
      ? {}
      : {
          silhouette_by_n_clusters: Object.fromEntries(
            candidates.map((candidate) => [candidate.nClusters, candidate.silhouette]),
          ),
        }),
  };
}

/** Rows and centers along the first two principal components of the rows drawn. */
function drawPicture(X: Float32Array, nFeatures: number, { kMeans, picture }: Clustering): Picture {
  const drawn = takeRows(X, nFeatures, picture);
  const components = fitPrincipalComponents(drawn, nFeatures, Math.min(2, nFeatures));
  const { explainedVarianceRatio } = components;
  // a single feature makes a picture of one dimension
  const inPlane = (coordinates: Float64Array): Float64Array =>
    nFeatures > 1 ? coordinates : Float64Array.from([...coordinates].flatMap((x) => [x, 0]));
  return {
    coordinates: inPlane(transform(components, drawn)),
    centers: inPlane(transform(components, kMeans.centers)),
    explainedVarianceRatio: nFeatures > 1 ? explainedVarianceRatio : [...explainedVarianceRatio, 0],
  };
}

function toMatrix(values: Float64Array, nColumns: number): number[][] {
  return Array.from({ length: values.length / nColumns }, (_, row) => [
    ...values.subarray(row * nColumns, (row + 1) * nColumns),
  ]);
}

function describe(
  source: string,
  { columns }: LabelledRows,
  { nIter, isConverged }: KMeans,
  params: ClusterParams,
): [term: string, value: string][] {
  return [
    ['Data', source],
    ['Features', String(columns.length)],
    ['First centers', `${params.init}, best of ${params.nInit}`],
    ['Iterations', `${nIter}${isConverged ? '' : ', not converged'}`],
  ];
}
