import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { takeRows } from '../../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../../lib/sparse/csr.ts';
import { fitVectorizer } from '../../../lib/text/fit-vectorizer.ts';
import type { FitOptions } from '../../../lib/text/fit-vectorizer.ts';
import { applyVectorizer, parseVectorizer, termNames } from '../../../lib/text/vectorizer.ts';
import type { Vectorizer } from '../../../lib/text/vectorizer.ts';
import { complaintOf } from '../../support/complaint.ts';
import { VECTORIZER_OPTIONS, vectorizerOptions } from '../../support/vectorizer.ts';

const test = suite('text vectorizer');

const COUNTS = { useIdf: false, norm: 'none' } as const;

function fit(texts: readonly (string | null)[], options: Partial<FitOptions> = {}): Vectorizer {
  return fitVectorizer(texts, { ...VECTORIZER_OPTIONS, ...options }, 'x.csv column text');
}

/** Terms of each row with their values. */
function rowsOf(
  vectorizer: Vectorizer,
  texts: readonly (string | null)[],
): Record<string, number>[] {
  const { indptr, indices, values, nRows } = applyVectorizer(vectorizer, texts);
  return Array.from({ length: nRows }, (_, row) =>
    Object.fromEntries(
      Array.from(indices.subarray(indptr[row], indptr[row + 1]), (column, i) => [
        termNames(vectorizer)[column],
        values[indptr[row] + i],
      ]),
    ),
  );
}

interface Settings {
  readonly analyzer?: FitOptions['analyzer'];
  readonly ngram_range?: [number, number];
  readonly lowercase?: boolean;
  readonly strip_accents?: 'ascii' | 'unicode';
  readonly stop_words?: 'english';
  readonly min_df?: number;
  readonly max_df?: number;
  readonly max_features?: number;
  readonly use_idf?: boolean;
  readonly sublinear_tf?: boolean;
  readonly norm?: null;
}
interface ExpectedRow {
  readonly columns: number[];
  readonly values: number[];
}
interface Expected {
  readonly settings: Settings;
  readonly vocabulary: string[];
  readonly idf: number[] | null;
  readonly train: ExpectedRow[];
  readonly test: ExpectedRow[];
}

function toOptions(settings: Settings): Partial<FitOptions> {
  return {
    analyzer: settings.analyzer ?? 'word',
    ngramRange: settings.ngram_range ?? [1, 1],
    lowercase: settings.lowercase ?? true,
    stripAccents: settings.strip_accents ?? null,
    stopWords: settings.stop_words === undefined ? [] : [settings.stop_words],
    minDf: settings.min_df ?? 1,
    maxDf: settings.max_df ?? null,
    maxFeatures: settings.max_features ?? null,
    useIdf: settings.use_idf ?? true,
    sublinearTf: settings.sublinear_tf ?? false,
    norm: settings.norm === null ? 'none' : 'l2',
  };
}

const GOLDEN = new URL('../../golden/tfidf/', import.meta.url);
const readGolden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(name, GOLDEN), 'utf8')) as unknown;
const texts = readGolden('input.json') as { train: string[]; test: string[] };
const cases = readGolden('expected.json') as Record<string, Expected>;

function assertRows(matrix: CsrMatrix, expected: readonly ExpectedRow[]): void {
  assert.is(matrix.nRows, expected.length);
  for (const [row, { columns, values }] of expected.entries()) {
    const [start, end] = [matrix.indptr[row], matrix.indptr[row + 1]];
    assert.equal(Array.from(matrix.indices.subarray(start, end)), columns, `row ${row}`);
    for (const [i, value] of values.entries()) {
      assert.ok(Math.abs(matrix.values[start + i] - value) <= 1e-6 * Math.max(1, value));
    }
  }
}

for (const [name, expected] of Object.entries(cases)) {
  test(`gives scikit-learn's vocabulary and values: ${name.replaceAll('_', ' ')}`, () => {
    const vectorizer = fit(texts.train, toOptions(expected.settings));
    assert.equal(termNames(vectorizer), expected.vocabulary);
    assert.is(vectorizer.blocks[0].idf === null, expected.idf === null);
    for (const [i, weight] of (expected.idf ?? []).entries()) {
      assert.ok(Math.abs(vectorizer.blocks[0].idf![i] - weight) < 1e-12);
    }
    const stored = parseVectorizer(JSON.parse(JSON.stringify(vectorizer)), 'vectorizer.json');
    assertRows(applyVectorizer(stored, texts.train), expected.train);
    assertRows(applyVectorizer(stored, texts.test), expected.test);
  });
}

test('weighs terms by hand: two rows of three hold gate', () => {
  const vectorizer = fit(['gate dog gate', 'gate', null], { norm: 'none' });
  const rare = 1 + Math.log(4 / 2);
  const frequent = 1 + Math.log(4 / 3);
  assert.equal(vectorizer.blocks[0].idf, [rare, frequent]);
  assert.equal(rowsOf(vectorizer, ['dog dog gate cat', null]), [
    { dog: Math.fround(2 * rare), gate: Math.fround(frequent) },
    {},
  ]);
});

test('keeps the terms that stand in train most often, of equals the first by code points', () => {
  const vectorizer = fit(['bb aa dd dd cc', '\u{10400}\u{10400} ﬀﬀ'], { maxFeatures: 3 });
  assert.equal(termNames(vectorizer), ['aa', 'bb', 'dd']);
  const all = fit(['bb aa dd dd cc', '\u{10400}\u{10400} ﬀﬀ']);
  assert.equal(termNames(all), ['aa', 'bb', 'cc', 'dd', 'ﬀﬀ', '\u{10428}\u{10428}']);
});

test('leaves stop words of the languages named out, as the texts are preprocessed', () => {
  const words = ['the', 'avec', 'même', 'también', 'gate'].join(' ');
  const left = (options: Partial<FitOptions>): readonly string[] =>
    termNames(fit([words], options));
  assert.equal(left({ stopWords: ['english'] }), ['avec', 'gate', 'même', 'también']);
  assert.equal(left({ stopWords: ['french'] }), ['gate', 'también', 'the']);
  assert.equal(left({ stopWords: ['spanish'] }), ['avec', 'gate', 'même', 'the']);
  const accents = { stripAccents: 'unicode', stopWords: ['french', 'spanish'] } as const;
  assert.equal(left(accents), ['gate', 'the']);
});

test('makes n-grams of the words that stop words leave, across their gaps', () => {
  const vectorizer = fit(['gate of the dog'], { stopWords: ['english'], ngramRange: [2, 2] });
  assert.equal(termNames(vectorizer), ['gate dog']);
});

const word = fc.constantFrom('gate', 'dog', 'été', 'x2', 'a', '🎉', "l'eau", '日本', '\n');
const someTexts = fc.array(
  fc.array(word, { maxLength: 8 }).map((parts) => parts.join(' ')),
  { minLength: 1, maxLength: 6 },
);
const options = fc.record({
  analyzer: fc.constantFrom('word', 'char', 'char_wb'),
  ngramRange: fc.constantFrom([1, 1], [1, 2], [2, 4]),
  sublinearTf: fc.boolean(),
  norm: fc.constantFrom('l2', 'none'),
}) as fc.Arbitrary<Partial<FitOptions>>;
const SEED = { seed: 20261130, numRuns: 150 };

test('gives every text the row that it has alone, in the order of the texts', () => {
  fc.assert(
    fc.property(someTexts, options, (some, chosen) => {
      const vectorizer = fit([...some, 'gate dog'], chosen);
      const together = applyVectorizer(vectorizer, some);
      for (const [row, text] of some.entries()) {
        assert.equal(takeRows(together, [row]), applyVectorizer(vectorizer, [text]));
      }
    }),
    SEED,
  );
});

test('counts words as a plain count of them does', () => {
  fc.assert(
    fc.property(someTexts, (some) => {
      const vectorizer = fit([...some, 'gate'], COUNTS);
      const counts = some.map((text) => {
        const found: Record<string, number> = {};
        for (const part of text.split(/[^a-zé0-9日本]+/)) {
          if (part.length > 1) found[part] = (found[part] ?? 0) + 1;
        }
        return found;
      });
      assert.equal(rowsOf(vectorizer, some), counts);
    }),
    SEED,
  );
});

test('makes rows of length 1, or without values', () => {
  fc.assert(
    fc.property(someTexts, options, (some, chosen) => {
      const vectorizer = fit([...some, 'gate dog'], { ...chosen, norm: 'l2' });
      for (const row of rowsOf(vectorizer, some)) {
        const squares = Object.values(row).reduce((sum, value) => sum + value ** 2, 0);
        assert.ok(squares === 0 || Math.abs(squares - 1) < 1e-6);
      }
    }),
    SEED,
  );
});

test('fits the same state to texts in another order', () => {
  fc.assert(
    fc.property(someTexts, options, (some, chosen) => {
      const texts = [...some, 'gate dog'];
      assert.equal(fit(texts.toReversed(), chosen), fit(texts, chosen));
    }),
    SEED,
  );
});

test('puts kinds of terms side by side, each with its own settings, or those of all', () => {
  const texts = ['dog', 'Dog dog', null, 'fox'];
  const blocks = { words: { norm: 'none' }, pairs: { analyzer: 'char', ngram_range: [2, 2] } };
  const options = vectorizerOptions({ min_df: 2, use_idf: false, blocks });
  const both = fitVectorizer(texts, options, 'texts');
  const shared = { minDf: 2, useIdf: false } as const;
  const words = fit(texts, { ...shared, norm: 'none' });
  const pairs = fit(texts, { ...shared, analyzer: 'char', ngramRange: [2, 2] });
  assert.equal(termNames(both), ['words__dog', 'pairs__do', 'pairs__og']);
  const half = Math.fround(Math.SQRT1_2);
  assert.equal(rowsOf(both, texts), [
    { words__dog: 1, pairs__do: half, pairs__og: half },
    { words__dog: 2, pairs__do: half, pairs__og: half },
    {},
    {},
  ]);
  assert.equal(
    both.blocks.map(({ name: _, ...terms }) => terms),
    [...words.blocks, ...pairs.blocks].map(({ name: _, ...terms }) => terms),
  );
  assert.equal(parseVectorizer(JSON.parse(JSON.stringify(both)), 'v.json'), both);
});

test('says what is wrong with the settings of a block', async () => {
  const cases: [blocks: unknown, complaint: string][] = [
    [[1], 'settings; got [1]'],
    [{ a__b: {} }, 'settings; got {"a__b":{}}'],
    [{ '': {} }, 'settings; got {"":{}}'],
    [{ a: 1 }, 'settings; got {"a":1}'],
    [
      { a: { analyser: 'word' }, b: { min_df: 0 } },
      'settings: a.analyser is no setting; did you mean a.analyzer?, b.min_df must be an integer in [1, inf), or a number in (0, 1); got {"a":{"analyser":"word"},"b":{"min_df":0}}',
    ],
    [{ a: { column: 'x' } }, 'settings: a.column is no setting; got {"a":{"column":"x"}}'],
  ];
  for (const [blocks, complaint] of cases) {
    const start = 'vectorize.blocks must be a map from names (letters, digits and single _) to ';
    assert.is(
      await complaintOf(() => vectorizerOptions({ blocks })),
      `E_PARAMS: 1 parameter problem\n  this test: ${start}${complaint}`,
    );
  }
});

test('says that texts hold no term, or that the bounds keep none', async () => {
  const source = 'x.csv column text';
  for (const nothing of [[], [null, '', 'a ! 👍'], ['the of']]) {
    assert.is(
      await complaintOf(() => fit(nothing, { stopWords: ['english'] })),
      `E_DATA: ${source} must hold a term; got none in ${nothing.length} texts`,
    );
  }
  assert.is(
    await complaintOf(() => fit(['gate dog', 'tree'], { minDf: 2 })),
    `E_PARAMS: vectorize.min_df and vectorize.max_df must keep a term of ${source}; got none of 3`,
  );
  assert.is(
    await complaintOf(() => fit(['gate', 'dog', 'dog'], { minDf: 2, maxDf: 0.5 })),
    'E_PARAMS: vectorize.max_df must be no fewer rows than vectorize.min_df; got 1.5 and 2 of 3 rows',
  );
});

test('refuses a stored state that is damaged', async () => {
  const state = fit(['gate dog', 'dog']);
  assert.equal(parseVectorizer(state, 'v.json'), state);
  const [block] = state.blocks;
  const damagedBlocks: object[] = [
    { vocabulary: [] },
    { vocabulary: ['dog', 'dog'] },
    { vocabulary: ['dog', 1] },
    { idf: [1] },
    { idf: [1, -1] },
    { idf: undefined },
    { ngram_range: [2, 1] },
    { ngram_range: [1] },
    { analyzer: 'words' },
    { strip_accents: 'all' },
    { lowercase: 1 },
    { norm: 'l1' },
    { stop_words: 'english' },
    { name: '' },
    { name: undefined },
  ];
  const damaged: object[] = [
    ...damagedBlocks.map((change) => ({ blocks: [{ ...block, ...change }] })),
    { column: undefined },
    { n_samples_seen: 0 },
    { blocks: [] },
    { blocks: [block, block] },
    {
      blocks: [
        { ...block, name: 'a' },
        { ...block, name: 'a' },
      ],
    },
    { blocks: { 0: block } },
  ];
  for (const change of damaged) {
    assert.is(
      await complaintOf(() => parseVectorizer({ ...state, ...change }, 'v.json')),
      'E_DATA: v.json must hold timberline-vectorizer, version 1; got fields that do not fit',
      JSON.stringify(change),
    );
  }
});

test.run();
