/**
 * Permutation importance: how much worse a model scores when the values of one feature are shuffled among the
 * rows, so that they say nothing of the rows any more. For every model, on rows that it did not learn from.
 *
 * A feature whose knowledge another one repeats seems unimportant: the model still has the other.
 *
 * @see Breiman (2001), Random Forests, Machine Learning 45, doi:10.1023/A:1010933404324
 */
import { confusionMatrix, createPredictions } from '../metrics/predictions.ts';
import { METRICS } from '../metrics/registry.ts';
import type { Rng } from '../rng.ts';
import { shuffledIndices } from '../tensors/shuffle.ts';
import type { LabelledRows, Predictor } from './model.ts';

/** Columns that are shuffled together: one, or those of a one-hot group. */
export interface PermutedFeature {
  readonly name: string;
  /** Places among the columns of the rows. */
  readonly places: readonly number[];
}

export interface PermutationOptions {
  readonly features: readonly PermutedFeature[];
  readonly nClasses: number;
  /** Importance is the accuracy that is lost, or the log loss that is gained. */
  readonly metric: 'accuracy' | 'log_loss';
  /** Shuffles of each feature, at least 1. */
  readonly nRepeats: number;
  /** The random stream of a purpose: each feature has its own, so that it does not matter which others there are. */
  readonly rng: (purpose: string) => Rng;
}

export interface PermutationImportance {
  readonly feature: string;
  /** Mean over the shuffles; about 0, or just below, where the model has no use for the feature. */
  readonly mean: number;
  /** Standard deviation over the shuffles (divisor nRepeats). */
  readonly deviation: number;
}

/** Importances in the order of `features`; `rows` are not modified. */
export async function permutationImportance(
  predictor: Pick<Predictor, 'predictProba'>,
  rows: LabelledRows,
  { features, nClasses, metric, nRepeats, rng }: PermutationOptions,
): Promise<PermutationImportance[]> {
  const lossOf = async (values: Float32Array): Promise<number> => {
    const yProba = await predictor.predictProba(values);
    const predictions = createPredictions(rows.labels, yProba, { nClasses });
    return metric === 'accuracy'
      ? -METRICS.accuracy.score(confusionMatrix(predictions))
      : METRICS.log_loss.score(predictions);
  };
  const loss = await lossOf(rows.features);
  const shuffled = rows.features.slice();
  const importances: PermutationImportance[] = [];
  for (const { name, places } of features) {
    const draw = rng(`permutation of ${name}`);
    const rises: number[] = [];
    for (let repeat = 0; repeat < nRepeats; repeat++) {
      copyColumns(rows, places, shuffled, shuffledIndices(rows.nSamples, draw));
      rises.push((await lossOf(shuffled)) - loss);
    }
    copyColumns(rows, places, shuffled, null);
    importances.push({ feature: name, ...summarize(rises) });
  }
  return importances;
}

/** Row i gets the columns of row `from[i]`, of itself where there is no `from`. */
function copyColumns(
  { features, nSamples }: LabelledRows,
  places: readonly number[],
  target: Float32Array,
  from: Int32Array | null,
): void {
  const nColumns = features.length / nSamples;
  for (let i = 0; i < nSamples; i++) {
    const source = (from === null ? i : from[i]) * nColumns;
    for (const place of places) target[i * nColumns + place] = features[source + place];
  }
}

function summarize(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
