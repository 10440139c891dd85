/**
 * Metrics of the order in which a class's probability puts the rows, each class against all others. With
 * two classes the value is that of the second one (the positive class); with more it is the mean over the
 * classes that occur in the truth. A class that every row has cannot be ranked and is left out as well.
 */
import type { Predictions } from './predictions.ts';

/**
 * Area under the receiver operating characteristic: the probability that a row of the class gets a higher
 * score than a row of another one, ties counting half. NaN when no class can be ranked.
 *
 * @see Fawcett, T. (2006), Pattern Recognition Letters 27, 861-874, doi:10.1016/j.patrec.2005.10.010
 */
export function rocAuc(predictions: Predictions): number {
  return meanOverClasses(predictions, (label, positives, negatives) => {
    let area = 0;
    let truePositives = 0;
    forEachScore(predictions, label, (hits, misses) => {
      area += misses * (truePositives + hits / 2);
      truePositives += hits;
    });
    return area / positives / negatives;
  });
}

/**
 * Mean precision over the recall gained at each threshold, Σ (R_n - R_{n-1}) P_n, without interpolation.
 * NaN when no class can be ranked.
 *
 * @see Davis, J. and Goadrich, M. (2006), ICML, 233-240, doi:10.1145/1143844.1143874
 */
export function averagePrecision(predictions: Predictions): number {
  return meanOverClasses(predictions, (label, positives) => {
    let area = 0;
    let truePositives = 0;
    let selected = 0;
    forEachScore(predictions, label, (hits, misses) => {
      truePositives += hits;
      selected += hits + misses;
      // rows of weight 0 may come first
      if (selected > 0) area += (hits / positives) * (truePositives / selected);
    });
    return area;
  });
}

function meanOverClasses(
  predictions: Predictions,
  score: (label: number, positives: number, negatives: number) => number,
): number {
  const { nClasses, yTrue, sampleWeight } = predictions;
  const support = new Float64Array(nClasses);
  yTrue.forEach((label, row) => (support[label] += sampleWeight === null ? 1 : sampleWeight[row]));
  const total = support.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  let nRanked = 0;
  for (let label = nClasses === 2 ? 1 : 0; label < nClasses; label++) {
    const negatives = total - support[label];
    if (support[label] === 0 || negatives === 0) continue;
    sum += score(label, support[label], negatives);
    nRanked++;
  }
  return sum / nRanked;
}

/** Visits the scores of a class by falling score, each with the weight of its rows of the class and of others. */
function forEachScore(
  { nClasses, yTrue, yProba, sampleWeight }: Predictions,
  label: number,
  visit: (hits: number, misses: number) => void,
): void {
  const nSamples = yTrue.length;
  const scores = new Float32Array(nSamples);
  // adding 0 makes -0 a 0, whose bits sort as they should
  for (let row = 0; row < nSamples; row++) scores[row] = yProba[row * nClasses + label] + 0;
  // The bits of non-negative floats sort as the floats do. Bits above, row below, sorted as one number
  // (all platforms of Node are little-endian): 4 times as fast as sorting rows with a comparison.
  const bits = new Uint32Array(scores.buffer);
  const keys = new BigUint64Array(nSamples);
  const halves = new Uint32Array(keys.buffer);
  for (let row = 0; row < nSamples; row++) {
    halves[2 * row] = row;
    halves[2 * row + 1] = bits[row];
  }
  keys.sort();
  let hits = 0;
  let misses = 0;
  for (let position = nSamples - 1; position >= 0; position--) {
    const row = halves[2 * position];
    const weight = sampleWeight === null ? 1 : sampleWeight[row];
    if (yTrue[row] === label) hits += weight;
    else misses += weight;
    if (position === 0 || halves[2 * position - 1] !== halves[2 * position + 1]) {
      visit(hits, misses);
      hits = 0;
      misses = 0;
    }
  }
}
