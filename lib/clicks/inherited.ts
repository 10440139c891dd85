/**
 * The inherited method: pages are clustered by their texts, the user cluster is a number, and the ads seen on a day
 * are counted in the order of the file, the one that is being shown among them.
 */
import { StageError, listExamples } from '../errors.ts';
import { daySql, microsecondsSql } from '../joining/times.ts';
import type { Relation } from '../sql.ts';
import type { ModelParams } from './clicks-params.ts';

/** The column that both methods make. */
export const COUNT = 'ads_seen';

/**
 * Parameters of the model by the inherited method: its counts are made by {@link withInheritedCounts}.
 *
 * @throws StageError E_PARAMS where join.clicks declares no count of that name: it would stay beside the inherited one.
 */
export function inherit(params: ModelParams): ModelParams {
  // which groups of models there are is not known by name
  const train = params['train.clicks'] as ModelParams['train.clicks'] & {
    readonly logistic: object;
  };
  const counts = params['join.clicks'].columns.filter(({ count }) => count !== undefined);
  if (!counts.some(({ name }) => name === COUNT))
    throw new StageError(
      'E_PARAMS',
      `join.clicks.columns must have the count ${COUNT}, which legacy replaces; got ${listExamples(counts, ({ name }) => name) || 'no count'}`,
    );
  const columns = ['*', ...params.features.columns.map(({ name }) => `!${name}*`), 'user_cluster'];
  const own = {
    'cluster.pages': { ...params['cluster.pages'], svdComponents: null },
    'join.clicks': {
      ...params['join.clicks'],
      columns: params['join.clicks'].columns.filter(({ name }) => name !== COUNT),
    },
    'train.clicks': { ...train, logistic: { ...train.logistic, columns } },
  };
  return { ...params, ...own };
}

/** Select statement of clicks with `ads_seen` behind, in their order. */
export function withInheritedCounts(clicks: Relation): string {
  const day = daySql(microsecondsSql(clicks, 'timestamp'));
  return `SELECT *, row_number() OVER (PARTITION BY user_id, ${day} ORDER BY click_id) AS ${COUNT}
    FROM ${clicks.sql} ORDER BY click_id`;
}
