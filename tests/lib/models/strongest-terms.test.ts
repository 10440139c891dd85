import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FittedModel } from '../../../lib/models/model.ts';
import { strongestTerms } from '../../../lib/models/strongest-terms.ts';
import { fitVectorizer } from '../../../lib/text/fit-vectorizer.ts';
import { VECTORIZER_OPTIONS } from '../../support/vectorizer.ts';

const test = suite('strongest terms');

const preprocessing = {
  ...{ columns: null, features: null, scaler: null },
  vectorizer: fitVectorizer(['aa bb cc dd'], VECTORIZER_OPTIONS, 'texts'),
};
const model: FittedModel = {
  ...{ name: 'logistic', columns: ['aa', 'bb', 'cc', 'dd'], nClasses: 2, facts: {} },
  tensors: {
    // of the second class more, the same, less, much more
    coefficients: { dtype: 'F64', shape: [4, 2], data: Float64Array.of(0, 1, 5, 5, 0, -2, 0, 3) },
  },
};
const classes = ['no', 'yes'];

test('are those whose coefficient is above that of the other classes, the greatest difference first', () => {
  assert.equal(strongestTerms({ model, preprocessing, classes }, 9), [
    { value: 'no', terms: ['cc'] },
    { value: 'yes', terms: ['dd', 'aa'] },
  ]);
  assert.equal(strongestTerms({ model, preprocessing, classes }, 1)![1].terms, ['dd']);
});

test('are none of a model without coefficients, or of numbers', () => {
  const dense = { ...preprocessing, vectorizer: undefined };
  assert.is(strongestTerms({ model, preprocessing: dense, classes }, 9), null);
  const majority = { ...model, name: 'majority', tensors: {} };
  assert.is(strongestTerms({ model: majority, preprocessing, classes }, 9), null);
});

test.run();
