/** Cross-validation of a model of texts: vectorizer and model are learnt anew without each fold, which they then score. */
import { fitVectorizer } from '../text/fit-vectorizer.ts';
import type { FitOptions } from '../text/fit-vectorizer.ts';
import { openVectorizer, termNames } from '../text/vectorizer.ts';
import { columnTaker, fitModel, openSparseModel } from './fit-model.ts';
import type { TrainingContext } from './fit-model.ts';

export interface FoldedTexts {
  readonly texts: readonly string[];
  /** Class of each text, 0 to nClasses - 1. */
  readonly labels: Int32Array;
  readonly nClasses: number;
  /** Fold of each text, 0 to nFolds - 1; what is alike must be in one. */
  readonly folds: Int32Array;
  readonly nFolds: number;
}

/**
 * @param train - The group `train`, keys in camelCase: a model that learns from sparse rows, and its parameters.
 * @param onFold - Told after each fold how many are done.
 * @returns Probabilities of every text by the model that has not seen its fold, row-major, shape (nTexts, nClasses).
 * @throws StageError as the fit of vectorizer and model do.
 */
export async function crossValidateTexts(
  { texts, labels, nClasses, folds, nFolds }: FoldedTexts,
  vectorize: FitOptions,
  train: { readonly model: string; readonly [group: string]: unknown },
  context: Omit<TrainingContext, 'onStep' | 'checkpoint'>,
  onFold: (nDone: number) => void = () => {},
): Promise<Float32Array> {
  const probabilities = new Float32Array(texts.length * nClasses);
  const rows = Array.from(texts, (_, i) => i);
  for (let fold = 0; fold < nFolds; fold++) {
    const known = rows.filter((i) => folds[i] !== fold);
    const held = rows.filter((i) => folds[i] === fold);
    const knownTexts = known.map((i) => texts[i]);
    const vectorizer = fitVectorizer(knownTexts, vectorize, 'the texts of the other folds');
    const toRows = openVectorizer(vectorizer);
    const columns = termNames(vectorizer);
    const learnt = {
      nSamples: known.length,
      features: toRows(knownTexts),
      labels: Int32Array.from(known, (i) => labels[i]),
    };
    const data = { columns, nClasses, train: learnt, valid: learnt, classWeight: null };
    const { fitted } = await fitModel(train.model, data, train, {
      ...context,
      onStep: () => 'go on',
      checkpoint: () => null,
    });
    const predictor = await openSparseModel(fitted, context);
    const features = toRows(held.map((i) => texts[i]));
    const take = columnTaker(columns, fitted.columns);
    const scores = await predictor.predictProba(take(features, held.length));
    predictor.dispose();
    for (const [at, i] of held.entries()) {
      probabilities.set(scores.subarray(at * nClasses, (at + 1) * nClasses), i * nClasses);
    }
    onFold(fold + 1);
  }
  return probabilities;
}
