/** The section of the cluster page that tells how many clusters there are, and by what. */
import { choicesOf, chooseNClusters } from '../clustering/choose-n-clusters.ts';
import type { Choice } from '../clustering/choose-n-clusters.ts';
import type { Clustering } from '../clustering/cluster.ts';
import { choiceChart } from './cluster-charts.ts';
import type { Html } from './html.ts';
import { figure, figures, paragraph, type Section } from './page.ts';

const MEASURES = { silhouette: 'silhouette', gap: 'gap', elbow: 'inertia' } as const;
const TITLES = { silhouette: 'mean silhouette', gap: 'gap', inertia: 'inertia' };
const CAPTIONS = {
  silhouette: 'Silhouette: the largest mean counts.',
  gap: 'Gap: the first that is within one standard error of the next counts.',
  inertia: 'Elbow: the point farthest below the line through both ends counts.',
};

/** None where the number was given. */
export async function choiceSection({ candidates, choice }: Clustering): Promise<Section[]> {
  if (candidates.length === 0) return [];
  const ways = choicesOf(candidates);
  const words = `Of 1 to ${candidates.at(-1)!.nClusters} clusters, each fitted to the sample: ${ways
    .map((way) => describe(candidates, way))
    .join(', ')}. What counted is ${choice}.`;
  const charts: Html[] = [];
  for (const way of ways) {
    const measure = MEASURES[way];
    charts.push(
      figure({
        caption: CAPTIONS[measure],
        description: `${TITLES[measure]} by number of clusters: ${describe(candidates, way)}.`,
        svg: await choiceChart(candidates, measure, TITLES[measure]),
      }),
    );
  }
  return [{ heading: 'How many clusters', content: [paragraph(words), figures(charts)] }];
}

function describe(candidates: Clustering['candidates'], way: Choice): string {
  return `${chooseNClusters(candidates, way)} by ${way}`;
}
