/** Loss and accuracy on the valid rows, round by round. */
import type { BoosterData } from './booster.ts';
import type { Booster } from './library.ts';

export interface Round {
  /** From 1. */
  readonly step: number;
  /** Log loss of classes, root mean squared error of a regression, pinball loss of a quantile; null without valid rows. */
  readonly validLoss: number | null;
  /** null where no classes are learnt, and without valid rows. */
  readonly validAccuracy: number | null;
}

/** A probability of 0 counts as this, as LightGBM has it. */
const LEAST_PROBABILITY = 1e-15;

/**
 * Measures the valid rows after each round, in their order: LightGBM's own metrics vary with the number of
 * threads in the last bits.
 */
export function createWatch(
  booster: Booster,
  { objective, valid }: BoosterData,
): () => Pick<Round, 'validLoss' | 'validAccuracy'> {
  if (valid === null) return () => ({ validLoss: null, validAccuracy: null });
  const { targets, nSamples } = valid;
  const nScores = objective.name === 'multiclass' ? objective.nClasses : 1;
  const predictions = new Float64Array(nSamples * nScores);
  return () => {
    booster.predictWatched(predictions);
    if (objective.name === 'regression') {
      const squares = targets.reduce((sum, target, i) => sum + (predictions[i] - target) ** 2, 0);
      return { validLoss: Math.sqrt(squares / nSamples), validAccuracy: null };
    }
    if (objective.name === 'quantile') {
      const { alpha } = objective;
      const loss = targets.reduce((sum, target, i) => {
        const above = target - predictions[i];
        return sum + (above > 0 ? alpha * above : (alpha - 1) * above);
      }, 0);
      return { validLoss: loss / nSamples, validAccuracy: null };
    }
    let loss = 0;
    let nRight = 0;
    for (let i = 0; i < nSamples; i++) {
      const { own, other } =
        nScores === 1
          ? ofTwo(predictions[i], targets[i])
          : ofMore(predictions, i, targets[i], nSamples);
      loss -= Math.log(Math.max(own, LEAST_PROBABILITY));
      if (own >= other) nRight++;
    }
    return { validLoss: loss / nSamples, validAccuracy: nRight / nSamples };
  };
}

/** Probability of the class of a row, and the highest of another class. */
interface Odds {
  readonly own: number;
  readonly other: number;
}

function ofTwo(second: number, target: number): Odds {
  return target === 1 ? { own: second, other: 1 - second } : { own: 1 - second, other: second };
}

function ofMore(predictions: Float64Array, i: number, target: number, nSamples: number): Odds {
  const place = target * nSamples + i;
  let other = 0;
  for (let at = i; at < predictions.length; at += nSamples) {
    if (at !== place && predictions[at] > other) other = predictions[at];
  }
  return { own: predictions[place], other };
}
