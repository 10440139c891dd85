/**
 * Better first centers: rows that were drawn give way to others as long as that lowers the inertia.
 *
 * k-means++ now and then draws two rows of one group and none of another, which no later step of k-means mends;
 * a few swaps do.
 *
 * @see Lattanzi, S. and Sohler, C. (2019), A better k-means++ algorithm via local search, ICML, 3662-3671
 */
import type { Rng } from '../rng.ts';
import { copyRows, drawCandidates } from './k-means-init.ts';
import { BATCH_SIZE, fillBatch, setPoints, squaredDistances } from './sample-rows.ts';
import type { SampleRows } from './sample-rows.ts';

/** The two centers nearest to each row and their squared distances, shape (nSamples). */
interface TwoNearest {
  readonly first: Int32Array;
  readonly least: Float64Array;
  readonly second: Int32Array;
  /** Infinite where there is one center alone. */
  readonly next: Float64Array;
}

/** Swaps that are tried, for each center. */
const N_TRIALS = 4;

/**
 * Tries `4 * drawn.length` swaps: each of a row, drawn with a probability proportional to its squared distance to
 * the nearest center, for the center that is missed least. One that lowers the inertia is kept.
 *
 * @param rows - With room for as many points as rows were drawn.
 * @param drawn - Rows with distinct values; not modified.
 * @returns As many rows with distinct values.
 */
export function swapCenters(rows: SampleRows, drawn: readonly number[], rng: Rng): number[] {
  const { nSamples } = rows;
  const centers = [...drawn];
  const nearest: TwoNearest = {
    first: new Int32Array(nSamples),
    least: new Float64Array(nSamples),
    second: new Int32Array(nSamples),
    next: new Float64Array(nSamples),
  };
  findTwoNearest(rows, centers, nearest, Uint32Array.from(nearest.first.keys()));
  const distances = new Float64Array(nSamples);
  for (let trial = 0; trial < N_TRIALS * drawn.length; trial++) {
    const inertia = nearest.least.reduce((sum, distance) => sum + distance, 0);
    if (inertia === 0) break;
    const [row] = drawCandidates(nearest.least, Float64Array.of(inertia), nSamples, 1, rng);
    measureTo(rows, row, distances);
    const { center, change } = findLeastMissed(nearest, distances, centers.length);
    if (!(change < 0)) continue;
    centers[center] = row;
    swap(rows, centers, center, distances, nearest);
  }
  return centers;
}

/** Writes to `distances` how far each row is from row number `point`. */
function measureTo(rows: SampleRows, point: number, distances: Float64Array): void {
  setPoints(rows, copyRows(rows, [point]));
  for (let start = 0; start < rows.nSamples; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    const stride = squaredDistances(rows, nRows, 1);
    for (let b = 0; b < nRows; b++) distances[start + b] = rows.distances[b * stride];
  }
}

/**
 * The center that the rows, given another at `distances`, miss least.
 *
 * @returns By how much the inertia rises when the other takes its place.
 */
function findLeastMissed(
  { first, least, next }: TwoNearest,
  distances: Float64Array,
  nCenters: number,
): { readonly center: number; readonly change: number } {
  const missed = new Float64Array(nCenters);
  let gained = 0;
  distances.forEach((distance, i) => {
    const kept = Math.min(least[i], distance);
    gained += kept - least[i];
    missed[first[i]] += Math.min(next[i], distance) - kept;
  });
  let center = 0;
  for (let c = 1; c < nCenters; c++) if (missed[c] < missed[center]) center = c;
  return { center, change: gained + missed[center] };
}

/** Follows a center that went to where the rows are at `distances`. */
function swap(
  rows: SampleRows,
  centers: readonly number[],
  center: number,
  distances: Float64Array,
  nearest: TwoNearest,
): void {
  const { first, least, second, next } = nearest;
  const lost: number[] = [];
  distances.forEach((distance, i) => {
    if (first[i] === center || second[i] === center) {
      lost.push(i);
    } else if (distance < least[i]) {
      [second[i], next[i]] = [first[i], least[i]];
      [first[i], least[i]] = [center, distance];
    } else if (distance < next[i]) {
      [second[i], next[i]] = [center, distance];
    }
  });
  findTwoNearest(rows, centers, nearest, Uint32Array.from(lost));
}

/** Looks at all centers, for the rows at `indices`. */
function findTwoNearest(
  rows: SampleRows,
  centers: readonly number[],
  { first, least, second, next }: TwoNearest,
  indices: Uint32Array,
): void {
  setPoints(rows, copyRows(rows, centers));
  for (let start = 0; start < indices.length; start += BATCH_SIZE) {
    const batch = indices.subarray(start, start + BATCH_SIZE);
    rows.batch.set(batch);
    const stride = squaredDistances(rows, batch.length, centers.length);
    batch.forEach((i, b) => {
      least[i] = next[i] = Infinity;
      for (let c = 0; c < centers.length; c++) {
        const distance = rows.distances[b * stride + c];
        if (distance < least[i]) {
          [second[i], next[i]] = [first[i], least[i]];
          [first[i], least[i]] = [c, distance];
        } else if (distance < next[i]) {
          [second[i], next[i]] = [c, distance];
        }
      }
    });
  }
}
