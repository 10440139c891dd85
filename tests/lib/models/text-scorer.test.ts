import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitModel } from '../../../lib/models/fit-model.ts';
import { openTextScorer } from '../../../lib/models/text-scorer.ts';
import { readBundle, writeBundle } from '../../../lib/models/bundle.ts';
import type { Bundle } from '../../../lib/models/bundle.ts';
import type { FittedModel } from '../../../lib/models/model.ts';
import { TRAIN_SCHEMA } from '../../../lib/models/train-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { fitVectorizer } from '../../../lib/text/fit-vectorizer.ts';
import { applyVectorizer, termNames } from '../../../lib/text/vectorizer.ts';
import type { Vectorizer } from '../../../lib/text/vectorizer.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createContext, machine } from '../../support/small-model.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { vectorizerOptions } from '../../support/vectorizer.ts';

const test = suite('text scorer');

interface Given {
  readonly classes: string[];
  readonly C: number;
  readonly log_count_ratio?: number;
  readonly blocks: [name: string | null, settings: Record<string, unknown>][];
  readonly train: string[];
  readonly labels: number[];
  readonly test: string[];
}
interface Expected {
  readonly columns: string[];
  readonly indptr: number[];
  readonly indices: number[];
  readonly values: number[];
  readonly coefficients: number[][];
  readonly intercepts: number[];
  readonly probabilities: number[][];
}

const GOLDEN = new URL('../../golden/text-classification/', import.meta.url);
const readGolden = <T>(name: string): Record<string, T> =>
  JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as Record<string, T>;
const given = readGolden<Given>('input.json');
const expected = readGolden<Expected>('expected.json');

/** A vectorizer of the texts, its settings named as in params.yaml. */
function learnVectorizer(texts: readonly string[], blocks: Given['blocks']): Vectorizer {
  const alone = blocks.find(([name]) => name === null)?.[1];
  const values = alone ?? { blocks: Object.fromEntries(blocks) };
  return fitVectorizer(texts, vectorizerOptions(values), 'texts');
}

async function fitLogistic(
  vectorizer: Vectorizer,
  { train, labels, classes }: Given,
  settings: object,
): Promise<FittedModel> {
  const features = applyVectorizer(vectorizer, train);
  const rows = { nSamples: train.length, features, labels: Int32Array.from(labels) };
  const sources = [{ name: 'this test', values: { logistic: settings } }];
  const { params } = resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });
  const data = {
    ...{ columns: termNames(vectorizer), nClasses: classes.length },
    ...{ train: rows, valid: rows, classWeight: null },
  };
  return (await fitModel('logistic', data, params, createContext())).fitted;
}

function toBundle(
  vectorizer: Vectorizer,
  model: FittedModel,
  changes: Partial<Bundle> = {},
): Bundle {
  return {
    ...{ model, input: [{ name: 'text', kind: 'text' }], target: 'kind', id: 'row_id' },
    preprocessing: { columns: null, features: null, scaler: null, vectorizer },
    classes: Array.from({ length: model.nClasses }, (_, k) => k),
    ...{ classNames: {}, threshold: null, priorCorrection: null },
    distribution: { n_samples: 1, columns: {} },
    golden: { rows: [], probabilities: [] },
    ...{ versions: {}, dataHashes: {} },
    ...changes,
  };
}

async function score(bundle: Bundle, texts: readonly (string | null)[]): Promise<Float32Array> {
  const scorer = await openTextScorer(bundle, machine);
  try {
    return await scorer.score(texts);
  } finally {
    scorer.dispose();
  }
}

function assertClose(found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  assert.is(found.length, wanted.length);
  wanted.forEach((value, i) => {
    const difference = Math.abs(found[i] - value);
    assert.ok(difference <= tolerance, `${found[i]} for ${value} at ${i}`);
  });
}

const EXACT = { tol: 1e-9, max_iter: 1000 };

for (const [name, wanted] of Object.entries(expected)) {
  test(`gives what scikit-learn gives: ${name.replaceAll('_', ' ')}`, async () => {
    const { blocks, train, test: texts, C, log_count_ratio = 0, classes } = given[name];
    const vectorizer = learnVectorizer(train, blocks);
    assert.equal(termNames(vectorizer), wanted.columns);
    const rows = applyVectorizer(vectorizer, texts);
    assert.equal([...rows.indptr], wanted.indptr);
    assert.equal([...rows.indices], wanted.indices);
    assertClose(rows.values, wanted.values, 1e-6);

    const model = await fitLogistic(vectorizer, given[name], { C, log_count_ratio, ...EXACT });
    const [coefficients, intercepts] = [model.tensors.coefficients, model.tensors.intercepts].map(
      ({ data }) => data as Float64Array,
    );
    const nClasses = classes.length;
    // of two classes scikit-learn has the second alone
    wanted.coefficients.forEach((column, k) => {
      const place = nClasses === 2 ? 1 : k;
      const own = wanted.columns.map((_, j) => coefficients[j * nClasses + place]);
      assertClose(own, column, 1e-4);
      assertClose([intercepts[place]], [wanted.intercepts[k]], 1e-4);
    });
    const probabilities = await score(toBundle(vectorizer, model), texts);
    assertClose(probabilities, wanted.probabilities.flat(), 1e-5);
  });
}

const GIVEN = given.side_by_side;

test('gives a text the same bits alone and among others, and one without a term what the intercepts say', async () => {
  const vectorizer = learnVectorizer(GIVEN.train, GIVEN.blocks);
  const bundle = toBundle(vectorizer, await fitLogistic(vectorizer, GIVEN, {}));
  const scorer = await openTextScorer(bundle, machine);
  const texts = [...GIVEN.test, null, '', '\u{1F389} ?'];
  const all = await scorer.score(texts);
  for (const [i, text] of texts.entries()) {
    assert.equal(await scorer.score([text]), all.slice(3 * i, 3 * i + 3));
  }
  const [missing, empty, unseen] = [3, 2, 1].map((back) => {
    const end = all.length - 3 * (back - 1);
    return all.slice(end - 3, end);
  });
  assert.equal(empty, missing);
  assert.equal(unseen, missing);
  assert.equal(await scorer.score([]), new Float32Array());
  scorer.dispose();
});

test('learns from the terms that the patterns of its columns name', async () => {
  const vectorizer = learnVectorizer(GIVEN.train, GIVEN.blocks);
  const model = await fitLogistic(vectorizer, GIVEN, { ...EXACT, columns: ['words__*', '!*the*'] });
  const names = termNames(vectorizer);
  assert.equal(
    model.columns,
    names.filter((name) => name.startsWith('words__') && !name.includes('the')),
  );
  const wordsAlone = learnVectorizer(GIVEN.train, [
    ['words', { min_df: 4, ...GIVEN.blocks[0][1] }],
  ]);
  const plain = await fitLogistic(wordsAlone, GIVEN, { ...EXACT, columns: ['*', '!*the*'] });
  assert.equal(model.columns, plain.columns);
  assert.equal(
    await score(toBundle(vectorizer, model), GIVEN.test),
    await score(toBundle(wordsAlone, plain), GIVEN.test),
  );
});

test('corrects priors, and refuses golden rows that get something else', async () => {
  const vectorizer = learnVectorizer(GIVEN.train, GIVEN.blocks);
  const model = await fitLogistic(vectorizer, GIVEN, {});
  const [p0, p1, p2] = await score(toBundle(vectorizer, model), ['The book']);
  const sum = 2 * p0 + p1 + p2;
  const corrected = await score(toBundle(vectorizer, model, { priorCorrection: [2, 1, 1] }), [
    'The book',
  ]);
  assertClose(corrected, [(2 * p0) / sum, p1 / sum, p2 / sum], 1e-6);
  const golden = { rows: [{ text: 'The book' }], probabilities: [[p0 + 0.01, p1 - 0.01, p2]] };
  assert.match(
    await complaintOf(() => score(toBundle(vectorizer, model, { golden }), [])),
    /^E_DATA: the model must give its golden rows the probabilities it was made with, within 0\.0001; got a difference of 0\.0(1|099)/,
  );
});

test('is read from a file with its texts and terms, and refused where they do not fit', async () => {
  const vectorizer = learnVectorizer(GIVEN.train, GIVEN.blocks);
  const model = await fitLogistic(vectorizer, GIVEN, {});
  const [p0, p1, p2] = await score(toBundle(vectorizer, model), ['The book']);
  const golden = { rows: [{ text: 'The book' }], probabilities: [[p0, p1, p2]] };
  const bundle = toBundle(vectorizer, model, { golden });
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'model.safetensors');
    const read = (changes: Partial<Bundle>): Bundle => {
      writeBundle(file, { ...bundle, ...changes });
      return readBundle(file);
    };
    const stored = read({});
    assert.equal(stored.preprocessing, bundle.preprocessing);
    assert.equal(await score(stored, GIVEN.test), await score(bundle, GIVEN.test));
    const [words, characters] = vectorizer.blocks;
    const preprocessing = (blocks: unknown) => ({
      preprocessing: {
        ...bundle.preprocessing,
        vectorizer: { ...vectorizer, blocks: blocks as typeof vectorizer.blocks },
      },
    });
    const priors = { dtype: 'F64', shape: [3], data: Float64Array.of(0.5, 0.25, 0.25) } as const;
    const cases: [changes: Partial<Bundle>, complaint: RegExp][] = [
      [preprocessing([characters, words]), /the features of the model, in their order; got no "/],
      [preprocessing([words]), /the features of the model, in their order; got no "characters__/],
      [
        preprocessing([{ ...words, idf: [1] }, characters]),
        /vectorizer in .+ must hold timberline/,
      ],
      [{ input: [] }, /must have the column text$/],
      [{ input: [{ name: 'text', kind: 'number' }] }, /column text must hold texts; got a number/],
      [
        { model: { ...model, name: 'naive-bayes' } },
        /got texts for naive-bayes, which takes no sparse rows$/,
      ],
    ];
    for (const [changes, complaint] of cases) {
      assert.match(await complaintOf(() => read(changes)), complaint);
    }
    const majority = { ...model, name: 'majority', tensors: { priors } };
    assert.equal(read({ model: majority }).model.name, 'majority');
  });
});

test.run();
