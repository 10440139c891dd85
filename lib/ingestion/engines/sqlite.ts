/** Keeps the tables in a file of SQLite: engine `app_sql`. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StageError } from '../../errors.ts';
import { workerScript } from '../../worker-script.ts';
import { NO_ROWS } from './engine.ts';
import type { Engine } from './engine.ts';
import { lockFile } from './lock-file.ts';
import type { SqliteAnswer, SqliteTask } from './sqlite-worker.ts';
import { TABLE_NAMES, fromStored, toStored } from './stored-rows.ts';

/** What SQLite says of a file of another kind. */
const NO_DATABASE = 'file is not a database';

/** @param file - Its folder is made where there is none; a lock lies beside it. */
export function openSqliteEngine(file: string): Engine {
  let unlock: (() => void) | null = null;
  let worker: Worker | null = null;

  const ask = async (task: SqliteTask): Promise<SqliteAnswer> => {
    if (worker === null) {
      worker = startWorker(file);
      worker.once('exit', () => (worker = null));
    }
    const answered = once(worker, 'message') as Promise<[SqliteAnswer]>;
    worker.postMessage(task);
    const [answer] = await answered;
    if (answer.error !== undefined) throw answer.error;
    return answer;
  };
  return {
    load: async () => {
      mkdirSync(dirname(file), { recursive: true });
      unlock ??= lockFile(`${file}.lock`, file);
      const { rows } = await ask({ rows: null, emptied: [] }).catch((error: Error) => {
        throw error.message === NO_DATABASE ? noDatabase(file, error) : error;
      });
      return fromStored(rows!);
    },
    commit: async (changes) => void (await ask({ rows: toStored(changes), emptied: [] })),
    clear: async () => void (await ask({ rows: toStored(NO_ROWS), emptied: TABLE_NAMES })),
    rewrite: async (tables) => {
      const rows = { ...toStored(tables), bronze: [] };
      await ask({ rows, emptied: ['silver', 'gold'] });
    },
    close: async () => {
      if (worker !== null) {
        const exited = once(worker, 'exit');
        worker.postMessage(null);
        await exited;
      }
      unlock?.();
    },
  };
}

function startWorker(file: string): Worker {
  const script = workerScript(new URL('./sqlite-worker.ts', import.meta.url));
  return new Worker(script, { workerData: file });
}

function noDatabase(file: string, cause: Error): StageError {
  return new StageError('E_DATA', `${file} must be a database of SQLite; got ${cause.message}`, {
    hint: 'name another file; one that is not there is made',
    cause,
  });
}
