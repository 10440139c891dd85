/**
 * Scores of two-class models on the same few rows, and how much of what is between two of them is chance: the rows
 * themselves are drawn with replacement, the same for all models. For many rows paired-bootstrap.ts draws cells.
 *
 * @see Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, chapters 8, 13 and 15,
 *   doi:10.1201/9780429246593
 */
import type { Rng } from '../rng.ts';
import { toInterval } from './paired-bootstrap.ts';
import type { BootstrapInterval } from './paired-bootstrap.ts';

export const ROW_METRICS = ['roc_auc', 'log_loss', 'brier_score'] as const;
export type RowMetric = (typeof ROW_METRICS)[number];
export type RowScores = Readonly<Record<RowMetric, number>>;

/** The model minus the reference; null where too few samples have both classes. */
export type RowDifferences = Readonly<Record<RowMetric, BootstrapInterval | null>>;

/**
 * @param yTrue - 0 or 1, shape (nSamples), both present.
 * @param models - Probability of 1 of each row, in (0, 1), shape (nSamples); the first is the reference.
 * @returns For each model its scores, and how they differ from the reference's.
 */
export function compareRows(
  yTrue: Int32Array,
  models: readonly Float64Array[],
  options: { readonly confidenceLevel: number; readonly nResamples: number; readonly rng: Rng },
): { readonly scores: RowScores; readonly differences: RowDifferences }[] {
  const { confidenceLevel, nResamples, rng } = options;
  const scorers = models.map((probabilities) => createScorer(yTrue, probabilities));
  const whole = new Uint32Array(yTrue.length).fill(1);
  const samples = models.map(() => ROW_METRICS.map(() => new Float64Array(nResamples)));
  const drawn = new Uint32Array(yTrue.length);
  for (let sample = 0; sample < nResamples; sample++) {
    drawn.fill(0);
    for (let draw = 0; draw < drawn.length; draw++) drawn[Math.floor(rng() * drawn.length)]++;
    const reference = scorers[0](drawn);
    scorers.forEach((score, model) => {
      const scores = model === 0 ? reference : score(drawn);
      ROW_METRICS.forEach((metric, m) => {
        samples[model][m][sample] = scores[metric] - reference[metric];
      });
    });
  }
  return scorers.map((score, model) => ({
    scores: score(whole),
    differences: Object.fromEntries(
      ROW_METRICS.map((metric, m) => {
        const known = samples[model][m].filter((value) => !Number.isNaN(value)).sort();
        return [metric, known.length === 0 ? null : toInterval(known, confidenceLevel)];
      }),
    ) as RowDifferences,
  }));
}

/** Scores of rows that are there as often as `counts` says. */
function createScorer(
  yTrue: Int32Array,
  probabilities: Float64Array,
): (counts: Uint32Array) => RowScores {
  const order = Uint32Array.from(yTrue, (_, i) => i).sort(
    (a, b) => probabilities[a] - probabilities[b],
  );
  const logLosses = probabilities.map((p, i) => -Math.log(yTrue[i] === 1 ? p : 1 - p));
  const squares = probabilities.map((p, i) => (p - yTrue[i]) ** 2);
  return (counts) => {
    let [logLoss, square, n] = [0, 0, 0];
    // ranked from the lowest: a hit beats the misses below it, and half of those beside it
    let [area, nHits, nMisses, tiedHits, tiedMisses] = [0, 0, 0, 0, 0];
    for (let k = 0; k < order.length; k++) {
      const i = order[k];
      const count = counts[i];
      n += count;
      logLoss += count * logLosses[i];
      square += count * squares[i];
      if (yTrue[i] === 1) tiedHits += count;
      else tiedMisses += count;
      if (k + 1 < order.length && probabilities[order[k + 1]] === probabilities[i]) continue;
      area += tiedHits * (nMisses + tiedMisses / 2);
      nHits += tiedHits;
      nMisses += tiedMisses;
      [tiedHits, tiedMisses] = [0, 0];
    }
    return { roc_auc: area / nHits / nMisses, log_loss: logLoss / n, brier_score: square / n };
  };
}
