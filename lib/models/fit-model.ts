/** Fits the model that the parameters name, on the features that they give it. */
import { requireNames } from '../column-names.ts';
import { StageError, listExamples } from '../errors.ts';
import { confusionMatrix, createPredictions } from '../metrics/predictions.ts';
import { METRICS } from '../metrics/registry.ts';
import { toCamelCase, toSnakeCase } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import type {
  FitContext,
  FittedModel,
  LabelledRows,
  Machine,
  ModelHistoryRow,
  Predictor,
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
 * @throws StageError E_PARAMS when a pattern of `columns` matches no feature, or they leave none, or
 *   the model does not start from another one; E_DATA when that is no model of this name, or a feature is
 *   missing that the model needs.
 */
export async function fitModel(
  name: string,
  data: TrainingData,
  params: Readonly<Record<string, unknown>>,
  context: TrainingContext,
): Promise<TrainedModel> {
  assertStart(name, context.from ?? null);
  const group = toSnakeCase(name);
  const own = params[toCamelCase(group)] as Params<Schema> & {
    readonly columns: readonly string[];
  };
  const selected = selectColumns(data, own.columns, `train.${group}.columns`);
  if (!findModel(name)!.acceptsMissing) assertComplete(name, selected);
  const { fitted, columns, history, metrics } = await findModel(name)!.fit(selected, own, {
    ...context,
    onStep: (row) => context.onStep({ model: name, ...row }),
    fitMember: async (member) => await fitModel(member, selected, params, context),
  });
  return {
    metrics,
    history: history.map((row) => ({ model: name, ...row })),
    fitted: { name, columns: columns ?? selected.columns, nClasses: data.nClasses, ...fitted },
  };
}

/** A fitted model ready to score rows of its columns. */
export async function openModel(fitted: FittedModel, machine: Machine): Promise<Predictor> {
  return await findModel(fitted.name)!.open(fitted, machine);
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

/** @throws StageError E_DATA naming every feature that is NaN in a row, for a model that needs a number. */
function assertComplete(name: string, { columns, train, valid }: TrainingData): void {
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

function assertStart(name: string, from: FittedModel | null): void {
  if (from === null) return;
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

function selectColumns(
  data: TrainingData,
  patterns: readonly string[],
  parameter: string,
): TrainingData {
  const selected = requireNames(patterns, data.columns, parameter);
  const take = (rows: LabelledRows): LabelledRows => ({
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
