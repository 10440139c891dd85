/** The files of a clustering: model, metrics and the page. */
import { writeFileSync } from 'node:fs';
import { adjustedRandIndex, normalizedMutualInformation } from '../metrics/clustering.ts';
import { contingencyTable } from '../metrics/contingency.ts';
import type { ClusterParams } from '../clustering/cluster-params.ts';
import { choicesOf, chooseNClusters } from '../clustering/choose-n-clusters.ts';
import { summarizeClusters } from '../clustering/cluster-summary.ts';
import type { Clustering } from '../clustering/cluster.ts';
import type { KMeans } from '../clustering/k-means.ts';
import { isPlain } from '../clustering/prepare-rows.ts';
import { clusterPage } from '../reports/cluster-page.ts';
import type { ClusterReport } from '../reports/cluster-page.ts';
import { formatScore } from '../reports/format.ts';
import type { ClusterInput } from './cluster-input.ts';
import { writeLabels } from './cluster-labels.ts';
import { writeClusterModel } from './cluster-model.ts';
import { withDatabase } from './database.ts';
import { writeJson } from './json-files.ts';

/** @returns One line for people, and the metrics as they were written. */
export async function writeClustering(
  paths: Readonly<Record<'in' | 'model' | 'metrics' | 'page', string>> & {
    readonly labels: string | null;
  },
  {
    input,
    clustering,
    classNames,
    params,
    base,
  }: {
    input: ClusterInput;
    clustering: Clustering;
    classNames: Readonly<Record<string, string>>;
    params: ClusterParams;
    base: { readonly threads: number; readonly memoryMb: number; readonly id: string };
  },
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const { rows, scaler } = input;
  const { columns, X } = rows;
  const { kMeans, preparation } = clustering;
  const summary = summarizeClusters(X, columns, kMeans, !isPlain(preparation), scaler);
  const agreement = compareWithClasses(rows, kMeans);
  const metrics = toMetrics(clustering, agreement);
  writeClusterModel(paths.model, columns, clustering, summary.originalCenters);
  const { labels } = paths;
  if (labels !== null) {
    await withDatabase(base, (database) =>
      writeLabels(database, labels, kMeans.labels, input.ids, base.id),
    );
  }
  writeJson(paths.metrics, metrics);
  const html = await clusterPage({
    columns,
    clustering,
    summary,
    isSparse: !(X instanceof Float32Array),
    picture: clustering.plane,
    agreement,
    classNames,
    about: describe(paths.in, columns.length, kMeans, params),
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

function compareWithClasses(
  { target }: ClusterInput['rows'],
  kMeans: KMeans,
): ClusterReport['agreement'] {
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
  { kMeans, candidates, silhouette, stability }: Clustering,
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
    ...(stability === null
      ? {}
      : {
          stability: {
            adjusted_rand_index: stability.adjustedRandIndex,
            jaccard: Object.fromEntries(stability.jaccard.map((value, c) => [c + 1, value])),
          },
        }),
    ...(candidates.length === 0
      ? {}
      : {
          silhouette_by_n_clusters: byNClusters(candidates, 'silhouette'),
          inertia_by_n_clusters: byNClusters(candidates, 'inertia'),
          ...(choicesOf(candidates).includes('gap')
            ? { gap_by_n_clusters: byNClusters(candidates, 'gap') }
            : {}),
          chosen_by: Object.fromEntries(
            choicesOf(candidates).map((choice) => [choice, chooseNClusters(candidates, choice)]),
          ),
        }),
  };
}

function byNClusters(
  candidates: Clustering['candidates'],
  measure: 'silhouette' | 'inertia' | 'gap',
): Record<string, number | null> {
  const measured = candidates.filter((candidate) => candidate[measure] !== null);
  return Object.fromEntries(measured.map((candidate) => [candidate.nClusters, candidate[measure]]));
}

function describe(
  source: string,
  nFeatures: number,
  { nIter, isConverged }: KMeans,
  params: ClusterParams,
): [term: string, value: string][] {
  return [
    ['Data', source],
    ['Features', String(nFeatures)],
    ['Rows', describeRows(params)],
    ['Algorithm', describeAlgorithm(params)],
    ['First centers', `${params.init}, best of ${params.nInit}`],
    ['Iterations', `${nIter}${isConverged ? '' : ', not converged'}`],
  ];
}

function describeRows({ svdComponents, normalize }: ClusterParams): string {
  const steps = [
    ...(svdComponents === null ? [] : [`${svdComponents} components of a truncated SVD`]),
    ...(normalize === 'l2' ? ['divided by their norms'] : []),
  ];
  return steps.length === 0 ? 'as they are' : steps.join(', ');
}

function describeAlgorithm({ algorithm, batchSize }: ClusterParams): string {
  return algorithm === 'lloyd' ? "Lloyd's" : `mini-batch, ${batchSize} rows a step`;
}
