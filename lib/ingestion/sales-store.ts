/**
 * The store of sales: takes posts of checked rows, keeps them in an engine, answers from memory.
 *
 * Posts that come while others are being written wait, and are written together: one sync of the disk serves them
 * all. Whatever is read was durable before.
 */
import { StageError, listExamples } from '../errors.ts';
import type { Engine } from './engines/engine.ts';
import { createMedallion } from './medallion.ts';
import type {
  Medallion,
  MedallionOptions,
  PostCounts,
  TaggedMonthlySales,
  Tables,
  WrittenName,
} from './medallion.ts';
import type { MonthlySales, WeeklySales } from './monthly-sales.ts';
import { checkRows } from './rows.ts';
import type { RefusedField, SalesRow } from './rows.ts';

/** What is read is as of the last durable post; arrays change with the next one, so nobody keeps them. */
export interface SalesStore {
  /** Resolves when the rows are durable; rejects when it is not sure that they are. Posting again is safe. */
  post(rows: readonly SalesRow[]): Promise<PostCounts>;
  /** Empties the three tables; posts before it are written before, posts after it are there. */
  clear(): Promise<void>;
  /** Rises when what is read changes, or may have after a failed write; begins at 0 in each process. */
  revision(): number;
  /** What was received, ordered by first day, then as texts by `year_week` or `date`, then by name. */
  bronze(): readonly SalesRow[];
  /** Ordered by first day, then vegetable. */
  silver(): readonly WeeklySales[];
  /** Ordered by month, then vegetable. */
  gold(): readonly MonthlySales[];
  /** Gold with its outliers, in the same order. */
  taggedGold(): readonly TaggedMonthlySales[];
  /** Names as they were written, and what was made of them, ordered as texts; those of `match: none` are in no gold. */
  names(): readonly WrittenName[];
  /** Writes what waits and lets go of the engine; posts after it reject. */
  close(): Promise<void>;
}

interface Post {
  readonly rows: readonly SalesRow[];
  readonly resolve: (counts: PostCounts) => void;
  readonly reject: (error: unknown) => void;
}
interface Clearing {
  readonly rows: null;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rows after which a batch takes no further post: while one is planned, nobody is answered. */
const MAX_BATCH = 5000;

/** Loads what the engine keeps. Silver and gold are made anew where other names or weeks made them. */
export async function openSalesStore(
  engine: Engine,
  options: MedallionOptions,
): Promise<SalesStore> {
  let medallion = await load(engine, options).catch(async (error: unknown) => {
    await engine.close(null);
    throw error;
  });
  let revision = 0;
  let isClosed = false;
  /** What the engine keeps is not known since a write failed. */
  let isUncertain = false;
  let waiting: (Post | Clearing)[] = [];
  let writing: Promise<void> | null = null;

  const readTables = (): Tables => ({
    bronze: medallion.bronze(),
    silver: medallion.silver(),
    gold: medallion.gold(),
  });
  const writePosts = async (posts: readonly Post[]): Promise<void> => {
    const { changes, counts, apply } = medallion.plan(posts.map(({ rows }) => rows));
    if (changes.bronze.length > 0) {
      await engine.commit(changes, readTables);
      apply();
      revision++;
    }
    posts.forEach(({ resolve }, i) => resolve(counts[i]));
  };
  const writeClearing = async ({ resolve }: Clearing): Promise<void> => {
    await engine.clear();
    medallion = createMedallion(options);
    revision++;
    resolve();
  };
  const attempt = async (batch: readonly (Post | Clearing)[]): Promise<void> => {
    if (isUncertain) {
      medallion = await load(engine, options);
      revision++;
      isUncertain = false;
    }
    const [first] = batch;
    if (first.rows === null) await writeClearing(first);
    else await writePosts(batch as readonly Post[]);
  };
  /** Tries a second time, on what the engine then has: a lost connection costs nobody a post. */
  const write = async (batch: readonly (Post | Clearing)[]): Promise<void> => {
    for (const isLast of [false, true]) {
      try {
        await attempt(batch);
        return;
      } catch (error) {
        isUncertain = true;
        if (isLast) for (const { reject } of batch) reject(error);
      }
    }
  };
  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const length = batchLength(waiting);
      const batch = waiting.slice(0, length);
      waiting = waiting.slice(length);
      await write(batch);
    }
    writing = null;
  };
  const enqueue = (job: Post | Clearing): void => {
    if (isClosed) {
      job.reject(new Error('the store is closed'));
      return;
    }
    waiting.push(job);
    // what comes in the same turn of the loop is written together
    writing ??= new Promise((resolve) => setImmediate(resolve)).then(writeWaiting);
  };

  return {
    post: (rows) => new Promise((resolve, reject) => void enqueue({ rows, resolve, reject })),
    clear: () => new Promise((resolve, reject) => void enqueue({ rows: null, resolve, reject })),
    revision: () => revision,
    bronze: () => medallion.bronze(),
    silver: () => medallion.silver(),
    gold: () => medallion.gold(),
    taggedGold: () => medallion.taggedGold(),
    names: () => medallion.names(),
    close: async () => {
      isClosed = true;
      await writing;
      await engine.close(isUncertain ? null : readTables);
    },
  };
}

/** How many of `waiting` are written together: a clearing alone, posts until they have enough rows. */
function batchLength(waiting: readonly (Post | Clearing)[]): number {
  if (waiting[0].rows === null) return 1;
  let nRows = 0;
  const end = waiting.findIndex(({ rows }) => {
    if (rows === null || nRows >= MAX_BATCH) return true;
    nRows += rows.length;
    return false;
  });
  return end === -1 ? waiting.length : end;
}

async function load(engine: Engine, options: MedallionOptions): Promise<Medallion> {
  const kept = await engine.load();
  const { rows, refused } = checkRows(kept.bronze, options.weeks);
  if (refused.length > 0) throw unreadable(kept, refused);
  const medallion = createMedallion(options);
  medallion.plan([rows]).apply();
  const made = { bronze: medallion.bronze(), silver: medallion.silver(), gold: medallion.gold() };
  if (!hasSameSales(kept, made)) await engine.rewrite(made);
  return medallion;
}

function unreadable({ bronze }: Tables, refused: readonly RefusedField[]): StageError {
  const faults = listExamples(
    refused,
    ({ index, field, reason }) => `${field} ${reason} in ${JSON.stringify(bronze[index])}`,
  );
  return new StageError('E_DATA', `bronze must hold rows that pass the checks; ${faults}`, {
    hint: 'open the store with the numbering of weeks that its rows were received with',
  });
}

/** Whether silver and gold of the two have the same rows. */
function hasSameSales(kept: Tables, made: Tables): boolean {
  const list = ({ silver, gold }: Tables): Set<string> =>
    new Set([
      ...silver.map(({ firstDay, vegetable, sales }) => `w ${firstDay} ${vegetable} ${sales}`),
      ...gold.map((row) => `m ${row.year_month} ${row.vegetable} ${row.sales}`),
    ]);
  const [first, second] = [list(kept), list(made)];
  return first.size === second.size && first.isSubsetOf(second);
}
