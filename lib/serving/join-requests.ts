/**
 * Scores the rows of requests that are there at the same time together: a perceptron takes as long for one row as for
 * 256, trees half as long for each of many. A row gets the same bits either way; nobody waits for a request to come.
 */
import { MissingFeaturesError } from '../models/row-scorer.ts';
import type { RawRows, RowScorer } from '../models/row-scorer.ts';

/** Rows that are joined at most; what has as many or more is scored alone. */
const MAX_ROWS = 256;

type Outputs = Awaited<ReturnType<RowScorer['score']>>;

interface Waiting {
  readonly rows: RawRows;
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
}

/** @param nOutputs - Numbers that the scorer gives a row. */
export function joinRequests(scorer: RowScorer, nOutputs: number): RowScorer {
  const queue: Waiting[] = [];

  async function scoreQueue(): Promise<void> {
    const batch = takeBatch(queue);
    if (queue.length > 0) setImmediate(() => void scoreQueue());
    const [first] = batch;
    try {
      const outputs = await scorer.score(batch.length === 1 ? first.rows : concatenate(batch));
      let start = 0;
      for (const { rows, resolve } of batch) {
        const end = start + rows.nRows * nOutputs;
        resolve(batch.length === 1 ? outputs : outputs.slice(start, end));
        start = end;
      }
    } catch (error) {
      if (batch.length > 1 && error instanceof MissingFeaturesError) {
        // of some of them; each is told of its own
        for (const { rows, resolve, reject } of batch) scorer.score(rows).then(resolve, reject);
      } else for (const { reject } of batch) reject(error);
    }
  }

  return {
    score: (rows) =>
      new Promise((resolve, reject) => {
        queue.push({ rows, resolve, reject });
        // what came with it in the same turn of the event loop is in the queue by then
        if (queue.length === 1) setImmediate(() => void scoreQueue());
      }),
    dispose: () => scorer.dispose(),
  };
}

/** The first of the queue, and those behind it as long as their rows are few. */
function takeBatch(queue: Waiting[]): Waiting[] {
  let nRows = queue[0].rows.nRows;
  let n = 1;
  while (n < queue.length && nRows + queue[n].rows.nRows <= MAX_ROWS)
    nRows += queue[n++].rows.nRows;
  return queue.splice(0, n);
}

function concatenate(batch: readonly Waiting[]): RawRows {
  const all = batch.map(({ rows }) => rows);
  const numbers = new Float64Array(all.reduce((n, rows) => n + rows.numbers.length, 0));
  let at = 0;
  for (const rows of all) {
    numbers.set(rows.numbers, at);
    at += rows.numbers.length;
  }
  const names = [...all[0].texts.keys()];
  return {
    nRows: all.reduce((n, rows) => n + rows.nRows, 0),
    numbers,
    texts: new Map(names.map((name) => [name, all.flatMap(({ texts }) => texts.get(name)!)])),
  };
}
