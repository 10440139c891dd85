/**
 * The inherited method: pages are clustered by their texts, the user cluster is a number, and the ads seen on a day
 * are counted in the order of the file, the one that is being shown among them.
 */
import { daySql, microsecondsSql } from '../joining/times.ts';
import type { Relation } from '../sql.ts';
import type { ModelParams } from './clicks-params.ts';

/** Parameters of the model by the inherited method: its counts are made by {@link withInheritedCounts}. */
export function inherit(params: ModelParams): ModelParams {
  // which groups of models there are is not known by name
  const train = params['train.clicks'] as ModelParams['train.clicks'] & {
    readonly logistic: object;
  };
  const columns = ['*', ...params.features.columns.map(({ name }) => `!${name}*`), 'user_cluster'];
  const own = {
    'cluster.pages': { ...params['cluster.pages'], svdComponents: null },
    'join.clicks': {
      ...params['join.clicks'],
      columns: params['join.clicks'].columns.filter(({ name }) => name !== 'ads_seen'),
    },
    'train.clicks': { ...train, logistic: { ...train.logistic, columns } },
  };
  return { ...params, ...own };
}

/** Select statement of clicks with `ads_seen` behind, in their order. */
export function withInheritedCounts(clicks: Relation): string {
  const day = daySql(microsecondsSql(clicks, 'timestamp'));
  return `SELECT *, row_number() OVER (PARTITION BY user_id, ${day} ORDER BY click_id) AS ads_seen
    FROM ${clicks.sql} ORDER BY click_id`;
}
