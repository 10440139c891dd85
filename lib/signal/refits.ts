/** Fits of the tests of signal in worker threads: none of them needs what another one finds. */
import { StageError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { startWorkers } from '../tensors/worker-pool.ts';
import { workerScript } from '../worker-script.ts';
import type { LabelledRows, Losses } from './ablation.ts';
import type { ClusterOptions } from './structure.ts';

export interface Refits {
  /** {@link measureLosses} of a worker. */
  measureLosses(rows: LabelledRows, C: number): Promise<Losses>;
  /**
   * {@link explainVariance} of a worker.
   *
   * @throws StageError E_DATA when there are fewer distinct rows than clusters.
   */
  explainVariance(rows: CsrMatrix, options: ClusterOptions): Promise<number>;
  /** Ends the threads. */
  end(): Promise<void>;
}

export type RefitTask =
  | { readonly kind: 'losses'; readonly rows: LabelledRows; readonly C: number }
  | { readonly kind: 'explained'; readonly rows: CsrMatrix; readonly options: ClusterOptions };
/** A StageError, which would lose its class on the way between threads. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}
export type RefitAnswer = { readonly found: Losses | number } | { readonly refused: Refusal };

/** Fits asked for at a time: enough to keep the threads busy, and not the rows of all of them in memory. */
const MAX_ASKED = 8;

/** @param nThreads - No more than {@link MAX_ASKED} of them are started. */
export function startRefits(nThreads: number): Refits {
  const script = workerScript(new URL('./refit-worker.ts', import.meta.url));
  const pool = startWorkers<RefitTask, RefitAnswer>(script, Math.min(nThreads, MAX_ASKED), null);
  const find = async (task: RefitTask): Promise<Losses | number> => {
    const answer = await pool.run(task);
    if ('found' in answer) return answer.found;
    const { code, message, hint } = answer.refused;
    throw new StageError(code, message, hint === undefined ? {} : { hint });
  };
  return {
    measureLosses: async (rows, C) => (await find({ kind: 'losses', rows, C })) as Losses,
    explainVariance: async (rows, options) =>
      (await find({ kind: 'explained', rows, options })) as number,
    end: () => pool.terminate(),
  };
}

/** What `ask` answers for 0 to n - 1; it is called in this order, a few answers ahead. */
export async function askInTurn<T>(n: number, ask: (i: number) => Promise<T>): Promise<T[]> {
  const answers: Promise<T>[] = [];
  for (let i = 0; i < n; i++) {
    if (i >= MAX_ASKED) await answers[i - MAX_ASKED];
    answers.push(ask(i));
    // where one fails before it, nobody awaits it
    answers[i].catch(() => {});
  }
  return await Promise.all(answers);
}
