/** Whether the features of the click model know all clusters that are made. */
import { StageError } from '../errors.ts';
import type { ModelParams } from './clicks-params.ts';

/**
 * Users of a cluster that `features` does not unfold would look like users never seen, and of the last clusters of
 * pages the probabilities would be missed. Without a number of clusters, or without such features, nothing is asked.
 *
 * @throws StageError E_PARAMS naming the number of clusters and the features that stay below it.
 */
export function assertClusters(params: ModelParams): void {
  const problems = [...findUserProblems(params), ...findPageProblems(params)];
  if (problems.length === 0) return;
  throw new StageError('E_PARAMS', `features must reach all clusters; got ${problems.join('; ')}`, {
    hint: 'change both, or neither',
  });
}

function findUserProblems(params: ModelParams): string[] {
  const nClusters = params['cluster.users'].nClusters ?? 0;
  const clusters = params['join.clicks'].columns.filter(
    ({ lookup, column }) => lookup === 'users' && column === 'cluster',
  );
  return params.features.columns
    .filter(({ transform, of: [name] }) => {
      return transform === 'unfold' && clusters.some((cluster) => cluster.name === name);
    })
    .filter(({ n_categories: n = 0 }) => n < nClusters)
    .map(({ name, n_categories: n }) => {
      return `cluster.users.n_clusters ${nClusters}, features.columns ${name} n_categories ${n}`;
    });
}

function findPageProblems(params: ModelParams): string[] {
  const nClusters = params['cluster.pages'].nClusters ?? 0;
  const numbers = params['join.clicks'].columns
    .filter(({ lookup }) => lookup === 'pages')
    .map(({ column = '' }) => /^probability_(\d+)$/.exec(column))
    .map((match) => Number(match?.[1] ?? 0));
  const last = Math.max(0, ...numbers);
  if (last === 0 || last >= nClusters) return [];
  return [`cluster.pages.n_clusters ${nClusters}, join.clicks.columns up to probability_${last}`];
}
