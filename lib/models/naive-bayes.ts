/** The model `naive-bayes`: features that know nothing of each other once the class is known. */
import { number } from '../params/schema.ts';
import { findNaiveBayesProblem } from './naive-bayes/naive-bayes.ts';
import { defineModel } from './model.ts';

export const naiveBayes = defineModel({
  name: 'naive-bayes',
  summary:
    'Features independent within a class: normal, or Bernoulli where a column of train has only 0 and 1',
  acceptsMissing: true,
  params: {
    var_smoothing: number({
      default: 1e-9,
      above: 0,
      doc: 'Share of the largest variance of all normal columns that is added to every variance.',
    }),
    alpha: number({
      default: 1,
      above: 0,
      doc: 'Rows of each value, 0 and 1, that are added to every class in columns of 0 and 1.',
    }),
  },
  async fit(data, params) {
    const { fitNaiveBayes } = await import('./naive-bayes/naive-bayes.ts');
    return fitNaiveBayes(data, params);
  },
  findProblem: findNaiveBayesProblem,
  async open(fitted) {
    const { createNaiveBayesPredictor } = await import('./naive-bayes/naive-bayes.ts');
    return createNaiveBayesPredictor(fitted);
  },
});
