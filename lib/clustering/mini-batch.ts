/**
 * k-means of millions of rows: each step moves the centers by a few rows that are drawn.
 *
 * As scikit-learn's MiniBatchKMeans has it: a center is the mean of all rows that it was ever given, centers that
 * get few rows are put elsewhere, and the steps end when the smoothed inertia of the batches falls no more. The
 * first centers are better ones (local-search.ts).
 *
 * @see Sculley, D. (2010), Web-scale k-means clustering, WWW, 1177-1178, doi:10.1145/1772690.1772862
 */
import type { Rng } from '../rng.ts';
import { copyRows, drawPlusPlus, drawUniformly, nLocalTrials } from './k-means-init.ts';
import { assign, startFrom } from './k-means-steps.ts';
import type { Clusters } from './k-means-steps.ts';
import { createTooFewRowsError, fillEmptyClusters, toResult } from './k-means.ts';
import type { KMeans, KMeansOptions } from './k-means.ts';
import { swapCenters } from './local-search.ts';
import { findNearest, floatError } from './nearest-points.ts';
import { countThreads, openParallelRows } from './parallel-rows.ts';
import type { ParallelRows } from './parallel-rows.ts';
import { BATCH_SIZE, copyRow, setPoints, squaredDistance } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';
import { takeRows } from './take-rows.ts';
import { countRows, type Rows } from './to-sample-rows.ts';

export interface MiniBatchOptions extends KMeansOptions {
  /** Rows of a step, drawn with replacement, at least 1. */
  readonly batchSize: number;
}

/** First centers are drawn from so many batches, and judged on as many. */
const N_INIT_BATCHES = 3;
/** Steps without a new least smoothed inertia that end a fit. */
const MAX_NO_IMPROVEMENT = 10;
/** Centers with a smaller share of the rows of the center that has most are put elsewhere. */
const REASSIGNMENT_RATIO = 0.01;
/** The event loop is left between so many steps. */
const N_STEPS_AT_A_TIME = 50;

/** State of a fit; the centers are row-major, shape (nClusters, nFeatures), in the order of `rows.order`. */
interface Steps {
  readonly nClusters: number;
  readonly batchSize: number;
  readonly centers: Float64Array;
  /** Rows that each center was ever given. */
  readonly counts: Float64Array;
  /** Of the batch: sums of the rows that each center gets, shape of `centers`, and how many these are. */
  readonly sums: Float64Array;
  readonly added: Float64Array;
  /** Rows since centers were last put elsewhere. */
  nRowsSince: number;
}

/**
 * Fits k-means by mini-batches. The labels are those of the nearest centers at the end, none without a row; centers
 * are not the means of their rows. `nIter` is how many times all rows could have been drawn; a fit has converged when its inertia
 * fell no more. `tol` is not looked at.
 *
 * @param X - Every value finite; not modified.
 * @throws StageError E_DATA when there are fewer distinct rows than `nClusters`: with k-means++ among the rows that
 *   first centers are drawn from (three batches, or three times `nClusters`), else among all.
 */
export async function fitMiniBatch(
  X: Rows,
  nFeatures: number,
  options: MiniBatchOptions,
): Promise<KMeans> {
  const { nClusters } = options;
  const nSamples = countRows(X, nFeatures);
  if (nClusters > nSamples) throw createTooFewRowsError(nClusters);
  const batchSize = Math.min(options.batchSize, nSamples);
  const parallel = openParallelRows(X, nFeatures, {
    maxPoints: nClusters,
    nDistances: 1,
    nThreads: countThreads(X, nClusters, options.nThreads ?? 1),
  });
  try {
    return await fitOn(parallel, X, batchSize, options);
  } finally {
    await parallel.close();
  }
}

async function fitOn(
  parallel: ParallelRows,
  X: Rows,
  batchSize: number,
  options: MiniBatchOptions,
): Promise<KMeans> {
  const { nClusters, maxIter, rng } = options;
  const { rows } = parallel;
  const { nSamples } = rows;
  const centers = drawCenters(X, rows, batchSize, options);
  const steps: Steps = {
    nClusters,
    batchSize,
    centers,
    counts: new Float64Array(nClusters),
    sums: new Float64Array(centers.length),
    added: new Float64Array(nClusters),
    nRowsSince: 0,
  };
  const maxSteps = Math.floor((maxIter * nSamples) / batchSize);
  const smoothing = Math.min(1, (2 * batchSize) / (nSamples + 1));
  let smoothed = Infinity;
  let least = Infinity;
  let nNotImproved = 0;
  let step = 0;
  const countIterations = (): number => Math.min(maxIter, Math.ceil((step * batchSize) / nSamples));
  while (step < maxSteps && nNotImproved < MAX_NO_IMPROVEMENT) {
    const inertia = takeStep(rows, steps, rng);
    // the inertia of the first step is that of the first centers
    if (step++ > 0) {
      smoothed = smoothed === Infinity ? inertia : smoothed * (1 - smoothing) + inertia * smoothing;
      nNotImproved = smoothed < least ? 0 : nNotImproved + 1;
      least = Math.min(least, smoothed);
    }
    if (step % N_STEPS_AT_A_TIME === 0) {
      await options.onIteration?.(0, countIterations());
    }
  }
  const clusters = labelAll(parallel, centers);
  return toResult(parallel, clusters, countIterations(), nNotImproved >= MAX_NO_IMPROVEMENT);
}

/** Labels all rows; centers that get none are put to the rows farthest from theirs, and all are labelled again. */
function labelAll(parallel: ParallelRows, centers: Float64Array): Clusters {
  const { rows } = parallel;
  for (;;) {
    const clusters = startFrom(parallel, centers);
    assign(parallel, clusters);
    const isEmpty = clusters.sizes.map((size) => (size === 0 ? 1 : 0));
    if (!isEmpty.includes(1)) return clusters;
    fillEmptyClusters(parallel, clusters);
    clusters.labels.forEach((label, row) => {
      if (isEmpty[label] === 1) copyRow(rows, row, centerOf(centers, label, rows.nFeatures));
    });
  }
}

/** The first centers of several draws that leave the least inertia on a sample of the rows. */
function drawCenters(
  X: Rows,
  rows: SampleRows,
  batchSize: number,
  { nClusters, init, nInit, rng }: KMeansOptions,
): Float64Array {
  const { nSamples, nFeatures, order } = rows;
  if (typeof init !== 'string') {
    return init.map((_, at) => init[at - (at % nFeatures) + order[at % nFeatures]]);
  }
  const size = Math.min(nSamples, N_INIT_BATCHES * Math.max(batchSize, nClusters));
  const draw = (): number[] => drawUniformly(nSamples, size, rng);
  const validation = draw();
  let best: Float64Array | null = null;
  let least = Infinity;
  for (let start = 0; start < nInit; start++) {
    const drawn = draw();
    const places =
      init === 'random'
        ? drawUniformly(size, nClusters, rng)
        : drawFarApart(takeRows(X, nFeatures, Uint32Array.from(drawn)), nFeatures, nClusters, rng);
    const centers = copyRows(
      rows,
      places.map((place) => drawn[place]),
    );
    if (nInit === 1) return centers;
    setPoints(rows, centers);
    const inertia = forNearest(rows, validation, centers, () => {});
    if (inertia < least) [best, least] = [centers, inertia];
  }
  return best!;
}

/** k-means++, then swaps: on as few rows as these are, both take less time than some steps. */
function drawFarApart(X: Rows, nFeatures: number, nClusters: number, rng: Rng): number[] {
  const nTrials = nLocalTrials(nClusters);
  // one thread has no other to end
  const parallel = openParallelRows(X, nFeatures, {
    maxPoints: Math.max(nClusters, nTrials),
    nDistances: nTrials + 1,
    nThreads: 1,
  });
  const drawn = drawPlusPlus(parallel, nClusters, rng);
  if (drawn.length < nClusters) throw createTooFewRowsError(nClusters);
  return swapCenters(parallel.rows, drawn, rng);
}

/** Draws a batch and moves the centers; returns the mean squared distance of its rows before. */
function takeStep(rows: SampleRows, steps: Steps, rng: Rng): number {
  const { nClusters, batchSize, centers, counts, sums, added } = steps;
  const { nSamples, nFeatures } = rows;
  const drawn = Array.from({ length: batchSize }, () => Math.floor(rng() * nSamples));
  setPoints(rows, centers);
  sums.fill(0);
  added.fill(0);
  const inertia = forNearest(rows, drawn, centers, (row, label) => {
    added[label]++;
    addRow(rows, row, sums, label * nFeatures);
  });
  for (let c = 0; c < nClusters; c++) {
    if (added[c] === 0) continue;
    const before = counts[c];
    counts[c] += added[c];
    for (let at = c * nFeatures; at < (c + 1) * nFeatures; at++) {
      centers[at] = (centers[at] * before + sums[at]) / counts[c];
    }
  }
  steps.nRowsSince += batchSize;
  if (steps.nRowsSince >= 10 * nClusters || counts.includes(0)) {
    steps.nRowsSince = 0;
    reassign(rows, steps, drawn, rng);
  }
  return inertia / batchSize;
}

/** Puts centers that get few rows to rows of the batch, with the count of the least of the others. */
function reassign(
  rows: SampleRows,
  { nClusters, batchSize, centers, counts }: Steps,
  drawn: readonly number[],
  rng: Rng,
): void {
  const limit = REASSIGNMENT_RATIO * counts.reduce((a, b) => Math.max(a, b));
  const few = Array.from(counts, (_, c) => c)
    .filter((c) => counts[c] < limit)
    .sort((a, b) => counts[a] - counts[b])
    .slice(0, Math.floor(batchSize / 2))
    .sort((a, b) => a - b);
  if (few.length === 0) return;
  const isFew = new Set(few);
  let least = Infinity;
  for (let c = 0; c < nClusters; c++) if (!isFew.has(c)) least = Math.min(least, counts[c]);
  const places = drawUniformly(batchSize, few.length, rng);
  few.forEach((c, i) => {
    copyRow(rows, drawn[places[i]], centerOf(centers, c, rows.nFeatures));
    counts[c] = least;
  });
}

/** Calls `take` with each row and the label of its nearest center; returns the sum of the squared distances. */
function forNearest(
  rows: SampleRows,
  indices: readonly number[],
  centers: Float64Array,
  take: (row: number, label: number) => void,
): number {
  const { nFeatures, batch, nearest, kernel } = rows;
  const error = floatError(rows, centers);
  let inertia = 0;
  for (let start = 0; start < indices.length; start += BATCH_SIZE) {
    const nRows = Math.min(BATCH_SIZE, indices.length - start);
    for (let b = 0; b < nRows; b++) batch[b] = indices[start + b];
    kernel.touch(nRows);
    findNearest(rows, nRows, centers.length / nFeatures, error);
    for (let b = 0; b < nRows; b++) {
      const row = indices[start + b];
      inertia += squaredDistance(rows, row, nearest[b]);
      take(row, nearest[b]);
    }
  }
  return inertia;
}

function addRow(rows: SampleRows, i: number, sums: Float64Array, start: number): void {
  const { nDense, dense, starts, positions, values } = rows;
  for (let d = 0; d < nDense; d++) sums[start + d] += dense[i * nDense + d];
  for (let e = 2 * starts[i]; e < 2 * starts[i + 1]; e += 2) {
    sums[start + positions[e]] += values[e + 1];
  }
}

function centerOf(centers: Float64Array, c: number, nFeatures: number): Float64Array {
  return centers.subarray(c * nFeatures, (c + 1) * nFeatures);
}
