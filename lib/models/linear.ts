/** The model `linear`: least squares on numbers or on the classes as 0 and 1, by ml-regression. */
import { boolean, integer, nullable } from '../params/schema.ts';
import { findLinearProblem } from './linear-model/linear-classifier.ts';
import { defineModel } from './model.ts';

export const linear = defineModel({
  name: 'linear',
  summary:
    'Least squares by ml-regression: on the number to predict, or on one-hot classes, where scores below 0 count as 0 and the rest is made to sum to 1',
  acceptsMissing: false,
  params: {
    fit_intercept: boolean({ default: true, doc: 'Add an intercept.' }),
    max_samples: nullable(integer({ default: 50_000, min: 1, doc: '' }), {
      default: 50_000,
      doc: 'Rows of train, drawn at random, that are fitted: they are copied as float64 three times over; null: all.',
    }),
  },
  async fit({ train, columns, nClasses, classWeight }, { fitIntercept, maxSamples }, context) {
    const { fitMultivariate } = await import('./linear-model/linear-regression.ts');
    const { toOneHot, toTensors } = await import('./linear-model/linear-classifier.ts');
    const { drawRows } = await import('./linear-model/draw-rows.ts');
    const rows = drawRows(train, maxSamples ?? train.nSamples, context.rng('sample'));
    const scores = fitMultivariate(
      { nColumns: columns.length, values: rows.features },
      toOneHot(rows, nClasses),
      {
        fitIntercept,
        sampleWeight: classWeight && Float64Array.from(rows.labels, (label) => classWeight[label]),
      },
    );
    const tensors = toTensors(scores, nClasses);
    const n_parameters = scores.coefficients.length + nClasses;
    const metrics = { n_samples: rows.nSamples, n_parameters };
    return { fitted: { facts: {}, tensors }, history: [], metrics };
  },
  findProblem: findLinearProblem,
  async open(fitted) {
    const { predictShares, toLinearScores } = await import('./linear-model/linear-classifier.ts');
    const scores = toLinearScores(fitted);
    return {
      predictProba: async (features) => predictShares(scores, features),
      dispose: () => {},
    };
  },
  regression: {
    async fit({ train, columns }, { fitIntercept, maxSamples }, context) {
      const { fitMultivariate } = await import('./linear-model/linear-regression.ts');
      const { toFit } = await import('./linear-model/linear-regressor.ts');
      const { drawRows } = await import('./linear-model/draw-rows.ts');
      const rows = drawRows(train, maxSamples ?? train.nSamples, context.rng('sample'));
      const scores = fitMultivariate(
        { nColumns: columns.length, values: rows.features },
        { nColumns: 1, values: rows.targets },
        { fitIntercept, sampleWeight: null },
      );
      return toFit(scores, { n_samples: rows.nSamples });
    },
    findProblem: (fitted) => findLinearProblem({ ...fitted, nClasses: 1 }),
    async open(fitted) {
      const { openRegressor } = await import('./linear-model/linear-regressor.ts');
      return openRegressor(fitted);
    },
  },
});
