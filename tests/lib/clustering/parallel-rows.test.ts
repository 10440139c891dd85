import fc from 'fast-check';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyRows } from '../../../lib/clustering/k-means-init.ts';
import { assign, moveCenters, startFrom } from '../../../lib/clustering/k-means-steps.ts';
import { floatError } from '../../../lib/clustering/nearest-points.ts';
import { openParallelRows, waitUntilDone } from '../../../lib/clustering/parallel-rows.ts';
import type { ParallelRows } from '../../../lib/clustering/parallel-rows.ts';
import { label, lower, measure } from '../../../lib/clustering/row-steps.ts';
import { BATCH_SIZE, copyRow, setPoints } from '../../../lib/clustering/sample-rows.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('rows in threads');

const N_FEATURES = 3;
/** Three slices, the last one with five rows. */
const N_SAMPLES = 2 * 8 * BATCH_SIZE + 5;
const POINTS = [7, 700, 9000, N_SAMPLES - 1];

/** Rows of which a third of the values is 0, with some of them as points. */
function open(nThreads: number): ParallelRows {
  const rng = createRng(3, 'test', 'rows');
  const X = Float32Array.from({ length: N_SAMPLES * N_FEATURES }, () => Math.max(0, rng() - 0.33));
  const parallel = openParallelRows(X, N_FEATURES, { maxPoints: 4, nDistances: 5, nThreads });
  setPoints(parallel.rows, copyRows(parallel.rows, POINTS));
  parallel.rows.labels.fill(POINTS.length);
  parallel.state.distances[0].fill(0.1);
  return parallel;
}

const errorOf = ({ rows }: ParallelRows): number => floatError(rows, copyRows(rows, POINTS));

/** Sum over the slices of what they have at a label, each with what it lost. */
function sumsOf({ rows, state }: ParallelRows, of: number): Float64Array {
  const sums = new Float64Array(N_FEATURES);
  for (let slice = 0; slice < state.nSlices; slice++) {
    const first = 2 * N_FEATURES * (slice * state.maxPoints + of);
    for (let d = 0; d < N_FEATURES; d++) {
      sums[d] += rows.sums[first + d] + rows.sums[first + N_FEATURES + d];
    }
  }
  return sums;
}

test('labels rows by the nearest point; sums and sizes of each slice follow those that changed', () => {
  const parallel = open(1);
  const { rows, state, run } = parallel;
  run(label, POINTS.length, errorOf(parallel));
  assert.equal([...state.nChanged], [8 * BATCH_SIZE, 8 * BATCH_SIZE, 5]);
  POINTS.forEach((row, p) => assert.is(rows.labels[row], p));
  const labels = rows.labels.slice();
  const row = new Float64Array(N_FEATURES);
  for (let p = 0; p < POINTS.length; p++) {
    const expected = new Float64Array(N_FEATURES);
    labels.forEach((of, i) => {
      if (of !== p) return;
      copyRow(rows, i, row);
      row.forEach((value, d) => (expected[rows.order[d]] += value));
    });
    const found = sumsOf(parallel, p);
    found.forEach((value, d) => assertClose(value, expected[rows.order[d]], 1e-12));
    const sizes = [0, 1, 2].map((slice) => state.sizeChanges[slice * state.maxPoints + p]);
    assert.is(
      sizes.reduce((sum, n) => sum + n, 0),
      labels.filter((of) => of === p).length,
    );
  }
  // two rows that come back, one of them in the second slice
  const moved = labels.findIndex((of) => of === 0);
  rows.labels[moved] = 1;
  rows.labels[POINTS[2]] = 3;
  run(label, POINTS.length, errorOf(parallel));
  assert.equal([...state.nChanged], [1, 1, 0]);
  assert.equal([...state.sizeChanges], [1, -1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0]);
  copyRow(rows, moved, row);
  assert.equal(sumsOf(parallel, 0), row);
  assert.equal(
    sumsOf(parallel, 1),
    row.map((value) => 0 - value),
  );
  assert.equal(rows.labels.slice(), labels);
});

test('lowers distances into the arrays beside the given one, with the sum of each slice', () => {
  const { rows, state, run } = open(1);
  const { nSlices, sliceSize, distances, distanceSums } = state;
  distances[2].fill(0.1);
  run(lower, 3, 2);
  // what is measured goes to the first array
  const lowered = [0, 1, 3].map((array) => distances[array].slice());
  for (const [p, found] of lowered.entries()) {
    rows.labels.fill(p);
    run(measure, 3, 0);
    const expected = distances[0].map((distance) => Math.min(distance, 0.1));
    assert.equal(found, expected);
    const last = expected.subarray(2 * sliceSize).reduce((sum, distance) => sum + distance, 0);
    assert.is(distanceSums[p * nSlices + 2], last);
  }
});

/** What is left by each step, and what it takes beside the points. */
const steps = (parallel: ParallelRows) =>
  [
    [lower, 0],
    [label, errorOf(parallel)],
    [measure, 0],
  ] as const;

test('property: slices leave the same in any order', () => {
  const inOrder = open(1);
  for (const [step, argument] of steps(inOrder)) inOrder.run(step, POINTS.length, argument);
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
      const shuffled = open(1);
      const { rows, state } = shuffled;
      for (const [step, argument] of steps(shuffled)) {
        for (const slice of order) step(rows, state, slice, POINTS.length, argument);
      }
      assert.equal(state, inOrder.state);
      assert.equal(rows.labels, inOrder.rows.labels);
      assert.equal(rows.sums, inOrder.rows.sums);
    }),
    { seed: 20261130, numRuns: Number(process.env.SOAK ?? 10) },
  );
});

test('takes every slice once in each of many steps, in several threads', async () => {
  const parallel = open(3);
  const alone = open(1);
  const error = errorOf(alone);
  alone.run(label, POINTS.length, error);
  try {
    for (let step = 0; step < 500; step++) {
      const { rows, state, run } = parallel;
      // no row has the label of the step before
      rows.labels.fill(POINTS.length + step);
      state.nChanged.fill(0);
      run(label, POINTS.length, error);
      assert.equal([...state.nChanged], [...alone.state.nChanged]);
      assert.equal([...state.sizeChanges], [...alone.state.sizeChanges]);
    }
    assert.equal(parallel.rows.labels.slice(), alone.rows.labels);
    assert.equal(parallel.rows.sums, alone.rows.sums);
  } finally {
    await parallel.close();
  }
});

test('keeps what is lost where the sums of a slice are added to those of all', () => {
  const X = Float32Array.of(0.5, 0.25, 1e30);
  const parallel = openParallelRows(X, 1, { maxPoints: 2, nDistances: 1, nThreads: 1 });
  const clusters = startFrom(parallel, Float64Array.of(0, 1e30));
  // the large value comes to the others, and goes again
  for (const far of [1e30, 4e30, 1e30]) {
    clusters.centers[1] = far;
    setPoints(parallel.rows, clusters.centers);
    assign(parallel, clusters);
    assert.equal([...clusters.sizes], far === 4e30 ? [3, 0] : [2, 1]);
  }
  moveCenters(parallel, clusters);
  assert.equal([...clusters.centers], [0.375, Math.fround(1e30)]);
});

test('ends its threads where a step throws', async () => {
  const { run, state, close } = open(2);
  (state.distances as Float64Array[]).length = 0;
  assert.throws(() => run(measure, 1, 0), TypeError);
  await close();
});

/** What `open` gives, or throws, with the threads that it starts. */
async function watchThreads(
  open: () => ParallelRows,
): Promise<{ opened: ParallelRows | Error; threads: Worker[] }> {
  const threads: Worker[] = [];
  const onWorker = (worker: Worker): number => threads.push(worker);
  // events come in a turn of their own, those of threads before as well
  await setImmediate();
  process.on('worker', onWorker);
  let opened: ParallelRows | Error;
  try {
    opened = open();
  } catch (error) {
    opened = error as Error;
  }
  await setImmediate();
  process.off('worker', onWorker);
  return { opened, threads };
}

/** Takes steps, each in a turn of its own, until `isEnough` or the thread has ended. */
async function repeat(thread: Worker, step: () => void, isEnough: () => boolean): Promise<void> {
  let isEnded = false;
  thread.once('exit', () => (isEnded = true));
  while (!isEnded && !isEnough()) {
    step();
    await setImmediate();
  }
}

test('gives slices to other threads once these have begun', async () => {
  const { opened, threads } = await watchThreads(() => open(2));
  const { run, nTaken, close } = opened as ParallelRows;
  try {
    assert.is(threads.length, 1);
    let nSteps = 0;
    const step = (): void => {
      nSteps++;
      run(measure, POINTS.length, 0);
    };
    (opened as ParallelRows).rows.labels.fill(0);
    await repeat(threads[0], step, () => nTaken[1] > 0);
    assert.ok(nTaken[1] > 0, 'the other thread took none');
    assert.is(nTaken[0] + nTaken[1], 3 * nSteps);
  } finally {
    await close();
  }
});

test('throws what a step throws in another thread', async () => {
  const { opened, threads } = await watchThreads(() =>
    openParallelRows(new Float32Array(N_SAMPLES), 1, { maxPoints: 1, nDistances: 1, nThreads: 2 }),
  );
  const { run, state, close } = opened as ParallelRows;
  // the other thread has one array alone
  (state.distances as Float64Array[]).push(new Float64Array(N_SAMPLES));
  let thrown: Error | null = null;
  const step = (): void => {
    try {
      run(lower, 1, 1);
    } catch (error) {
      thrown = error as Error;
    }
  };
  await repeat(threads[0], step, () => thrown !== null);
  assert.match(String(thrown), 'a thread of k-means threw');
  const failure = await close().then(
    () => null,
    (error: Error) => error,
  );
  assert.instance(failure?.cause, TypeError);
});

test('does not wait for ever for a slice that a thread stopped at', () => {
  const counters = new Int32Array(new SharedArrayBuffer(32));
  assert.throws(() => waitUntilDone(counters, 1, 0), 'stopped at its slice');
  waitUntilDone(counters, 0, 0);
});

test('starts no thread that would find no slice', async () => {
  const X = new Float32Array(8 * BATCH_SIZE + 1);
  const options = { maxPoints: 1, nDistances: 1, nThreads: 4 };
  for (const [nSamples, nThreads] of [
    [X.length, 2],
    [X.length - 1, 1],
  ]) {
    const { opened, threads } = await watchThreads(() =>
      openParallelRows(X.subarray(0, nSamples), 1, options),
    );
    assert.is(threads.length, nThreads - 1);
    assert.is((opened as ParallelRows).nTaken.length, nThreads);
    await (opened as ParallelRows).close();
  }
});

test('ends its threads where there is no memory for what they leave', async () => {
  const { opened, threads } = await watchThreads(() =>
    openParallelRows(new Float32Array(N_SAMPLES), 1, {
      maxPoints: 1,
      nDistances: 2 ** 32,
      nThreads: 2,
    }),
  );
  assert.instance(opened, RangeError);
  assert.is(threads.length, 1);
  await once(threads[0], 'exit');
});

test.run();
