/** Fits the model that the parameters name, on the features that they give it. */
import { requireNames } from '../column-names.ts';
import { StageError, listExamples } from '../errors.ts';
import { confusionMatrix, createPredictions } from '../metrics/predictions.ts';
import { METRICS } from '../metrics/registry.ts';
import { r2, rmse } from '../metrics/regression.ts';
import { toCamelCase, toSnakeCase } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import type {
  FitContext,
  FittedModel,
  LabelledRows,
  Machine,
  ModelHistoryRow,
  NumericRows,
  Predictor,
  RegressionData,
  Regressor,
  TrainedModel,
  TrainingData,
  Verdict,
} from './model.ts';
import { MODELS, findModel } from './registry.ts';

/** What a model is fitted in, before its name is known. */
export interface TrainingContext extends Omit<FitContext, 'fitMember' | 'onStep'> {
  readonly onStep: (row: ModelHistoryRow) => Verdict;
}

/**
 * @param name - Of a model in the registry.
 * @param params - The group `train` of params.yaml, keys in camelCase: the models' groups are in it.
 * @throws StageError E_PARAMS when the model predicts no numbers and is to, when a pattern of `columns` matches
 *   no feature, or they leave none, or the model does not start from another one; E_DATA when that is no model of
 *   this name, or a feature is missing that the model needs.
 */
export async function fitModel(
  name: string,
  data: TrainingData | RegressionData,
  params: Readonly<Record<string, unknown>>,
  context: TrainingContext,
): Promise<TrainedModel> {
  assertTask(name, data);
  assertStart(name, data, context.from ?? null);
  const group = toSnakeCase(name);
  const own = params[toCamelCase(group)] as Params<Schema> & {
    readonly columns: readonly string[];
  };
  const selected = selectColumns(data, own.columns, `train.${group}.columns`);
  const model = findModel(name)!;
  if (!model.acceptsMissing) assertComplete(name, selected);
  const fitContext: FitContext = {
    ...context,
    onStep: (row) => context.onStep({ model: name, ...row }),
    fitMember: async (member) => await fitModel(member, selected, params, context),
  };
  const { fitted, columns, history, metrics } =
    selected.task === 'regression'
      ? await model.regression!.fit(selected, own, fitContext)
      : await model.fit(selected, own, fitContext);
  const identity = { name, columns: columns ?? selected.columns };
  return {
    metrics,
    history: history.map((row) => ({ model: name, ...row })),
    fitted:
      data.task === 'regression'
        ? { ...identity, task: data.task, nClasses: 0, ...fitted }
        : { ...identity, nClasses: data.nClasses, ...fitted },
  };
}

/** A fitted model ready to score rows of its columns. */
export async function openModel(fitted: FittedModel, machine: Machine): Promise<Predictor> {
  return await findModel(fitted.name)!.open(fitted, machine);
}

/** A fitted regression ready to predict numbers for rows of its columns. */
export async function openRegressor(fitted: FittedModel, machine: Machine): Promise<Regressor> {
  return await findModel(fitted.name)!.regression!.open(fitted, machine);
}

/** Probabilities of rows that have `columns`, which hold all that the model takes. */
export async function predictRows(
  fitted: FittedModel,
  predictor: Predictor,
  { features, nSamples }: Pick<LabelledRows, 'features' | 'nSamples'>,
  columns: readonly string[],
): Promise<Float32Array> {
  return await predictor.predictProba(takeColumns(features, nSamples, columns, fitted.columns));
}

/** Accuracy and log loss on rows with labels. */
export async function scoreRows(
  fitted: FittedModel,
  rows: LabelledRows,
  columns: readonly string[],
  machine: Machine,
): Promise<{ accuracy: number; logLoss: number }> {
  const predictor = await openModel(fitted, machine);
  try {
    const yProba = await predictRows(fitted, predictor, rows, columns);
    const predictions = createPredictions(rows.labels, yProba, {
      nClasses: fitted.nClasses,
      threshold: null,
    });
    return {
      accuracy: METRICS.accuracy.score(confusionMatrix(predictions)),
      logLoss: METRICS.log_loss.score(predictions),
    };
  } finally {
    predictor.dispose();
  }
}

/** Root mean squared error and R² on rows with targets. */
export async function scoreTargets(
  fitted: FittedModel,
  { features, targets: yTrue, nSamples }: NumericRows,
  columns: readonly string[],
  machine: Machine,
): Promise<{ rmse: number; r2: number }> {
  const regressor = await openRegressor(fitted, machine);
  try {
    const rows = takeColumns(features, nSamples, columns, fitted.columns);
    const predictions = { yTrue, yPred: await regressor.predict(rows) };
    return { rmse: rmse(predictions), r2: r2(predictions) };
  } finally {
    regressor.dispose();
  }
}

/** How good a model is on valid, the metric that is told of first; null where it has no value. */
export async function measureValid(
  fitted: FittedModel,
  data: TrainingData | RegressionData,
  machine: Machine,
): Promise<Record<string, number | null>> {
  if (data.task === 'regression') {
    const scores = await scoreTargets(fitted, data.valid, data.columns, machine);
    return { valid_rmse: scores.rmse, valid_r2: Number.isNaN(scores.r2) ? null : scores.r2 };
  }
  const { accuracy, logLoss } = await scoreRows(fitted, data.valid, data.columns, machine);
  return { valid_accuracy: accuracy, valid_loss: logLoss };
}

/** @throws StageError E_PARAMS naming the models that can, for one that predicts no numbers. */
function assertTask(name: string, { task }: TrainingData | RegressionData): void {
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

/** @throws StageError E_DATA naming every feature that is NaN in a row, for a model that needs a number. */
function assertComplete(
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

function assertStart(
  name: string,
  { task }: TrainingData | RegressionData,
  from: FittedModel | null,
): void {
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

function selectColumns<D extends TrainingData | RegressionData>(
  data: D,
  patterns: readonly string[],
  parameter: string,
): D {
  const selected = requireNames(patterns, data.columns, parameter);
  const take = <R extends LabelledRows | NumericRows>(rows: R): R => ({
    ...rows,
    features: takeColumns(rows.features, rows.nSamples, data.columns, selected),
  });
  return { ...data, columns: selected, train: take(data.train), valid: take(data.valid) };
}

/** Rows of the `wanted` among `columns`, row-major; the same array when these are all, in order. */
export function takeColumns(
  features: Float32Array,
  nSamples: number,
  columns: readonly string[],
  wanted: readonly string[],
): Float32Array {
  if (columns.length === wanted.length && columns.every((name, j) => name === wanted[j])) {
    return features;
  }
  const places = Int32Array.from(wanted, (name) => columns.indexOf(name));
  const taken = new Float32Array(nSamples * places.length);
  for (let i = 0, at = 0; i < nSamples; i++) {
    const row = i * columns.length;
    for (let j = 0; j < places.length; j++) taken[at++] = features[row + places[j]];
  }
  return taken;
}
