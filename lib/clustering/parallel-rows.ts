/**
 * Rows that several threads take slice by slice. What a slice leaves depends on nothing but the rows and the points,
 * so that the number of threads changes no bit.
 *
 * Threads come and go as they are ready: whoever asks takes the next slice, the caller as well. No one waits for a
 * thread that has yet to begin.
 */
import { extname } from 'node:path';
import { startWorkers } from '../tensors/worker-pool.ts';
import type { WorkerPool } from '../tensors/worker-pool.ts';
import { ROW_STEPS } from './row-steps.ts';
import type { RowState, RowStep } from './row-steps.ts';
import { BATCH_SIZE } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';
import { countRows, layOutRows, openRows } from './to-sample-rows.ts';
import type { Rows, RowsLayout } from './to-sample-rows.ts';

export interface ParallelRows {
  readonly rows: SampleRows;
  readonly state: RowState;
  /** Takes a step on all rows, in all threads; returns when it is done. */
  run(step: RowStep, nPoints: number, argument: number): void;
  /** Ends the other threads; throws what one of them threw. */
  close(): Promise<void>;
}

export interface ParallelOptions {
  /** The most points that will be set at a time. */
  readonly maxPoints: number;
  /** Arrays of squared distances in the state. */
  readonly nDistances: number;
  /** The caller's own is one of them. */
  readonly nThreads: number;
}

/** What each thread gets. */
export interface SharedRows {
  readonly layout: RowsLayout;
  readonly state: RowState;
  /** What the constants below are the places of. */
  readonly counters: Int32Array;
  readonly argument: Float64Array;
  /** 0: the caller. */
  readonly thread: number;
}

/** Slices that were offered, taken and done in all steps together; they only grow. */
const OFFERED = 0;
const TAKEN = 1;
const DONE = 2;
/** The step that is taken, its points, and how many slices were offered before. */
const STEP = 3;
const N_POINTS = 4;
const FIRST = 5;
/** A worker that threw; 0: none. */
const FAILED = 6;
const N_COUNTERS = 7;

/** Batches of a slice: few enough that no thread waits long for the last one. */
const N_BATCHES = 8;
/** Sums of all slices together, about; more slices for more threads are not worth more memory. */
const MAX_SUMS = 2 ** 21;

/** Below it (values of the rows and clusters multiplied) threads take longer to begin than to work. */
const MIN_PARALLEL_WORK = 1e7;

/** How many threads so much work is worth, of those there are. */
export function countThreads(X: Rows, nClusters: number, nThreads: number): number {
  const nValues = X instanceof Float32Array ? X.length : X.values.length;
  return nValues * nClusters < MIN_PARALLEL_WORK ? 1 : nThreads;
}

/**
 * Copies rows to where threads see them.
 *
 * @param X - Every value finite; not modified.
 * @throws StageError E_DATA when the copy needs more than 4 GiB.
 */
export function openParallelRows(
  X: Rows,
  nFeatures: number,
  options: ParallelOptions,
): ParallelRows {
  const { maxPoints, nThreads } = options;
  const sliceSize = chooseSliceSize(countRows(X, nFeatures), maxPoints * nFeatures);
  const nSlices = Math.ceil(countRows(X, nFeatures) / sliceSize);
  // each slice has sums, and all together
  const nSums = (nSlices + 1) * maxPoints;
  // they begin while the rows are copied
  const pool = nThreads > 1 ? startRowWorkers(nThreads - 1) : null;
  let layout: RowsLayout;
  try {
    layout = layOutRows(X, nFeatures, { maxPoints, nSums, nThreads });
  } catch (error) {
    void pool?.terminate();
    throw error;
  }
  const own: SharedRows = {
    layout,
    state: createState(layout.nSamples, sliceSize, options),
    counters: new Int32Array(new SharedArrayBuffer(4 * N_COUNTERS)),
    argument: new Float64Array(new SharedArrayBuffer(8)),
    thread: 0,
  };
  const { state, counters } = own;
  const workers: Promise<never>[] = [];
  for (let thread = 1; thread < nThreads; thread++) workers.push(pool!.run({ ...own, thread }));
  const failure = Promise.all(workers);
  failure.catch(() => {});
  const rows = openRows(layout, 0);
  return {
    rows,
    state,
    run(step, nPoints, argument) {
      counters[STEP] = ROW_STEPS.indexOf(step);
      counters[N_POINTS] = nPoints;
      counters[FIRST] = counters[OFFERED];
      own.argument[0] = argument;
      const offered = Atomics.add(counters, OFFERED, nSlices) + nSlices;
      Atomics.notify(counters, OFFERED);
      takeSlices(rows, own);
      for (;;) {
        const done = Atomics.load(counters, DONE);
        if (done === offered) return;
        Atomics.wait(counters, DONE, done);
      }
    },
    async close() {
      try {
        await (Atomics.load(counters, FAILED) === 0
          ? Promise.race([failure, Promise.resolve()])
          : failure);
      } finally {
        // takes milliseconds, which nobody needs to wait for
        void pool?.terminate();
      }
    },
  };
}

/** Depends on the sizes of rows and sums alone: the number of threads changes no slice. */
function chooseSliceSize(nSamples: number, sumSize: number): number {
  const maxSlices = Math.max(1, Math.floor(MAX_SUMS / sumSize));
  return BATCH_SIZE * Math.max(N_BATCHES, Math.ceil(nSamples / BATCH_SIZE / maxSlices));
}

function startRowWorkers(nWorkers: number): WorkerPool<SharedRows, never> {
  const script = new URL('./row-worker.ts', import.meta.url);
  // compiled in a published package
  script.pathname = script.pathname.replace(/\.ts$/, extname(import.meta.url));
  return startWorkers(script, nWorkers, null);
}

function createState(
  nSamples: number,
  sliceSize: number,
  { maxPoints, nDistances, nThreads }: ParallelOptions,
): RowState {
  const nSlices = Math.ceil(nSamples / sliceSize);
  // what is shared is collected late
  const Memory = nThreads === 1 ? ArrayBuffer : SharedArrayBuffer;
  const integers = (n: number): Int32Array => new Int32Array(new Memory(4 * n));
  const doubles = (n: number): Float64Array => new Float64Array(new Memory(8 * n));
  return {
    sliceSize,
    nSlices,
    maxPoints,
    nChanged: integers(nSlices),
    sizeChanges: integers(nSlices * maxPoints),
    distances: Array.from({ length: nDistances }, () => doubles(nSamples)),
    distanceSums: doubles((nDistances - 1) * nSlices),
  };
}

/** What a worker does until it is ended: it takes slices whenever there are some. */
export function serve(shared: SharedRows): never {
  const { layout, thread, counters } = shared;
  const rows = openRows(layout, thread);
  for (;;) {
    const offered = Atomics.load(counters, OFFERED);
    takeSlices(rows, shared);
    Atomics.wait(counters, OFFERED, offered);
  }
}

/** Takes slices until all are taken; others may still be at theirs. */
function takeSlices(rows: SampleRows, { state, counters, argument, thread }: SharedRows): void {
  for (;;) {
    const taken = Atomics.load(counters, TAKEN);
    if (taken === Atomics.load(counters, OFFERED)) return;
    if (Atomics.compareExchange(counters, TAKEN, taken, taken + 1) !== taken) continue;
    // the step stays until this slice is done
    const step = ROW_STEPS[counters[STEP]];
    const slice = taken - counters[FIRST];
    try {
      step(rows, state, slice, counters[N_POINTS], argument[0]);
    } catch (error) {
      Atomics.store(counters, FAILED, thread);
      throw error;
    } finally {
      const done = Atomics.add(counters, DONE, 1) + 1;
      if (done === Atomics.load(counters, OFFERED)) Atomics.notify(counters, DONE);
    }
  }
}
