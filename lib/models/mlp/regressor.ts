/** A perceptron that predicts a number: its target is learnt as a standard score, so that no unit decides the step. */
import type {
  Fit,
  FitContext,
  FittedModel,
  HistoryRow,
  Machine,
  NumericRows,
  RegressionData,
  Regressor,
} from '../model.ts';
import { loadBackend } from '../tensorflow/backend.ts';
import { createMlpPredictor } from './predictor.ts';
import { toNetwork } from './state.ts';
import type { TargetScale } from './state.ts';
import { fitNetwork } from './train.ts';
import type { NetworkRows } from './train.ts';

/**
 * Losses of the history are root mean squared errors in units of the target.
 *
 * @throws StageError as {@link fitNetwork} does.
 */
export async function fitNetworkRegressor(
  { columns, train, valid }: RegressionData,
  params: Omit<Parameters<typeof fitNetwork>[1], 'classWeight'>,
  context: FitContext,
): Promise<Fit> {
  const target = describeTarget(train.targets);
  const standardise = ({ targets, ...rows }: NumericRows): NetworkRows => ({
    ...rows,
    labels: Float32Array.from(targets, (value) => (value - target.mean) / target.scale),
  });
  const toUnits = (loss: number | null): number | null =>
    loss === null ? null : Math.sqrt(loss) * target.scale;
  const toHistory = (row: HistoryRow): HistoryRow => ({
    ...row,
    loss: toUnits(row.loss),
    validLoss: toUnits(row.validLoss),
  });
  const { fitted, history, metrics } = await fitNetwork(
    {
      ...{ columns, nClasses: 1, classWeight: null },
      ...{ train: standardise(train), valid: standardise(valid) },
    },
    params,
    { ...context, onStep: (row) => context.onStep(toHistory(row)) },
  );
  return {
    fitted: { ...fitted, facts: { ...fitted.facts, target } },
    history: history.map(toHistory),
    metrics: { ...metrics, loss: toUnits(metrics.loss) },
  };
}

/** Mean and standard deviation; of a target that never changes the scale is 1. */
function describeTarget(targets: Float64Array): TargetScale {
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const squares = targets.reduce((sum, target) => sum + (target - mean) ** 2, 0);
  return { mean, scale: Math.sqrt(squares / targets.length) || 1 };
}

/** A model that findRegressorProblem finds nothing against. */
export async function openNetworkRegressor(
  fitted: FittedModel,
  { threads, warn }: Machine,
): Promise<Regressor> {
  const { mean, scale } = fitted.facts.target as TargetScale;
  const backend = await loadBackend({ nThreads: threads, warn });
  const predictor = createMlpPredictor(toNetwork({ ...fitted, nClasses: 1 }), backend);
  return {
    predict: async (features) =>
      Float64Array.from(predictor.predictProba(features), (score) => score * scale + mean),
    dispose: () => predictor.dispose(),
  };
}
