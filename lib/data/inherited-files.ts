/** The files of the inherited method: tables in, predictions of the test clicks out. */
import { join } from 'node:path';
import type { ClickConfig } from './click-config.ts';
import { fitClickModel, scoreViews } from './click-model.ts';
import type { FileDatabase } from './database.ts';
import { toBlocks, writePredictions } from './predictions.ts';
import { openTable } from './tables.ts';

/**
 * Writes click_id, actual, prediction and probabilities of the test clicks, as evaluate writes them.
 *
 * @param paths.clicks - Folder of train and test.
 * @returns One line for people, and the rows.
 */
export async function inheritedFiles(
  database: FileDatabase,
  paths: Readonly<Record<'requests' | 'clicks' | 'users' | 'pages' | 'out', string>>,
  config: Pick<ClickConfig, 'params' | 'base' | 'legacy'>,
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const tables = {
    requests: await openTable(database, paths.requests, 'requests'),
    clicks: await openTable(database, join(paths.clicks, 'train.parquet'), 'train_clicks'),
    users: await openTable(database, paths.users, 'users'),
    pages: await openTable(database, paths.pages, 'pages'),
  };
  const test = await openTable(database, join(paths.clicks, 'test.parquet'), 'test_clicks');
  const model = await fitClickModel(database, { ...tables, further: [test] }, config);
  const { classes, id, target } = model.clickModel;
  const blocks = toBlocks(await scoreViews(database, model, test), classes.length, null);
  const facts = { id, classes, actual: target };
  const nRows = await writePredictions(database, test, facts, blocks, paths.out);
  return { message: `${nRows} test clicks`, n_samples: nRows };
}
