/**
 * The click model as a library: trained from tables, as the stages of pipelines/clicks train it, and asked for the
 * probability of a click.
 *
 * What it has not seen it has an answer for: a user it does not know is of no cluster (0, every column of it 0), and
 * a page it does not know gets the probabilities of its text, or of one without a term where it has none.
 */
import { assertClusters } from '../clicks/check-clusters.ts';
import type { ModelParams } from '../clicks/clicks-params.ts';
import type { Bundle } from '../models/bundle.ts';
import { openScorer } from '../models/scorer.ts';
import type { Relation } from '../sql.ts';
import { readClickConfig } from './click-config.ts';
import type { ClickConfig } from './click-config.ts';
import { fitClickBundle, fitPageBundle } from './click-bundles.ts';
import { clusterPages, clusterUsers } from './click-clusters.ts';
import type { Starts } from './click-clusters.ts';
import { joinClicks, openPages, openViews, scorePages } from './click-features.ts';
import type { PageView } from './click-features.ts';
import { openClickTables } from './click-tables.ts';
import { withDatabase } from './database.ts';
import type { FileDatabase } from './database.ts';
import { createTable, readColumns } from './memory-tables.ts';
import type { TableColumns } from './memory-tables.ts';

/** Plain data. */
export interface ClickModel {
  /** Whether it is the inherited one. */
  readonly legacy: boolean;
  readonly join: ModelParams['join.clicks'];
  /** user_id and cluster, from 1. */
  readonly users: TableColumns;
  /** page_id, and prediction and probabilities as predict writes them. */
  readonly pages: TableColumns;
  /** What users saw before: the clicks of train, times in microseconds since 1970. */
  readonly impressions: TableColumns;
  /** Text of a page to the probability of each cluster. */
  readonly pageModel: Bundle;
  /** Joined features to the probability of a click. */
  readonly clickModel: Bundle;
}

/** Relations of the training rows, with the columns that ClickTables has. */
export interface TrainTables {
  readonly requests: Relation;
  readonly clicks: Relation;
  readonly users: Relation;
  readonly pages: Relation;
  /** Further clicks that are counted among what users saw. */
  readonly further: readonly Relation[];
}

const MACHINE = { threads: 2, warn: () => {} };

/**
 * Trains the click model on the tables of a folder: learns from train, and counts among the ads that users have seen
 * those of test too, as far as they were shown before.
 *
 * @param config - The groups of pipelines/clicks/params.yaml; `paths.raw` is the folder of the tables, and
 *   `legacy: true` asks for the inherited method.
 * @param starts - Users and pages whose rows are the first centers of the clusters; absent: they are drawn.
 * @throws StageError E_PARAMS or E_DATA naming what is wrong with the configuration or a table.
 */
export async function trainModel(
  config: Readonly<Record<string, unknown>>,
  starts: Starts = {},
): Promise<ClickModel> {
  const own = readClickConfig(config);
  return await withDatabase(own.base, async (database) => {
    const read = await openClickTables(database, own.folder, own.load);
    const [requests, clicks] = [read.requests.get('train')!, read.clicks.get('train')!];
    const further = [read.clicks.get('test')!];
    return await fitClickModel(database, { ...read, requests, clicks, further }, own, starts);
  });
}

/** {@link trainModel} on tables that are open. */
export async function fitClickModel(
  database: FileDatabase,
  tables: TrainTables,
  { params, base, legacy }: Pick<ClickConfig, 'params' | 'base' | 'legacy'>,
  starts: Starts = {},
): Promise<ClickModel> {
  assertClusters(params);
  const options = { seed: base.seed, ...MACHINE };
  const users = await clusterUsers(database, tables, params, options, starts.users);
  const labels = await clusterPages(database, tables, params, { ...options, legacy }, starts.pages);
  await createTable(database, 'page_clusters', labels, 'the clusters of pages');
  const texts = await openPages(database, tables.pages);
  const pageModel = await fitPageBundle(
    database,
    texts,
    { vectorize: params.vectorize, train: params['train.pages'] },
    options,
  );
  const join = params['join.clicks'];
  const pages = await scorePages(database, pageModel, tables.pages);
  const seen = [tables.clicks, ...tables.further];
  const joined = { users, pages, join, legacy };
  const features = await joinClicks(database, tables.clicks, seen, joined);
  const clickModel = await fitClickBundle(
    database,
    features,
    { features: params.features.columns, train: params['train.clicks'] },
    options,
  );
  const impressions = await readColumns(
    database,
    `SELECT * REPLACE (epoch_us("timestamp") AS "timestamp") FROM ${tables.clicks.sql}`,
  );
  return { legacy, join, users, pages, impressions, pageModel, clickModel };
}

/**
 * The probability that each page view is clicked, in their order.
 *
 * A view counts among the ads that its user has seen for the views after it, as those of train do; the inherited
 * method counts those of a day that stand before it, and itself, in `testData` alone.
 *
 * @throws StageError E_DATA for a time or id that is none, or ids that are texts where the model has numbers.
 */
export async function predict(model: ClickModel, testData: readonly PageView[]): Promise<number[]> {
  if (testData.length === 0) return [];
  return await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
    const columns = Object.fromEntries(
      ['user_id', 'page_id', 'ad_id', 'timestamp', 'page_text'].map((name) => [
        name,
        testData.map((view) => view[name as keyof PageView] ?? null),
      ]),
    );
    const views = await createTable(database, 'test_data', columns, 'testData');
    const { classes } = model.clickModel;
    const probabilities = await scoreViews(database, model, views);
    return testData.map((_, i) => probabilities[i * classes.length + classes.indexOf(1)]);
  });
}

/**
 * Probabilities of each class of the click model for a table with user_id, page_id, ad_id and timestamp.
 *
 * @returns Row-major, shape (rows of `table`, classes of the click model).
 */
export async function scoreViews(
  database: FileDatabase,
  model: ClickModel,
  table: Relation,
): Promise<Float32Array> {
  const { views, seen, ...opened } = await openViews(database, model, table);
  const features = await joinClicks(database, views, [...seen, views], { ...model, ...opened });
  const scorer = await openScorer(model.clickModel, database, MACHINE);
  const blocks: Float32Array[] = [];
  try {
    for await (const block of scorer.score(features)) blocks.push(block);
  } finally {
    scorer.dispose();
  }
  return Float32Array.from(blocks.flatMap((block) => [...block]));
}
