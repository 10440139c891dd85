/** What a model learns from and what its bundle says of that, from the files of the stages before. */
import { StageError, listExamples } from '../errors.ts';
import { readBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { AnyData, FittedModel, NumericRows } from '../models/model.ts';
import type { Preprocessing } from '../preprocessing/pipeline.ts';
import { classWeightOf, priorCorrectionOf } from '../preprocessing/rebalance.ts';
import type { Balance } from '../preprocessing/rebalance.ts';
import { findDatasets, hasDataset, readAnyDatasets } from '../tensors/dataset-files.ts';
import type { Dataset } from '../tensors/dataset.ts';
import type { SparseDataset } from '../tensors/sparse-dataset-files.ts';
import { termNames } from '../text/vectorizer.ts';
import { readClassNames } from './class-names.ts';
import { hashFiles } from './hash-files.ts';
import { readPreprocessing } from './preprocessing-files.ts';

type ClassWeight = readonly number[] | null;

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
 * What is learnt is what the tensors hold: classes, or numbers; from dense rows, or sparse ones. Where there is no
 * valid, train stands in its place.
 *
 * @param paths - Folder of tensors, folder of the fitted preprocessing, description of the data set, bundle
 *   that training starts from.
 * @param version - Of timberline.
 * @throws StageError E_DATA when a file is missing or is not what its stage writes, the bundle is of
 *   other classes, the rows of numbers were rebalanced as classes, or sparse rows hold numbers to predict or are not
 *   of the vectorizer that is there.
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
): Promise<{
  data: AnyData;
  facts: TrainingFacts;
  from: FittedModel | null;
}> {
  const splits = ['train', ...(hasDataset(paths.in, 'valid') ? ['valid'] : [])];
  const { train, valid = train } = readAnyDatasets(paths.in, splits);
  const datasets = { train, valid } as Splits<Dataset> | Splits<SparseDataset>;
  const { classes, targets } = datasets.train;
  const rows = areDense(datasets) ? 'dense' : 'sparse';
  const { preprocessing, balance } = readPreprocessing(paths.preprocessing, rows);
  if (targets !== undefined) assertNatural(paths.preprocessing, balance);
  const started = paths.from === null ? [] : [paths.from];
  return {
    from: paths.from === null ? null : readStart(paths.from, classes),
    data: areDense(datasets)
      ? toData(datasets, classWeightOf(balance, classes))
      : toSparseData(paths, preprocessing, datasets, classWeightOf(balance, classes)),
    facts: {
      ...{ preprocessing, classes, threshold },
      classNames: readClassNames(paths.about, target),
      priorCorrection: priorCorrectionOf(balance, classes),
      versions: { timberline: version },
      dataHashes: await hashFiles([...findDatasets(paths.in, splits), ...started]),
    },
  };
}

type Splits<D> = Readonly<Record<'train' | 'valid', D>>;

function areDense(datasets: Splits<Dataset> | Splits<SparseDataset>): datasets is Splits<Dataset> {
  return datasets.train.features instanceof Float32Array;
}

function toData({ train, valid }: Splits<Dataset>, classWeight: ClassWeight): AnyData {
  const { columns, classes, hasTargets } = train;
  if (!hasTargets) return { columns, nClasses: classes.length, train, valid, classWeight };
  const toNumeric = ({ nSamples, features, targets }: Dataset): NumericRows => ({
    ...{ nSamples, features },
    targets: targets!,
  });
  const rows = toNumeric(train);
  return {
    ...{ task: 'regression', columns, train: rows },
    valid: valid === train ? rows : toNumeric(valid),
  };
}

function toSparseData(
  paths: { readonly in: string; readonly preprocessing: string },
  { vectorizer }: Preprocessing,
  { train, valid }: Splits<SparseDataset>,
  classWeight: ClassWeight,
): AnyData {
  const { columns, classes, hasTargets } = train;
  if (hasTargets) {
    throw new StageError(
      'E_DATA',
      `${paths.in} must hold labels where rows are sparse; got numbers to predict`,
      {
        hint: 'no model predicts a number from sparse rows; vectorize.task=classification writes labels',
      },
    );
  }
  const terms = termNames(vectorizer!);
  if (columns.length !== terms.length || columns.some((name, j) => name !== terms[j])) {
    throw new StageError(
      'E_DATA',
      `${paths.in} must have the columns of ${paths.preprocessing}/vectorizer.json; got others`,
      {
        hint: 'name the tensors and the vectorizer of one run of vectorize',
      },
    );
  }
  return { columns, nClasses: classes.length, train, valid, classWeight };
}

/** @throws StageError E_DATA for rows that were rebalanced, or are to be weighed, by class. */
function assertNatural(folder: string, balance: Balance | null): void {
  if (balance === null) return;
  const { before, after, class_weight: weight } = balance;
  if (weight === 'none' && JSON.stringify(before) === JSON.stringify(after)) return;
  throw new StageError(
    'E_DATA',
    `${folder} must come from rows that were not rebalanced where the tensors hold numbers; got a balance of classes`,
    { hint: 'tensorize what normalize wrote, and leave rebalance out' },
  );
}

function readStart(path: string, classes: Bundle['classes']): FittedModel {
  const bundle = readBundle(path);
  if (bundle.classes.join('\n') === classes.join('\n')) return bundle.model;
  const describe = (list: Bundle['classes']): string =>
    list.length === 0 ? 'none (a number is predicted)' : listExamples(list);
  throw new StageError(
    'E_DATA',
    `${path} must be a model of the classes of the tensors, ${describe(classes)}; got ${describe(bundle.classes)}`,
    { hint: 'without --from training starts from nothing' },
  );
}
