/** The model `logistic`: multinomial logistic regression with an L2 penalty. */
import { boolean, integer, number } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import type { DesignMatrix } from './linear-model/design-matrix.ts';
import { findLinearProblem } from './linear-model/linear-classifier.ts';
import { defineModel } from './model.ts';
import type { Features, Fit, FitContext, FittedModel, HistoryRow, TrainingData } from './model.ts';

const SCHEMA = {
  C: number({ default: 1, above: 0, doc: 'Inverse strength of the L2 penalty.' }),
  fit_intercept: boolean({ default: true, doc: 'Add an intercept, which is not penalised.' }),
  max_iter: integer({ default: 100, min: 1, doc: 'Steps over all rows at most.' }),
  tol: number({
    default: 0.0001,
    min: 0,
    doc: 'Largest entry of the gradient of the mean loss at which the search ends.',
  }),
};

export const logistic = defineModel({
  name: 'logistic',
  summary: 'Multinomial logistic regression with an L2 penalty, by L-BFGS',
  acceptsMissing: false,
  params: SCHEMA,
  async fit(data, params, context) {
    const { denseMatrix } = await import('./linear-model/design-matrix.ts');
    const X = denseMatrix(data.train.features, data.columns.length);
    return await fitMatrix(X, data, params, context);
  },
  findProblem: findLinearProblem,
  async open(fitted) {
    const { denseMatrix } = await import('./linear-model/design-matrix.ts');
    const predict = await openScores(fitted);
    return {
      predictProba: async (features) => predict(denseMatrix(features, fitted.columns.length)),
      dispose: () => {},
    };
  },
  sparse: {
    async fit(data, params, context) {
      const { sparseMatrix } = await import('./linear-model/sparse-matrix.ts');
      return await fitMatrix(sparseMatrix(data.train.features), data, params, context);
    },
    async open(fitted) {
      const { sparseMatrix } = await import('./linear-model/sparse-matrix.ts');
      const predict = await openScores(fitted);
      return {
        predictProba: async (features) => predict(sparseMatrix(features)),
        dispose: () => {},
      };
    },
  },
});

async function fitMatrix(
  X: DesignMatrix,
  { train, nClasses, classWeight }: TrainingData<Features>,
  params: Params<typeof SCHEMA>,
  context: FitContext,
): Promise<Fit> {
  const { fitLogistic } = await import('./linear-model/logistic-regression.ts');
  const { toTensors } = await import('./linear-model/linear-classifier.ts');
  const progress = context.startProgress('logistic', params.maxIter, 'steps');
  const history: HistoryRow[] = [];
  const { model, nIter, isConverged } = await fitLogistic(X, train.labels, nClasses, {
    ...{ ...params, classWeight },
    async onStep(step, loss) {
      progress.update(step, `loss ${loss.toFixed(4)}`);
      await new Promise(setImmediate);
      context.signal.throwIfAborted();
      const row = { step, loss, validLoss: null, validAccuracy: null, learningRate: null };
      history.push(row);
      return context.onStep(row) === 'go on';
    },
  }).finally(() => progress.end());
  if (!isConverged && nIter === params.maxIter) {
    context.warn(
      `logistic did not converge in ${nIter} steps; raise max_iter or tol, or scale the features`,
    );
  }
  const tensors = toTensors(model, nClasses);
  const n_parameters = tensors.coefficients.data.length + nClasses;
  return {
    fitted: { facts: {}, tensors },
    history,
    metrics: { n_iter: nIter, n_parameters },
  };
}

async function openScores(fitted: FittedModel): Promise<(X: DesignMatrix) => Float32Array> {
  const { predictLogistic } = await import('./linear-model/logistic-regression.ts');
  const { toLinearScores } = await import('./linear-model/linear-classifier.ts');
  const model = { nClasses: fitted.nClasses, ...toLinearScores(fitted) };
  return (X) => predictLogistic(model, X);
}
