/** What a model cannot learn from, said before it tries. */
import { StageError, listExamples } from '../errors.ts';
import { isSparse } from './model.ts';
import type { AnyData, FittedModel, RegressionData, TrainingData } from './model.ts';
import { MODELS, findModel } from './registry.ts';

/**
 * @param from - Model that training starts from; null: from nothing.
 * @throws StageError E_PARAMS when the model predicts no numbers and is to, takes no sparse rows and is to, or does not
 *   start from another one; E_DATA when that is no model of this name.
 */
export function assertAble(name: string, data: AnyData, from: FittedModel | null): void {
  assertTask(name, data);
  assertRows(name, data);
  assertStart(name, data, from);
}

/** @throws StageError E_PARAMS naming the models that can, for one that predicts no numbers. */
function assertTask(name: string, { task }: AnyData): void {
  if (task !== 'regression' || findModel(name)!.regression !== undefined) return;
  const able = MODELS.filter(({ regression }) => regression !== undefined).map(
    (model) => model.name,
  );
  throw new StageError(
    'E_PARAMS',
    `the model must be ${able.join(', ')} to predict a number; got ${name}`,
    { hint: `set train.model (or baselines.models); the tensors hold targets, not labels` },
  );
}

/** @throws StageError E_PARAMS naming the models that can, for one that takes dense rows alone. */
function assertRows(name: string, data: AnyData): void {
  if (!isSparse(data) || findModel(name)!.sparse !== undefined) return;
  const able = MODELS.filter(({ sparse }) => sparse !== undefined).map((model) => model.name);
  throw new StageError(
    'E_PARAMS',
    `the model must be ${able.join(' or ')} to learn from sparse rows; got ${name}`,
    { hint: 'set train.model (or baselines.models); the tensors are those of vectorize' },
  );
}

/** @throws StageError E_DATA naming every feature that is NaN in a row, for a model that needs a number. */
export function assertComplete(
  name: string,
  { columns, train, valid }: TrainingData | RegressionData,
): void {
  const counts = new Int32Array(columns.length);
  for (const { features } of [train, valid]) {
    for (let at = 0; at < features.length; at++) {
      if (Number.isNaN(features[at])) counts[at % columns.length]++;
    }
  }
  const gaps = columns.flatMap((column, j) => (counts[j] > 0 ? [`${column} (${counts[j]})`] : []));
  if (gaps.length === 0) return;
  const able = MODELS.filter(({ acceptsMissing }) => acceptsMissing).map((model) => model.name);
  throw new StageError(
    'E_DATA',
    `${name} must have a number in every feature; got missing values in ${listExamples(gaps)}`,
    { hint: `normalize.missing=median fills them; ${able.join(', ')} take them as they are` },
  );
}

function assertStart(name: string, { task }: AnyData, from: FittedModel | null): void {
  if (from === null) return;
  if (task === 'regression') {
    throw new StageError(
      'E_PARAMS',
      `training must start from nothing where a number is learnt; got a ${from.name} to start from`,
      { hint: 'leave --from out' },
    );
  }
  if (findModel(name)!.startsFromModel !== true) {
    const able = MODELS.filter(({ startsFromModel }) => startsFromModel).map((model) => model.name);
    throw new StageError(
      'E_PARAMS',
      `train.model must be ${able.join(' or ')} to start from another model; got ${name}`,
      { hint: 'leave --from out' },
    );
  }
  if (from.name === name) return;
  throw new StageError(
    'E_DATA',
    `the model that training starts from must be ${name}, as train.model is; got ${from.name}`,
    { hint: 'name a bundle of that model with --from' },
  );
}
