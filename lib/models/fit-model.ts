/** Fits the model that the parameters name, on the features that they give it. */
import { requireNames } from '../column-names.ts';
import { confusionMatrix, createPredictions } from '../metrics/predictions.ts';
import { METRICS } from '../metrics/registry.ts';
import { r2, rmse } from '../metrics/regression.ts';
import { toCamelCase, toSnakeCase } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { selectColumns as selectSparseColumns } from '../sparse/select-columns.ts';
import { assertAble, assertComplete } from './assert-able.ts';
import { isSparse } from './model.ts';
import type {
  AnyData,
  Features,
  Fit,
  FitContext,
  FittedModel,
  LabelledRows,
  Machine,
  ModelHistoryRow,
  NumericRows,
  Predictor,
  Regressor,
  TrainedModel,
  Verdict,
} from './model.ts';
import { findModel } from './registry.ts';

/** What a model is fitted in, before its name is known. */
export interface TrainingContext extends Omit<FitContext, 'fitMember' | 'onStep'> {
  readonly onStep: (row: ModelHistoryRow) => Verdict;
}

/**
 * @param name - Of a model in the registry.
 * @param params - The group `train` of params.yaml, keys in camelCase: the models' groups are in it.
 * @throws StageError as {@link assertAble} does; E_PARAMS when a pattern of `columns` matches no feature, or they
 *   leave none; E_DATA when a feature is missing that the model needs.
 */
export async function fitModel(
  name: string,
  data: AnyData,
  params: Readonly<Record<string, unknown>>,
  context: TrainingContext,
): Promise<TrainedModel> {
  assertAble(name, data, context.from ?? null);
  const group = toSnakeCase(name);
  const own = params[toCamelCase(group)] as Params<Schema> & {
    readonly columns: readonly string[];
  };
  const selected = selectColumns(data, own.columns, `train.${group}.columns`);
  const fitContext: FitContext = {
    ...context,
    onStep: (row) => context.onStep({ model: name, ...row }),
    fitMember: async (member) => await fitModel(member, selected, params, context),
  };
  const { fitted, columns, history, metrics } = await fit(name, selected, own, fitContext);
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

async function fit(
  name: string,
  data: AnyData,
  params: Params<Schema>,
  context: FitContext,
): Promise<Fit> {
  const model = findModel(name)!;
  if (isSparse(data)) return await model.sparse!.fit(data, params, context);
  if (!model.acceptsMissing) assertComplete(name, data);
  if (data.task === 'regression') return await model.regression!.fit(data, params, context);
  return await model.fit(data, params, context);
}

/** A fitted model ready to score rows of its columns. */
export async function openModel(fitted: FittedModel, machine: Machine): Promise<Predictor> {
  return await findModel(fitted.name)!.open(fitted, machine);
}

/** {@link openModel} for sparse rows; only a model that learns from such rows has it. */
export async function openSparseModel(
  fitted: FittedModel,
  machine: Machine,
): Promise<Predictor<CsrMatrix>> {
  return await findModel(fitted.name)!.sparse!.open(fitted, machine);
}

/** A fitted regression ready to predict numbers for rows of its columns. */
export async function openRegressor(fitted: FittedModel, machine: Machine): Promise<Regressor> {
  return await findModel(fitted.name)!.regression!.open(fitted, machine);
}

/** Probabilities of rows that have `columns`, which hold all that the model takes. */
export async function predictRows<X extends Features>(
  fitted: FittedModel,
  predictor: Predictor<X>,
  { features, nSamples }: Pick<LabelledRows<X>, 'features' | 'nSamples'>,
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
): Promise<RowScores> {
  return await scoreBy(await openModel(fitted, machine), fitted, rows, columns);
}

interface RowScores {
  readonly accuracy: number;
  readonly logLoss: number;
}

/** Done with the predictor then. */
async function scoreBy<X extends Features>(
  predictor: Predictor<X>,
  fitted: FittedModel,
  rows: LabelledRows<X>,
  columns: readonly string[],
): Promise<RowScores> {
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

/**
 * How good a model is on valid, or on train where that stands in its place, as the names say; the metric that is told
 * of first; null where it has no value.
 */
export async function measureValid(
  fitted: FittedModel,
  data: AnyData,
  machine: Machine,
): Promise<Record<string, number | null>> {
  const rows = data.valid === data.train ? 'train' : 'valid';
  if (data.task === 'regression') {
    const scores = await scoreTargets(fitted, data.valid, data.columns, machine);
    const shownR2 = Number.isNaN(scores.r2) ? null : scores.r2;
    return { [`${rows}_rmse`]: scores.rmse, [`${rows}_r2`]: shownR2 };
  }
  const { accuracy, logLoss } = isSparse(data)
    ? await scoreBy(await openSparseModel(fitted, machine), fitted, data.valid, data.columns)
    : await scoreRows(fitted, data.valid, data.columns, machine);
  return { [`${rows}_accuracy`]: accuracy, [`${rows}_loss`]: logLoss };
}

function selectColumns<D extends AnyData>(
  data: D,
  patterns: readonly string[],
  parameter: string,
): D {
  const selected = requireNames(patterns, data.columns, parameter);
  const take = <R extends AnyData['train']>(rows: R): R => ({
    ...rows,
    features: takeColumns<Features>(rows.features, rows.nSamples, data.columns, selected),
  });
  return { ...data, columns: selected, train: take(data.train), valid: take(data.valid) };
}

/** {@link columnTaker} for one array of rows. */
export function takeColumns<X extends Features>(
  features: X,
  nSamples: number,
  columns: readonly string[],
  wanted: readonly string[],
): X {
  return columnTaker(columns, wanted)(features, nSamples);
}

/**
 * Takes the `wanted` among `columns` of rows; gives the same rows when these are all, in order.
 *
 * @param wanted - Of sparse rows, in the order of `columns`.
 */
export function columnTaker(
  columns: readonly string[],
  wanted: readonly string[],
): <X extends Features>(features: X, nSamples: number) => X {
  if (columns.length === wanted.length && columns.every((name, j) => name === wanted[j])) {
    return (features) => features;
  }
  const placeOf = new Map(columns.map((name, j) => [name, j]));
  const places = wanted.map((name) => placeOf.get(name)!);
  return <X extends Features>(features: X, nSamples: number) =>
    (features instanceof Float32Array
      ? takeDense(features, nSamples, columns.length, places)
      : selectSparseColumns(features, places)) as X;
}

function takeDense(
  features: Float32Array,
  nSamples: number,
  nColumns: number,
  places: readonly number[],
): Float32Array {
  const taken = new Float32Array(nSamples * places.length);
  for (let i = 0, at = 0; i < nSamples; i++) {
    const row = i * nColumns;
    for (let j = 0; j < places.length; j++) taken[at++] = features[row + places[j]];
  }
  return taken;
}
