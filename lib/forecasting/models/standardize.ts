/** Inputs of a network, of any size and with gaps, as numbers near 0. */

/** Standard deviations beyond which inputs say no more. */
const MAX_INPUT = 5;
/** Below it, a column is a constant. */
const MIN_DEVIATION = 1e-6;

/**
 * In place: inverse hyperbolic sines, since few inputs are large, less the mean of their column, over its standard
 * deviation; cut at 5. What is not known is 0, and so is a column that is constant or not known in all rows that train,
 * of which nothing can be learnt.
 *
 * @param inputs - Row-major; NaN where not known.
 * @param nTrain - Rows, the first, that the statistics are of.
 */
export function standardize(inputs: Float32Array, nInputs: number, nTrain: number): void {
  const [counts, sums, squares] = [0, 0, 0].map(() => new Float64Array(nInputs));
  for (let at = 0; at < inputs.length; at++) {
    if (Number.isNaN(inputs[at])) continue;
    inputs[at] = Math.asinh(inputs[at] / 2);
    if (at >= nTrain * nInputs) continue;
    const j = at % nInputs;
    counts[j]++;
    sums[j] += inputs[at];
    squares[j] += inputs[at] ** 2;
  }
  const means = sums.map((sum, j) => sum / Math.max(counts[j], 1));
  const deviations = squares.map((square, j) =>
    Math.sqrt(Math.max(square / Math.max(counts[j], 1) - means[j] ** 2, 0)),
  );
  for (let at = 0; at < inputs.length; at++) {
    const j = at % nInputs;
    const value = (inputs[at] - means[j]) / deviations[j];
    const isKnown = deviations[j] > MIN_DEVIATION && !Number.isNaN(value);
    inputs[at] = isKnown ? Math.min(Math.max(value, -MAX_INPUT), MAX_INPUT) : 0;
  }
}
