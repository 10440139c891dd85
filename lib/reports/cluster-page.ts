/** The page of `cluster`: what the clusters are, how well apart, and what they have to do with the classes. */
import type { ContingencyTable } from '../metrics/contingency.ts';
import type { Clustering } from '../clustering/cluster.ts';
import type { ClusterSummary } from '../clustering/cluster-summary.ts';
import type { Plane } from '../clustering/plane.ts';
import { scatterChart } from './cluster-charts.ts';
import { choiceSection } from './cluster-choice.ts';
import { clusterProfiles, describeCluster } from './cluster-profile.ts';
import { formatCount, formatMeasure, formatPercent, formatRows, formatScore } from './format.ts';
import { markup, type Html } from './html.ts';
import {
  bar,
  facts,
  figure,
  figures,
  keyNumbers,
  page,
  paragraph,
  scrollable,
  table,
  type KeyNumber,
  type Section,
} from './page.ts';

export interface ClusterReport {
  readonly columns: readonly string[];
  readonly clustering: Clustering;
  readonly summary: ClusterSummary;
  readonly picture: Plane;
  /** Rows are sparse: counts, or weights of terms. */
  readonly isSparse: boolean;
  /** Agreement with the classes; null where there is no target. */
  readonly agreement: {
    readonly target: string;
    readonly classes: readonly (number | string)[];
    /** Labels of all rows, shape (nSamples). */
    readonly labels: Int32Array;
    /** Rows are clusters, columns classes. */
    readonly table: ContingencyTable;
    readonly adjustedRandIndex: number;
    readonly normalizedMutualInformation: number;
  } | null;
  /** What a class is called beside its value: { 1: 'Spruce/Fir' }; a class without an entry keeps its value. */
  readonly classNames: Readonly<Record<string, string>>;
  /** Data and parameters, as pairs of a term and its value. */
  readonly about: readonly (readonly [term: string, value: string])[];
}

/** Columns of the table of centers; models/cluster.json holds all. */
const N_COLUMNS = 24;

/** The whole document; same input, same bytes. */
export async function clusterPage(report: ClusterReport): Promise<string> {
  const { clustering, agreement } = report;
  const { nClusters, sizes } = clustering.kMeans;
  const nSamples = sizes.reduce((sum, size) => sum + size, 0);
  const sections: Section[] = [
    { heading: 'In short', content: [headline(report, nSamples)] },
    { heading: 'The rows in two dimensions', content: await pictures(report) },
    { heading: 'The clusters', content: [clusterTable(report, nSamples)] },
    { heading: 'What tells each cluster from the others', content: await clusterProfiles(report) },
    ...(agreement === null
      ? []
      : [{ heading: 'Clusters and classes', content: [heatMap(report, agreement)] }]),
    { heading: 'Centers in the units of the data', content: [centerTable(report)] },
    ...(await choiceSection(clustering)),
    { heading: 'Data and parameters', content: [facts(report.about)] },
  ];
  return page({
    title: agreement === null ? 'Clusters' : `Clusters and ${agreement.target}`,
    subtitle: `${formatRows(nSamples)} in ${nClusters} ${nClusters === 1 ? 'cluster' : 'clusters'} by k-means, ${report.columns.length} features.`,
    sections,
  });
}

function headline({ clustering, agreement }: ClusterReport, nSamples: number): Html {
  const { kMeans, silhouette } = clustering;
  const numbers: KeyNumber[] = [
    {
      label: 'Clusters',
      value: String(kMeans.nClusters),
      note: clustering.candidates.length > 0 ? `chosen by ${clustering.choice}` : 'as given',
    },
    {
      label: 'Silhouette',
      value: formatScore(silhouette?.mean ?? null),
      note:
        silhouette === null
          ? 'needs two clusters'
          : `1: apart, 0: touching; on ${formatRows(silhouette.nSamples)}`,
    },
    {
      label: 'Inertia per row',
      value: formatScore(kMeans.inertia / nSamples),
      note: 'squared distance to the center',
    },
  ];
  const agreementOfResamples = clustering.stability?.adjustedRandIndex ?? null;
  if (agreementOfResamples !== null) {
    numbers.push({
      label: 'Stability',
      value: formatScore(agreementOfResamples),
      note: 'adjusted Rand index of resamples; 1: always the same clusters',
    });
  }
  if (agreement !== null) {
    numbers.push(
      {
        label: 'Adjusted Rand index',
        value: formatScore(agreement.adjustedRandIndex),
        note: 'agreement with the classes; 0 by chance, 1 the same',
      },
      {
        label: 'Mutual information',
        value: formatScore(agreement.normalizedMutualInformation),
        note: 'normalized; 0: none, 1: the same',
      },
    );
  }
  return keyNumbers(numbers);
}

function nameClasses(
  classes: readonly (number | string)[],
  classNames: ClusterReport['classNames'],
): string[] {
  return classes
    .map(String)
    .map((value) => (Object.hasOwn(classNames, value) ? `${value} ${classNames[value]}` : value));
}

async function pictures({
  clustering,
  picture,
  agreement,
  classNames,
}: ClusterReport): Promise<Html[]> {
  const { kMeans, picture: rows } = clustering;
  const numbers = Array.from(kMeans.sizes, (_, c) => String(c + 1));
  const ofRows = (labels: Int32Array): Int32Array => Int32Array.from(rows, (row) => labels[row]);
  const isAll = rows.length === kMeans.labels.length;
  const which = isAll
    ? `All ${formatRows(rows.length)}`
    : `${formatRows(rows.length)}, drawn at random`;
  const drawn = `${which}, along the two directions in which they vary most.`;
  const parts = [
    figure({
      caption: 'In the colours of their clusters, with the number of each cluster at its center.',
      description: `Scatter plot. ${drawn} Colours are clusters.`,
      svg: await scatterChart(picture, ofRows(kMeans.labels), numbers, 'cluster'),
    }),
  ];
  if (agreement !== null) {
    const { target, labels, classes } = agreement;
    parts.push(
      figure({
        caption: `The same rows in the colours of ${target}; the numbers are still those of the clusters.`,
        description: `Scatter plot. ${drawn} Colours are values of ${target}.`,
        svg: await scatterChart(picture, ofRows(labels), nameClasses(classes, classNames), target),
      }),
    );
  }
  return [paragraph(drawn), figures(parts)];
}

function clusterTable(report: ClusterReport, nSamples: number): Html {
  const { kMeans, silhouette, stability } = report.clustering;
  return table({
    caption:
      'Silhouette: near 1 the rows lie well inside, near 0 between two clusters. What stands out: the columns whose ' +
      'center is farthest from the mean of all rows, in standard deviations.' +
      (stability === null
        ? ''
        : ` Found again: how much of the cluster is one cluster in ${stability.nBootstrap} resamples too (mean Jaccard coefficient; above 75 % it is stable, below 60 % not to be trusted).`),
    columns: [
      { label: 'Cluster' },
      { label: 'Rows', isNumeric: true },
      { label: 'Share' },
      { label: 'Silhouette', isNumeric: true },
      ...(stability === null ? [] : [{ label: 'Found again', isNumeric: true }]),
      { label: 'What stands out' },
    ],
    rows: Array.from(kMeans.sizes, (size, c) => [
      c + 1,
      formatCount(size),
      bar(size / nSamples, formatPercent(size / nSamples)),
      formatScore(silhouette?.byCluster[c] ?? null),
      ...(stability === null ? [] : [formatPercent(stability.jaccard[c])]),
      describeCluster(report, c),
    ]),
  });
}

function heatMap(
  { clustering, classNames }: ClusterReport,
  { target, classes, table: counts }: NonNullable<ClusterReport['agreement']>,
): Html {
  const { sizes } = clustering.kMeans;
  const cell = (cluster: number, column: number): Html => {
    const count = counts.counts[cluster * counts.nColumns + column];
    if (count === 0) return markup`<td class="none">0</td>`;
    const share = count / sizes[cluster];
    return markup`<td style="--share:${share.toFixed(4)}">${formatPercent(share)}<small>${formatCount(count)}</small></td>`;
  };
  const caption = `Rows are clusters, columns values of ${target}. Share of the rows of the cluster, and their number.`;
  return scrollable(
    'Clusters and classes',
    markup`<table class="heat">
<caption>${caption}</caption>
<thead><tr><th scope="col">cluster ↓ ${target} →</th>${nameClasses(classes, classNames).map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${Array.from(
  sizes,
  (_, c) =>
    markup`<tr><th scope="row">${c + 1}</th>${classes.map((_, column) => cell(c, column))}</tr>
`,
)}</tbody>
</table>`,
  );
}

function centerTable({ columns, clustering, summary }: ClusterReport): Html {
  const { nClusters, sizes } = clustering.kMeans;
  // how much of the variance of the column lies between the clusters, up to a factor
  const spread = columns.map((_, d) =>
    sizes.reduce((sum, size, c) => sum + size * summary.deviations[c * columns.length + d] ** 2, 0),
  );
  const shown = columns
    .map((_, d) => d)
    .sort((a, b) => spread[b] - spread[a])
    .slice(0, N_COLUMNS);
  const nLeft = columns.length - shown.length;
  return table({
    caption:
      'Columns in which the clusters differ most come first' +
      (nLeft > 0 ? `; ${nLeft} more are in the model file.` : '.') +
      ' The mean of a column of 0 and 1 is the share of 1. Values that were scaled are taken back to their units.',
    columns: [
      { label: 'Column' },
      { label: 'All rows', isNumeric: true },
      ...Array.from({ length: nClusters }, (_, c) => ({ label: String(c + 1), isNumeric: true })),
    ],
    rows: shown.map((d) => [
      columns[d],
      formatMeasure(summary.originalMean[d]),
      ...Array.from({ length: nClusters }, (_, c) =>
        formatMeasure(summary.originalCenters[c * columns.length + d]),
      ),
    ]),
  });
}
