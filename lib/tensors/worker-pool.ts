/** Worker threads that answer every message with one message. */
import { Worker } from 'node:worker_threads';

export interface WorkerPool<Task, Answer> {
  /** Hands the task to the worker whose turn it is; its answers come in the order of its tasks. */
  run(task: Task): Promise<Answer>;
  /** Ends the threads; answers that are not there yet never come. */
  terminate(): Promise<void>;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Starts `nWorkers` threads that run the module `script`.
 *
 * A thread that throws or exits fails all that is waited for, and whatever is asked for later.
 */
export function startWorkers<Task, Answer>(
  script: URL,
  nWorkers: number,
  workerData: unknown,
): WorkerPool<Task, Answer> {
  const workers = Array.from({ length: nWorkers }, () => new Worker(script, { workerData }));
  const queues = workers.map((): Waiting<Answer>[] => []);
  let failure: Error | null = null;
  let isTerminated = false;
  let turn = 0;

  const fail = (cause: unknown): void => {
    if (isTerminated) return;
    failure ??= new Error(`a worker of ${script.pathname} stopped`, { cause });
    for (const { reject } of queues.flatMap((queue) => queue.splice(0))) reject(failure);
  };
  for (const [i, worker] of workers.entries()) {
    worker.on('message', (answer: Answer) => queues[i].shift()?.resolve(answer));
    worker.on('messageerror', fail);
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`exit code ${code}`)));
  }
  return {
    run(task) {
      const answer = new Promise<Answer>((resolve, reject) => {
        if (failure !== null) return reject(failure);
        const i = turn++ % nWorkers;
        queues[i].push({ resolve, reject });
        workers[i].postMessage(task);
      });
      // whoever awaits it gets the error; one that nobody awaits any more is no crash
      answer.catch(() => {});
      return answer;
    },
    async terminate() {
      isTerminated = true;
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
