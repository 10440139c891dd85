/** What the steps of clicks read, as declared in the groups `load` and `visits`, and all that the model is made by. */
import { CLUSTER_SCHEMA } from '../clustering/cluster-params.ts';
import { JOIN_SCHEMA } from '../joining/declarations.ts';
import { TRAIN_SCHEMA } from '../models/train-params.ts';
import { COLUMNS } from '../params/columns.ts';
import { text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import { FEATURES_PARAMETER } from '../preprocessing/features.ts';
import { VECTORIZE_SCHEMA } from '../text/vectorize-params.ts';

export const LOAD_SCHEMA = {
  requests: {
    train: text({
      default: 'bid_requests_train.csv',
      doc: 'Requests before: user_id, page_id, timestamp. Visits are counted in them.',
    }),
    test: text({ default: 'bid_requests_test.csv', doc: 'Requests to bid for, alike.' }),
  },
  clicks: {
    train: text({
      default: 'click_data_train.csv',
      doc: 'Auctions won, to learn from: user_id, page_id, ad_id, clicked (0 or 1), timestamp.',
    }),
    test: text({ default: 'click_data_test.csv', doc: 'Auctions won, to measure by; alike.' }),
  },
  users: text({ default: 'user_data.csv', doc: 'Attributes of each user_id.' }),
  pages: text({ default: 'page_data.csv', doc: 'page_text of each page_id.' }),
};
export type LoadParams = Params<typeof LOAD_SCHEMA>;

export const VISITS_SCHEMA = {
  columns: {
    ...COLUMNS,
    doc: 'Attributes of users that stand one-hot beside their visits, by name or pattern, as cluster.columns has it.',
  },
};

/** The groups that the click model is made by, as the stages of the pipeline read them. */
export const MODEL_GROUPS = {
  visits: VISITS_SCHEMA,
  'cluster.users': CLUSTER_SCHEMA,
  'cluster.pages': CLUSTER_SCHEMA,
  vectorize: VECTORIZE_SCHEMA,
  'train.pages': TRAIN_SCHEMA,
  'join.clicks': JOIN_SCHEMA,
  features: { columns: FEATURES_PARAMETER },
  'train.clicks': TRAIN_SCHEMA,
};
export type ModelParams = {
  readonly [G in keyof typeof MODEL_GROUPS]: Params<(typeof MODEL_GROUPS)[G]>;
};
