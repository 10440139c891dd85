/** The files of visits: requests and users in, two sparse datasets out. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { countVisits } from '../clicks/visits.ts';
import { requireNames } from '../column-names.ts';
import { writeSparseDataset } from '../tensors/sparse-dataset-files.ts';
import { assertColumns } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { assertIds, assertOnce, assertSameKind } from './ids.ts';
import { openTable } from './tables.ts';

/**
 * Writes users.safetensors and pages.safetensors.
 *
 * @param attributes - Patterns of columns of the users, as the parameter visits.columns has them.
 * @returns One line for people, and the shapes.
 * @throws StageError E_PARAMS when a pattern names no attribute; E_DATA where an id is none, a user has two rows, or
 *   users are numbers in one table and texts in the other.
 */
export async function visitFiles(
  database: FileDatabase,
  paths: Readonly<Record<'requests' | 'users' | 'out', string>>,
  attributes: readonly string[],
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const requests = await openTable(database, paths.requests, 'requests');
  const users = await openTable(database, paths.users, 'users');
  for (const [table, ids] of [
    [requests, ['user_id', 'page_id']],
    [users, ['user_id']],
  ] as const) {
    assertColumns(table, ids);
    await assertIds(database, table, ids);
  }
  assertSameKind([users, requests], 'user_id');
  await assertOnce(database, users, 'user_id');
  const known = users.columns.map(({ name }) => name).filter((name) => name !== 'user_id');
  const chosen = requireNames(attributes, known, 'visits.columns');
  const visits = await countVisits(database, { requests, users }, chosen);
  mkdirSync(paths.out, { recursive: true });
  for (const [name, table] of Object.entries(visits)) {
    const file = join(paths.out, `${name}.safetensors`);
    writeSparseDataset(file, { ...table, classes: [], labels: new Int32Array() });
  }
  const { users: byUser, pages: byPage } = visits;
  return {
    message: `${byUser.ids.length} users and ${byPage.ids.length} pages`,
    ...{ n_users: byUser.ids.length, n_pages: byPage.ids.length },
    n_user_features: byUser.columns.length,
  };
}
