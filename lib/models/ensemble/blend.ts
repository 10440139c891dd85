/** Weights of a mean of predictions, found on rows that no member learnt from. */

const MAX_ITERATIONS = 1000;
const TOLERANCE = 1e-7;

/** Smallest probability that counts, so that one sure mistake of a member does not decide alone. */
const FLOOR = 1e-12;

/**
 * Weights of a mixture with the lowest log loss, by expectation and maximisation (Dempster, Laird & Rubin
 * 1977, doi:10.1111/j.2517-6161.1977.tb01600.x): the problem is convex, and no step makes it worse.
 *
 * @param members - Probabilities of each member, row-major, shape (nSamples, nClasses).
 * @param labels - Shape (nSamples).
 * @returns Shape (members), not negative, of sum 1.
 */
export function findWeights(
  members: readonly Float32Array[],
  labels: Int32Array,
  nClasses: number,
): number[] {
  const likelihoods = members.map((probabilities) =>
    Float64Array.from(labels, (label, i) => Math.max(probabilities[i * nClasses + label], FLOOR)),
  );
  let weights = members.map(() => 1 / members.length);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const next = reweigh(likelihoods, weights);
    const change = Math.max(...next.map((weight, m) => Math.abs(weight - weights[m])));
    weights = next;
    if (change < TOLERANCE) break;
  }
  return weights;
}

/** The mean share that each member has in the likelihood of a row. */
function reweigh(likelihoods: readonly Float64Array[], weights: readonly number[]): number[] {
  const nSamples = likelihoods[0].length;
  const shares = new Float64Array(weights.length);
  for (let i = 0; i < nSamples; i++) {
    let sum = 0;
    for (let m = 0; m < weights.length; m++) sum += weights[m] * likelihoods[m][i];
    for (let m = 0; m < weights.length; m++) shares[m] += (weights[m] * likelihoods[m][i]) / sum;
  }
  return Array.from(shares, (share) => share / nSamples);
}

const N_SELECTIONS = 20;

/**
 * Weights with a high accuracy, by ensemble selection (Caruana et al. 2004, doi:10.1145/1015330.1015432):
 * twenty times the member joins, again if need be, with which the mean of those chosen so far is most
 * often right; of several, that with the lowest log loss. Shapes as of {@link findWeights}.
 */
export function selectWeights(
  members: readonly Float32Array[],
  labels: Int32Array,
  nClasses: number,
): number[] {
  const counts = members.map(() => 0);
  for (let n = 0; n < N_SELECTIONS; n++) {
    const scores = members.map((_, m) => {
      const weights = counts.map((count, k) => (count + (k === m ? 1 : 0)) / (n + 1));
      return scoreBlend(blend(members, weights), labels, nClasses);
    });
    const best = scores.reduce((a, b) =>
      b.nRight > a.nRight || (b.nRight === a.nRight && b.logLoss < a.logLoss) ? b : a,
    );
    counts[scores.indexOf(best)]++;
  }
  return counts.map((count) => count / N_SELECTIONS);
}

function scoreBlend(probabilities: Float64Array, labels: Int32Array, nClasses: number) {
  let [nRight, logLoss] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const start = i * nClasses;
    let top = 0;
    for (let c = 1; c < nClasses; c++) {
      if (probabilities[start + c] > probabilities[start + top]) top = c;
    }
    if (top === labels[i]) nRight++;
    logLoss -= Math.log(Math.max(probabilities[start + labels[i]], FLOOR));
  }
  return { nRight, logLoss };
}

/** Weighted mean of the members, in double; shapes as of {@link findWeights}. */
export function blend(members: readonly Float32Array[], weights: readonly number[]): Float64Array {
  const mean = new Float64Array(members[0].length);
  members.forEach((probabilities, m) => {
    const weight = weights[m];
    for (let i = 0; i < mean.length; i++) mean[i] += weight * probabilities[i];
  });
  return mean;
}
