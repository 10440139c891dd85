/** What tells each cluster from the others, in words and pictures. */
import type { ClusterReport } from './cluster-page.ts';
import { differenceChart } from './cluster-charts.ts';
import { formatMeasure, formatPercent } from './format.ts';
import type { Html } from './html.ts';
import { figure, figures, paragraph } from './page.ts';

/** Columns named as odd in a cluster, and how many standard deviations off the mean they must be. */
const N_ODD = 3;
const MIN_DEVIATIONS = 0.5;
/** Of sparse rows, whose columns are rare: terms, pages. */
const MIN_SPARSE_DEVIATIONS = 0.1;
/** Bars of a picture, and clusters that have one. */
const N_BARS = 8;
const N_PICTURES = 12;

/** Keeps a column beside its value, so that a narrow cell breaks between columns. */
const NO_BREAK = '\u00a0';

interface Odd {
  readonly column: string;
  readonly deviation: number;
  /** What it is in the cluster, and in all rows. */
  readonly here: string;
  readonly everywhere: string;
}

/** `high Elevation 3,202, low Slope 3, Soil_Type4 in 62 %`. */
export function describeCluster(report: ClusterReport, c: number): string {
  const least = report.isSparse ? MIN_SPARSE_DEVIATIONS : MIN_DEVIATIONS;
  const odd = oddColumns(report, c)
    .filter(({ deviation }) => Math.abs(deviation) >= least)
    .slice(0, N_ODD);
  return odd.length === 0
    ? 'near the mean in every column'
    : odd.map(({ column, here }) => here.replace('*', column).replaceAll(' ', NO_BREAK)).join(', ');
}

/** A picture of each of the largest clusters. */
export async function clusterProfiles(report: ClusterReport): Promise<Html[]> {
  const { kMeans } = report.clustering;
  const nShown = Math.min(kMeans.nClusters, N_PICTURES);
  const parts: Html[] = [];
  for (let c = 0; c < nShown; c++) {
    const odd = oddColumns(report, c).slice(0, N_BARS);
    const words = odd
      .slice(0, N_ODD)
      .map(({ column, here, everywhere }) => `${here.replace('*', column)} (${everywhere})`)
      .join(', ');
    parts.push(
      figure({
        caption:
          odd.length === 0 ? `Cluster ${c + 1} is near the mean.` : `Cluster ${c + 1}: ${words}.`,
        description: `Bars: what tells cluster ${c + 1} from all rows. ${words}.`,
        svg: await differenceChart(
          odd.map(({ column, deviation }) => ({ name: column, deviation })),
        ),
      }),
    );
  }
  const rest = kMeans.nClusters - nShown;
  const intro =
    'The columns whose mean in the cluster is farthest from that of all rows; in brackets what all rows have.' +
    (rest > 0 ? ` The ${rest} smallest clusters are in the model file.` : '');
  return [paragraph(intro), figures(parts)];
}

/** The farthest first; constant columns are never odd. */
function oddColumns({ columns, summary }: ClusterReport, c: number): Odd[] {
  const { deviations, originalCenters, originalMean, shares } = summary;
  const places = columns
    .map((_, d) => d)
    .filter((d) => deviations[c * columns.length + d] !== 0)
    .sort(
      (a, b) =>
        Math.abs(deviations[c * columns.length + b]) - Math.abs(deviations[c * columns.length + a]),
    )
    .slice(0, N_BARS);
  return places.map((d) => {
    const at = c * columns.length + d;
    const share = shares.all[d];
    return share === null
      ? {
          column: columns[d],
          deviation: deviations[at],
          here: `${deviations[at] > 0 ? 'high' : 'low'} * ${formatMeasure(originalCenters[at])}`,
          everywhere: formatMeasure(originalMean[d]),
        }
      : {
          column: columns[d],
          deviation: deviations[at],
          here: `* in ${formatShare(shares.byCluster[at])}`,
          everywhere: formatPercent(share),
        };
  });
}

function formatShare(share: number): string {
  if (share === 1) return 'all';
  return share === 0 ? 'none' : formatPercent(share);
}
