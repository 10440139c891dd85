/** The rows that a model learns from again after it was pruned. */
import { StageError } from '../errors.ts';
import type { Bundle } from '../models/bundle.ts';
import { isSparse } from '../models/model.ts';
import type { TrainingData } from '../models/model.ts';
import { assertClassifier } from '../models/shrinking/require-classifier.ts';
import { readTrainingFiles } from './training-files.ts';

/**
 * @param paths - Folder of tensors, folder of the fitted preprocessing.
 * @throws StageError E_DATA when the bundle predicts a number, or the tensors hold numbers, or were made by another
 *   preprocessing than the bundle has.
 */
export async function readPruningData(
  paths: { readonly tensors: string; readonly preprocessing: string; readonly model: string },
  bundle: Bundle,
  facts: { readonly target: string | null; readonly version: string },
): Promise<TrainingData> {
  assertClassifier(bundle.model, 'pruned');
  const { data, facts: found } = await readTrainingFiles(
    { in: paths.tensors, preprocessing: paths.preprocessing, about: null, from: null },
    { ...facts, threshold: null },
  );
  if (data.task === 'regression' || isSparse(data)) {
    throw new StageError(
      'E_DATA',
      `${paths.tensors} must hold dense rows with labels; got others`,
      {
        hint: 'name the tensors that the model was trained on',
      },
    );
  }
  const { preprocessing } = bundle;
  if (JSON.stringify(found.preprocessing) === JSON.stringify(preprocessing)) return data;
  throw new StageError(
    'E_DATA',
    `${paths.model} must have the preprocessing that ${paths.preprocessing} holds; got another one`,
    { hint: 'prune a model before it is frozen, with the tensors that it was trained on' },
  );
}
