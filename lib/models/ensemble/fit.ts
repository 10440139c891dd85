/** Fits the members of an ensemble, then what is found on valid: their weights and the temperature. */
import { toSnakeCase } from '../../params/schema.ts';
import { openModel, predictRows } from '../fit-model.ts';
import type { Fit, FitContext, FittedModel, TrainedModel, TrainingData } from '../model.ts';
import { blend, findWeights, selectWeights } from './blend.ts';
import { findTemperature } from './temperature.ts';

const WEIGHTS = {
  equal: (members: readonly Float32Array[]) => members.map(() => 1 / members.length),
  log_loss: findWeights,
  accuracy: selectWeights,
};

export async function fitEnsemble(
  { columns, nClasses, valid }: TrainingData,
  {
    members: names,
    weights: method,
    calibration,
  }: {
    readonly members: readonly string[];
    readonly weights: keyof typeof WEIGHTS;
    readonly calibration: 'none' | 'temperature';
  },
  context: FitContext,
): Promise<Fit> {
  const members: TrainedModel[] = [];
  const predictions: Float32Array[] = [];
  for (const name of names) {
    const member = await context.fitMember(name);
    members.push(member);
    const predictor = await openModel(member.fitted, context);
    predictions.push(await predictRows(member.fitted, predictor, valid, columns));
    predictor.dispose();
  }
  const weights = WEIGHTS[method](predictions, valid.labels, nClasses);
  const temperature =
    calibration === 'none'
      ? 1
      : findTemperature(blend(predictions, weights), valid.labels, nClasses);
  const isTaken = (column: string): boolean =>
    members.some(({ fitted }) => fitted.columns.includes(column));
  return {
    fitted: {
      facts: { members: members.map(({ fitted }) => withoutTensors(fitted)), weights, temperature },
      tensors: Object.assign({}, ...members.map(({ fitted }, i) => withPrefix(fitted, `${i}/`))),
    },
    columns: columns.filter(isTaken),
    history: members.flatMap(({ history }) => history),
    metrics: {
      ...Object.fromEntries(names.map((name, i) => [`weight_${toSnakeCase(name)}`, weights[i]])),
      temperature,
      ...Object.assign({}, ...members.map(({ metrics }, i) => named(names[i], metrics))),
    },
  };
}

function withoutTensors({ tensors: _, ...described }: FittedModel) {
  return described;
}

const withPrefix = ({ tensors }: FittedModel, prefix: string) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));

const named = (name: string, metrics: Fit['metrics']) =>
  Object.fromEntries(
    Object.entries(metrics).map(([key, value]) => [`${toSnakeCase(name)}_${key}`, value]),
  );
