/** A lock that ends with its process, whatever ends it. */
import { DatabaseSync } from 'node:sqlite';
import { StageError } from '../../errors.ts';

/** SQLite's code for a file that somebody else has locked. */
const SQLITE_BUSY = 5;

/**
 * Locks `file`, which is made where there is none, until what comes back is called. SQLite's own lock of an empty
 * database: the system lets go of it when the process ends, so that no stale one stays behind.
 *
 * @param place - What it is the lock of, for the message.
 * @throws StageError E_ENVIRONMENT when another process, or this one, has it locked.
 */
export function lockFile(file: string, place: string): () => void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw inUse(place, error);
  }
  return () => database.close();
}

export function inUse(place: string, cause: unknown): StageError {
  return new StageError(
    'E_ENVIRONMENT',
    `${place} must be open in one process at a time; got one that another process has open`,
    { hint: 'stop the other service, or give this one a store of its own', cause },
  );
}
