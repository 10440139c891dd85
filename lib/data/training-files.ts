/** What a model learns from and what its bundle says of that, from the files of the stages before. */
import type { Bundle } from '../models/bundle.ts';
import type { TrainingData } from '../models/model.ts';
import { classWeightOf, priorCorrectionOf } from '../preprocessing/rebalance.ts';
import { findDatasets, readDatasets } from '../tensors/dataset-files.ts';
import { readClassNames } from './class-names.ts';
import { hashFiles } from './hash-files.ts';
import { readPreprocessing } from './preprocessing-files.ts';

/** The facts of a bundle that are known before its model is fitted. */
export type TrainingFacts = Pick<
  Bundle,
  | 'preprocessing'
  | 'classes'
  | 'classNames'
  | 'threshold'
  | 'priorCorrection'
  | 'versions'
  | 'dataHashes'
>;

/**
 * @param paths - Folder of tensors, folder of the fitted preprocessing, description of the data set.
 * @param version - Of timberline.
 * @throws StageError E_DATA when a file is missing or is not what its stage writes.
 */
export async function readTrainingFiles(
  paths: { readonly in: string; readonly preprocessing: string; readonly about: string | null },
  {
    target,
    threshold,
    version,
  }: {
    readonly target: string | null;
    readonly threshold: number | null;
    readonly version: string;
  },
): Promise<{ data: TrainingData; facts: TrainingFacts }> {
  const splits = ['train', 'valid'] as const;
  const { train, valid } = readDatasets(paths.in, splits);
  const { columns, classes } = train;
  const { preprocessing, balance } = readPreprocessing(paths.preprocessing);
  const classWeight = classWeightOf(balance, classes);
  return {
    data: { columns, nClasses: classes.length, train, valid, classWeight },
    facts: {
      ...{ preprocessing, classes, threshold },
      classNames: readClassNames(paths.about, target),
      priorCorrection: priorCorrectionOf(balance, classes),
      versions: { timberline: version },
      dataHashes: await hashFiles(findDatasets(paths.in, splits)),
    },
  };
}
