/** The ads that may be shown at each request. */
import { assertColumns } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { openTable, writeTable } from './tables.ts';

/**
 * Writes user_id, page_id, timestamp and ad_id: every request with every ad of the clicks, in the order of the
 * requests, then of the ads.
 *
 * @returns One line for people, and the rows.
 */
export async function candidateFiles(
  database: FileDatabase,
  paths: Readonly<Record<'requests' | 'clicks' | 'out', string>>,
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const requests = await openTable(database, paths.requests, 'requests');
  const clicks = await openTable(database, paths.clicks, 'clicks');
  assertColumns(requests, ['user_id', 'page_id', 'timestamp']);
  assertColumns(clicks, ['ad_id']);
  const nRows = await writeTable(
    database,
    `SELECT user_id, page_id, "timestamp", ad_id
     FROM (SELECT row_number() OVER () AS i, user_id, page_id, "timestamp" FROM ${requests.sql})
     CROSS JOIN (SELECT DISTINCT ad_id FROM ${clicks.sql}) ORDER BY i, ad_id`,
    paths.out,
  );
  return { message: `${nRows} requests with an ad`, n_candidates: nRows };
}
