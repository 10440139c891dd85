/** What keeps the tables: the one thing that a kind of storage must be able to do. */
import type { Tables } from '../medallion.ts';

/**
 * Calls come one at a time, `load` first, and `load` again after a call that failed. A folder, file or database
 * has one engine at a time: `load` refuses one that another process has open, since what answers from memory must
 * know of every write.
 */
export interface Engine {
  /**
   * What is kept, in any order; empty tables where nothing was. Sees to what a killed process left half done.
   *
   * @throws StageError E_ENVIRONMENT when another process has it open, or it cannot be reached.
   */
  load(): Promise<Tables>;
  /**
   * Takes rows in, each in the place of the one with its key, all of them or none. Resolves when they are durable:
   * on the disk, not in a buffer of the system.
   *
   * @param before - The tables without the changes.
   */
  commit(changes: Tables, before: () => Tables): Promise<void>;
  /** Takes all rows out of the three tables, all of them or none; durable like `commit`. */
  clear(): Promise<void>;
  /** Writes silver and gold anew; bronze is what is kept already. */
  rewrite(tables: Tables): Promise<void>;
  /**
   * Lets go of the place.
   *
   * @param tables - What is kept; null: it is not known.
   */
  close(tables: (() => Tables) | null): Promise<void>;
}

export const NO_ROWS: Tables = { bronze: [], silver: [], gold: [] };
