/** How many more rows of the second of two classes there are among those that a model puts first. */

/** Tenths, as tables of gains have them. */
const N_BANDS = 10;

/** Consecutive rows in the order of the probability of the second class, the most probable first. */
export interface LiftBand {
  readonly nSamples: number;
  /** Mean probability of the second class. */
  readonly probability: number;
  /** Share of rows of the second class. */
  readonly share: number;
  /** That share over the one of all rows. */
  readonly lift: number;
  /** Share of all rows of the second class that is in this band and those before. */
  readonly gain: number;
}

/**
 * Rows of equal probability are in no order: each stands for the mean of all of them.
 *
 * @param yTrue - 0 or 1, shape (nSamples).
 * @param yProba - Of both classes, row-major, shape (nSamples, 2).
 * @returns Ten bands of as many rows as can be; none where there are fewer rows than bands, or none of the second
 *   class.
 */
export function liftCurve(yTrue: Int32Array, yProba: Float32Array): LiftBand[] {
  const nSamples = yTrue.length;
  const nPositive = yTrue.reduce((sum, label) => sum + label, 0);
  if (nSamples < N_BANDS || nPositive === 0) return [];
  const order = [...yTrue.keys()].sort((a, b) => yProba[2 * b + 1] - yProba[2 * a + 1]);
  const hits = spreadTies(order, yTrue, yProba);
  let found = 0;
  return Array.from({ length: N_BANDS }, (_, band) => {
    const start = Math.round((band * nSamples) / N_BANDS);
    const end = Math.round(((band + 1) * nSamples) / N_BANDS);
    let [sum, own] = [0, 0];
    for (let at = start; at < end; at++) {
      sum += yProba[2 * order[at] + 1];
      own += hits[at];
    }
    found += own;
    const share = own / (end - start);
    return {
      nSamples: end - start,
      probability: sum / (end - start),
      share,
      lift: share / (nPositive / nSamples),
      gain: found / nPositive,
    };
  });
}

/** At each place of `order` the share of the second class in the rows of its probability. */
function spreadTies(
  order: readonly number[],
  yTrue: Int32Array,
  yProba: Float32Array,
): Float64Array {
  const hits = new Float64Array(order.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    let sum = 0;
    for (; end < order.length && scoreAt(end) === scoreAt(start); end++) sum += yTrue[order[end]];
    hits.fill(sum / (end - start), start, end);
  }
  return hits;

  function scoreAt(place: number): number {
    return yProba[2 * order[place] + 1];
  }
}
