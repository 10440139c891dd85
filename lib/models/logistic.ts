/** The model `logistic`: multinomial logistic regression with an L2 penalty. */
import { StageError } from '../errors.ts';
import { boolean, integer, number } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import type { DesignMatrix } from './linear-model/design-matrix.ts';
import { findLinearProblem } from './linear-model/linear-classifier.ts';
import type { LogisticRegression } from './linear-model/logistic-regression.ts';
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
  log_count_ratio: number({
    default: 0,
    min: 0,
    max: 1,
    doc: 'How far each feature is scaled by its log-count ratio between the classes (NB-SVM), so that the penalty holds those least back that tell classes apart: 0 not at all, 1 by nothing else. Of sparse rows alone.',
  }),
};

export const logistic = defineModel({
  name: 'logistic',
  summary: 'Multinomial logistic regression with an L2 penalty, by L-BFGS',
  acceptsMissing: false,
  params: SCHEMA,
  async fit(data, params, context) {
    assertUnscaled(params);
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
      const { features, labels } = data.train;
      const { logCountRatio: share } = params;
      if (share === 0) return await fitMatrix(sparseMatrix(features), data, params, context);
      const { logCountRatioScales } = await import('./linear-model/log-count-ratios.ts');
      const { scaleColumns } = await import('../sparse/scale-columns.ts');
      const scales = logCountRatioScales(features, labels, data.nClasses, share);
      const X = sparseMatrix(scaleColumns(features, scales));
      return await fitMatrix(X, data, params, context, scales);
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

function assertUnscaled({ logCountRatio }: Params<typeof SCHEMA>): void {
  if (logCountRatio === 0) return;
  throw new StageError(
    'E_PARAMS',
    `logistic.log_count_ratio must be 0 to learn from dense rows; got ${logCountRatio}`,
    { hint: 'sparse rows are those that vectorize writes' },
  );
}

/** @param scales - What the columns of X were multiplied by, shape (nFeatures); null: nothing. */
async function fitMatrix(
  X: DesignMatrix,
  { train, nClasses, classWeight }: TrainingData<Features>,
  params: Params<typeof SCHEMA>,
  context: FitContext,
  scales: Float64Array | null = null,
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
  const tensors = toTensors(scales === null ? model : unscale(model, scales), nClasses);
  const n_parameters = tensors.coefficients.data.length + nClasses;
  return {
    fitted: { facts: {}, tensors },
    history,
    metrics: { n_iter: nIter, n_parameters },
  };
}

/** The model of columns as they are, from that of columns times their scales. */
function unscale(model: LogisticRegression, scales: Float64Array): LogisticRegression {
  const coefficients = model.coefficients.map(
    (value, at) => value * scales[Math.floor(at / model.nClasses)],
  );
  return { ...model, coefficients };
}

async function openScores(fitted: FittedModel): Promise<(X: DesignMatrix) => Float32Array> {
  const { predictLogistic } = await import('./linear-model/logistic-regression.ts');
  const { toLinearScores } = await import('./linear-model/linear-classifier.ts');
  const model = { nClasses: fitted.nClasses, ...toLinearScores(fitted) };
  return (X) => predictLogistic(model, X);
}
