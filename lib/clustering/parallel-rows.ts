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
  /** Slices that each thread took so far, the caller first. */
  readonly nTaken: Int32Array;
  /**
   * Takes a step on all rows, in all threads; returns when it is done.
   *
   * @throws Error when another thread threw, or stopped with a slice not done.
   */
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
  readonly nTaken: Int32Array;
  /** 0: the caller. */
  readonly thread: number;
}

/** Slices that were offered, taken and done in all steps together; after the largest integer comes the least. */
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
/** Where they begin: what only many hours would meet is met at once. */
const FIRST_COUNT = 2 ** 31 - 2;

/** Batches of a slice: few enough that no thread waits long for the last one. */
const N_BATCHES = 8;
/** Sums of all slices together, about; more slices for more threads are not worth more memory. */
const MAX_SUMS = 2 ** 21;

/** Below it (values of the rows and clusters multiplied) threads take longer to begin than to work. */
const MIN_PARALLEL_WORK = 1e7;

/**
 * A slice never takes so long: at least half a minute, and a hundred times and more what its work (values and points
 * multiplied, a millisecond) takes.
 */
const LEAST_LIMIT_MS = 30_000;
const LEAST_WORK_PER_MS = 1e4;

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
  const { maxPoints } = options;
  const sliceSize = chooseSliceSize(countRows(X, nFeatures), maxPoints * nFeatures);
  const nSlices = Math.ceil(countRows(X, nFeatures) / sliceSize);
  // more would find nothing to take
  const nThreads = Math.min(options.nThreads, nSlices);
  // each slice has sums, and all together
  const nSums = (nSlices + 1) * maxPoints;
  // they begin while the rows are copied
  const pool = nThreads > 1 ? startRowWorkers(nThreads - 1) : null;
  let own: SharedRows;
  let rows: SampleRows;
  try {
    const layout = layOutRows(X, nFeatures, { maxPoints, nSums, nThreads });
    own = {
      layout,
      state: createState(layout.nSamples, sliceSize, { ...options, nThreads }),
      counters: new Int32Array(new SharedArrayBuffer(4 * N_COUNTERS)),
      argument: new Float64Array(new SharedArrayBuffer(8)),
      nTaken: new Int32Array(new SharedArrayBuffer(4 * nThreads)),
      thread: 0,
    };
    rows = openRows(layout, 0);
  } catch (error) {
    void pool?.terminate();
    throw error;
  }
  const { state, counters, nTaken } = own;
  for (const place of [OFFERED, TAKEN, DONE]) counters[place] = FIRST_COUNT;
  const workers: Promise<never>[] = [];
  for (let thread = 1; thread < nThreads; thread++) workers.push(pool!.run({ ...own, thread }));
  const failure = Promise.all(workers);
  failure.catch(() => {});
  return {
    rows,
    state,
    nTaken,
    run(step, nPoints, argument) {
      counters[STEP] = ROW_STEPS.indexOf(step);
      counters[N_POINTS] = nPoints;
      counters[FIRST] = counters[OFFERED];
      own.argument[0] = argument;
      const offered = (Atomics.add(counters, OFFERED, nSlices) + nSlices) | 0;
      Atomics.notify(counters, OFFERED);
      takeSlices(rows, own);
      waitUntilDone(counters, offered, limitOf(own.layout, state));
      // what it threw comes from close
      if (Atomics.load(counters, FAILED) !== 0) throw new Error('a thread of k-means threw');
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

/** The longest that one slice may take, in milliseconds. */
function limitOf({ nSamples, nDense, nEntries, maxPoints }: RowsLayout, state: RowState): number {
  const work = ((nSamples * nDense + nEntries) / state.nSlices) * maxPoints;
  return LEAST_LIMIT_MS + work / LEAST_WORK_PER_MS;
}

/**
 * Waits for the slices that others are at.
 *
 * @throws Error when none comes to its end in two limits one after the other; one of them may pass while the
 *   process is stopped.
 */
export function waitUntilDone(counters: Int32Array, offered: number, limitMs: number): void {
  let done = Atomics.load(counters, DONE);
  for (let nLimits = 0; done !== offered;) {
    Atomics.wait(counters, DONE, done, limitMs);
    const before = done;
    done = Atomics.load(counters, DONE);
    nLimits = done === before ? nLimits + 1 : 0;
    if (nLimits === 2) throw new Error('a thread of k-means stopped at its slice of the rows');
  }
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
function takeSlices(rows: SampleRows, shared: SharedRows): void {
  const { state, counters, argument, nTaken, thread } = shared;
  for (;;) {
    const taken = Atomics.load(counters, TAKEN);
    if (taken === Atomics.load(counters, OFFERED)) return;
    if (Atomics.compareExchange(counters, TAKEN, taken, taken + 1) !== taken) continue;
    nTaken[thread]++;
    // the step stays until this slice is done
    const step = ROW_STEPS[counters[STEP]];
    const slice = (taken - counters[FIRST]) | 0;
    try {
      step(rows, state, slice, counters[N_POINTS], argument[0]);
    } catch (error) {
      Atomics.store(counters, FAILED, thread);
      throw error;
    } finally {
      const done = (Atomics.add(counters, DONE, 1) + 1) | 0;
      if (done === Atomics.load(counters, OFFERED)) Atomics.notify(counters, DONE);
    }
  }
}
