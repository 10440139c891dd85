/** What keeps the tables: the one thing that a kind of storage must be able to do. */
import type { Tables } from '../medallion.ts';

/**
 * Calls come one at a time. After a call that failed, `load` is the next one: it says what was kept.
 * A folder, file or database has one engine at a time; another one is refused while it is open.
 */
export interface Engine {
  /** What is kept, in any order; empty tables where nothing was. Sees to what a killed process left half done. */
  load(): Promise<Tables>;
  /**
   * Takes rows in, each in the place of the one with its key, all of them or none. Resolves when they are durable:
   * on the disk, not in a buffer of the system.
   *
   * @param before - The tables without the changes.
   */
  commit(changes: Tables, before: () => Tables): Promise<void>;
  /** Puts these tables in the place of those that are kept, all of them or none; durable like `commit`. */
  replace(tables: Tables): Promise<void>;
  /** @param tables - What is kept. */
  close(tables: () => Tables): Promise<void>;
}

export const NO_ROWS: Tables = { bronze: [], silver: [], gold: [] };
