/**
 * A bundle made ready to score texts that are in memory: vectorizer, model, prior correction.
 *
 * Tables are scored through here too, so that a text gets the same bits whichever way it comes.
 */
import { openVectorizer, termNames } from '../text/vectorizer.ts';
import type { Bundle } from './bundle.ts';
import { correctPriors } from './correct-priors.ts';
import { columnTaker, openSparseModel } from './fit-model.ts';
import { assertGolden } from './golden-rows.ts';
import type { Machine } from './model.ts';

export interface TextScorer {
  /**
   * @param texts - null is a text without a term.
   * @returns Probabilities, row-major, shape (number of texts, nClasses).
   */
  score(texts: readonly (string | null)[]): Promise<Float32Array>;
  dispose(): void;
}

/**
 * @param bundle - Its preprocessing has a vectorizer.
 * @throws StageError E_DATA when the golden rows do not get the probabilities that the bundle says.
 */
export async function openTextScorer(bundle: Bundle, machine: Machine): Promise<TextScorer> {
  const { model, golden } = bundle;
  const vectorizer = bundle.preprocessing.vectorizer!;
  const vectorize = openVectorizer(vectorizer);
  const take = columnTaker(termNames(vectorizer), model.columns);
  const predictor = await openSparseModel(model, machine);
  const scorer: TextScorer = {
    async score(texts) {
      const features = take(vectorize(texts), texts.length);
      return correctPriors(bundle, await predictor.predictProba(features));
    },
    dispose: () => predictor.dispose(),
  };
  try {
    const texts = golden.rows.map((row) => row[vectorizer.column] as string | null);
    await assertGolden(bundle, async () => await scorer.score(texts));
    return scorer;
  } catch (error) {
    scorer.dispose();
    throw error;
  }
}
