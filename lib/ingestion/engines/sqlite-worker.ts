/** The thread that writes a file of SQLite, so that a sync of the disk holds up nobody else. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSqliteFile } from './sqlite-file.ts';
import type { StoredTables, TableName } from './stored-rows.ts';

/** `rows` to write; null to read. */
export interface SqliteTask {
  readonly rows: StoredTables | null;
  readonly emptied: readonly TableName[];
}
/** What was read, or what went wrong. */
export interface SqliteAnswer {
  readonly rows?: StoredTables;
  readonly error?: unknown;
}

const file = openSqliteFile(workerData as string);

function answer({ rows, emptied }: SqliteTask): SqliteAnswer {
  try {
    if (rows === null) return { rows: file.read() };
    file.write(rows, emptied);
    return {};
  } catch (error) {
    return { error };
  }
}

parentPort!.on('message', (task: SqliteTask | null) => {
  if (task !== null) {
    parentPort!.postMessage(answer(task));
    return;
  }
  file.close();
  parentPort!.close();
});
