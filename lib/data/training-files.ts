/** What a model learns from and what its bundle says of that, from the files of the stages before. */
import { StageError, listExamples } from '../errors.ts';
import { readBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { FittedModel, TrainingData } from '../models/model.ts';
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
 * @param paths - Folder of tensors, folder of the fitted preprocessing, description of the data set, bundle
 *   that training starts from.
 * @param version - Of timberline.
 * @throws StageError E_DATA when a file is missing or is not what its stage writes, or the bundle is of
 *   other classes.
 */
export async function readTrainingFiles(
  paths: {
    readonly in: string;
    readonly preprocessing: string;
    readonly about: string | null;
    readonly from: string | null;
  },
  {
    target,
    threshold,
    version,
  }: {
    readonly target: string | null;
    readonly threshold: number | null;
    readonly version: string;
  },
): Promise<{ data: TrainingData; facts: TrainingFacts; from: FittedModel | null }> {
  const splits = ['train', 'valid'] as const;
  const { train, valid } = readDatasets(paths.in, splits);
  const { columns, classes } = train;
  const { preprocessing, balance } = readPreprocessing(paths.preprocessing);
  const classWeight = classWeightOf(balance, classes);
  const started = paths.from === null ? [] : [paths.from];
  return {
    from: paths.from === null ? null : readStart(paths.from, classes),
    data: { columns, nClasses: classes.length, train, valid, classWeight },
    facts: {
      ...{ preprocessing, classes, threshold },
      classNames: readClassNames(paths.about, target),
      priorCorrection: priorCorrectionOf(balance, classes),
      versions: { timberline: version },
      dataHashes: await hashFiles([...findDatasets(paths.in, splits), ...started]),
    },
  };
}

function readStart(path: string, classes: Bundle['classes']): FittedModel {
  const bundle = readBundle(path);
  if (bundle.classes.join('\n') === classes.join('\n')) return bundle.model;
  throw new StageError(
    'E_DATA',
    `${path} must be a model of the classes of the tensors, ${listExamples(classes)}; got ${listExamples(bundle.classes)}`,
    { hint: 'without --from training starts from nothing' },
  );
}
