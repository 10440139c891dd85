/** The rows that a model learns from again after it was pruned. */
import { StageError } from '../errors.ts';
import type { Bundle } from '../models/bundle.ts';
import type { TrainingData } from '../models/model.ts';
import { readTrainingFiles } from './training-files.ts';

/**
 * @param paths - Folder of tensors, folder of the fitted preprocessing.
 * @throws StageError E_DATA when the tensors were made by another preprocessing than the bundle has.
 */
export async function readPruningData(
  paths: { readonly tensors: string; readonly preprocessing: string; readonly model: string },
  bundle: Bundle,
  facts: { readonly target: string | null; readonly version: string },
): Promise<TrainingData> {
  const { data, facts: found } = await readTrainingFiles(
    { in: paths.tensors, preprocessing: paths.preprocessing, about: null, from: null },
    { ...facts, threshold: null },
  );
  const { preprocessing } = bundle;
  if (JSON.stringify(found.preprocessing) === JSON.stringify(preprocessing)) return data;
  throw new StageError(
    'E_DATA',
    `${paths.model} must have the preprocessing that ${paths.preprocessing} holds; got another one`,
    { hint: 'prune a model before it is frozen, with the tensors that it was trained on' },
  );
}
