/** What baselines reach on the rows of an evaluation. */
import { confusionMatrix, createPredictions } from './predictions.ts';
import { METRICS } from './registry.ts';

export interface BaselineScores {
  readonly name: string;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly logLoss: number;
}

/**
 * @param yProba - Probabilities of each baseline by its name, row-major, shape (nSamples, nClasses).
 * @returns The most accurate first; in the order of their names where they are equal.
 */
export function measureBaselines(
  yTrue: Int32Array,
  yProba: Readonly<Record<string, Float32Array>>,
  nClasses: number,
): BaselineScores[] {
  const scores = Object.entries(yProba).map(([name, probabilities]) => {
    const predictions = createPredictions(yTrue, probabilities, { nClasses, threshold: null });
    const confusion = confusionMatrix(predictions);
    return {
      name,
      accuracy: METRICS.accuracy.score(confusion),
      macroF1: METRICS.macro_f1.score(confusion),
      logLoss: METRICS.log_loss.score(predictions),
    };
  });
  return scores.sort((a, b) => b.accuracy - a.accuracy || (a.name < b.name ? -1 : 1));
}
