import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertReviewGates, measureReviews } from '../../../lib/data/review-folds.ts';
import { crossValidateTexts } from '../../../lib/models/cross-validate-texts.ts';
import { TRAIN_SCHEMA } from '../../../lib/models/train-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { makeReviews } from '../../support/reviews.ts';
import { createContext } from '../../support/small-model.ts';
import { vectorizerOptions } from '../../support/vectorizer.ts';

const test = suite('folds of reviews');

const sources = [{ name: 'this test', values: { model: 'logistic', logistic: { C: 10 } } }];
const { train } = resolveParams({ train: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });
const vectorize = vectorizerOptions({});

function fold(
  languages: readonly ('en' | 'fr')[],
  nFolds: number,
): Parameters<typeof measureReviews>[0] {
  const rows = languages.flatMap((language) =>
    makeReviews(language, 50).map((row) => ({ ...row, language })),
  );
  return {
    texts: rows.map(({ text }) => text),
    languages: rows.map(({ language }) => language),
    known: [...languages],
    labels: Int32Array.from(rows, ({ positive }) => positive),
    nClasses: 2,
    folds: Int32Array.from(rows, (_, i) => i % nFolds),
    nFolds,
  };
}

test('gives the accuracy of each language, by one model of both and by one of its own', async () => {
  const reviews = fold(['en', 'fr'], 3);
  const metrics = await measureReviews(reviews, { vectorize, train }, createContext());
  assert.equal(metrics, {
    ...{ en: 1, en_least: 1, en_alone: 1, n_en: 50 },
    ...{ fr: 1, fr_least: 1, fr_alone: 1, n_fr: 50 },
  });
});

test('learns nothing of a text from itself', async () => {
  // every text has a word of its own, and labels are a coin's: whoever saw them would be right
  const texts = Array.from({ length: 40 }, (_, i) => `word${i}`);
  const labels = Int32Array.from(texts, (_, i) => ((i * 7) % 5) & 1);
  const folds = Int32Array.from(texts, (_, i) => i % 2);
  const data = { texts, labels, nClasses: 2, folds, nFolds: 2 };
  const proba = await crossValidateTexts(data, vectorize, train, createContext());
  for (const held of [0, 1]) {
    const scores = texts.flatMap((_, i) => (folds[i] === held ? [proba[2 * i + 1]] : []));
    assert.is(new Set(scores).size, 1);
  }
});

test('fails below a gate, and for a language that is not there', () => {
  assertReviewGates({ en: 0.88 }, { en: 0.88 }, 'report.json');
  assert.throws(
    () => assertReviewGates({ en: 0.87 }, { en: 0.88, de: 0.5 }, 'report.json'),
    /^accuracy of en must be at least 0\.88; got 0\.87; accuracy of de must be at least 0\.5; got no value$/,
  );
});

test.run();
