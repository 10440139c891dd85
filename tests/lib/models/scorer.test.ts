import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import type { Bundle } from '../../../lib/models/bundle.ts';
import {
  measureLatency,
  openScorer,
  predictBlocks,
  scoreLabelled,
} from '../../../lib/models/scorer.ts';
import { classWeightOf, priorCorrectionOf } from '../../../lib/preprocessing/rebalance.ts';
import type { Balance } from '../../../lib/preprocessing/rebalance.ts';
import type { Relation } from '../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';
import {
  CLASSES,
  TABLE,
  machine,
  makeBundle,
  withProbabilities,
} from '../../support/small-model.ts';
import { showNoProgress } from '../../../lib/progress.ts';

const database = await openTestDatabase();
const { bundle, raw } = await makeBundle(database);
const scorer = await openScorer(bundle, database, machine);

/** Probabilities of all rows. */
async function score(relation: Relation, of = scorer): Promise<number[]> {
  const probabilities: number[] = [];
  for await (const block of of.score(relation)) probabilities.push(...block);
  return probabilities;
}

async function scoreWith(changed: Bundle, relation: Relation): Promise<number[]> {
  const other = await openScorer(changed, database, machine);
  try {
    return await score(relation, other);
  } finally {
    other.dispose();
  }
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  const { code, message } = error as StageError;
  return `${code} ${message}`;
}

/** The table `other.csv` of `query`. */
const table = async (query: string): Promise<Relation> =>
  await createRelation(database, 'other', query);
const changed = async (columns: string): Promise<string> =>
  await messageOf(score(await table(`SELECT ${columns} FROM (${TABLE})`)));

async function labelsOf(changes: Bundle): Promise<number[]> {
  const other = await openScorer(changes, database, machine);
  const labels: number[] = [];
  for await (const block of predictBlocks(changes, other, raw, showNoProgress('rows', 1, 'rows'))) {
    labels.push(...block.labels);
  }
  other.dispose();
  return labels;
}

const near = (found: readonly number[], expected: readonly number[]): void => {
  assert.is(found.length, expected.length);
  // float32 has 24 bits; a softmax, a product and a division round a few times
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-6, found.join()));
};

const test = suite('scorer');

test('gives every row probabilities that sum to 1, and finds the classes of rows that it learned', async () => {
  const { yTrue, yProba } = await scoreLabelled(bundle, scorer, database, raw, showNoProgress);
  assert.equal(
    [...yTrue],
    Array.from({ length: 60 }, (_, i) => i % 3),
  );
  let nRight = 0;
  for (let row = 0; row < 60; row++) {
    const probabilities = yProba.subarray(3 * row, 3 * row + 3);
    near([probabilities.reduce((sum, p) => sum + p)], [1]);
    if (probabilities[yTrue[row]] === Math.max(...probabilities)) nRight++;
  }
  assert.ok(nRight > 45, `${nRight} of 60`);
});

test('does not look at the order of the columns, nor at target and id', async () => {
  const expected = await score(raw);
  const permuted = 'kind, big, note, b, day, row_id, a';
  assert.equal(await score(await table(`SELECT ${permuted} FROM (${TABLE})`)), expected);
  const without = 'SELECT * EXCLUDE (kind, row_id)';
  assert.equal(await score(await table(`${without} FROM (${TABLE})`)), expected);
});

test('gives a row alone the bytes that it has among others, in whatever order', async () => {
  const expected = await score(raw);
  for (const row of [0, 7, 59]) {
    const alone = await table(`SELECT * FROM (${TABLE}) WHERE row_id = ${row}`);
    assert.equal(await score(alone), expected.slice(3 * row, 3 * row + 3));
  }
  const reversed = await score(await table(`SELECT * FROM (${TABLE}) ORDER BY row_id DESC`));
  const rows = Array.from({ length: 60 }, (_, i) => reversed.slice(3 * i, 3 * i + 3));
  assert.equal(rows.reverse().flat(), expected);
});

test('keeps the order of rows in a table of many blocks', async () => {
  const many = await table(
    `SELECT t.* FROM (${TABLE}) AS t, range(200) AS again(n) ORDER BY n, row_id`,
  );
  const expected = await score(raw);
  const found = await score(many);
  assert.is(found.length, 200 * expected.length);
  for (let n = 0; n < 200; n++) {
    assert.equal(found.slice(n * expected.length, (n + 1) * expected.length), expected);
  }
});

test('refuses columns that are missing, unknown or of another kind, all at once, with the nearest known', async () => {
  const must = 'E_DATA other.csv must have the columns that the model was trained on; got';
  assert.is(
    await changed('* EXCLUDE (a, b, note), a AS aa, b::VARCHAR AS b, 1 AS colour, note AS notes'),
    `${must} no a; did you mean aa?, b as text, not number, no note; did you mean notes?, an unknown aa, an unknown colour and 1 more`,
  );
  assert.is(await changed('* EXCLUDE (note)'), `${must} no note`);
  assert.is(await changed('* EXCLUDE (day), row_id AS day'), `${must} day as number, not time`);
  assert.is(
    await changed('*, 1 AS u1, 1 AS u2, 1 AS u3, 1 AS u4, 1 AS u5, 1 AS u6, 1 AS u7'),
    `${must} an unknown u1, an unknown u2, an unknown u3, an unknown u4, an unknown u5 and 2 more`,
  );
});

test('refuses NULL, NaN and infinity with column, kind, count and first rows', async () => {
  const must = 'E_DATA other.csv must have a finite number in every feature; got';
  const withValue = async (value: string, condition: string): Promise<string> =>
    await changed(`* REPLACE (CASE WHEN ${condition} THEN ${value} ELSE a END AS a)`);
  assert.is(
    await withValue('NULL', 'row_id = 4'),
    `${must} a with 1 missing or NaN (row 5), a_plus_b with 1 missing or NaN (row 5)`,
  );
  assert.is(
    await withValue("'nan'::DOUBLE", 'row_id % 15 = 3'),
    `${must} a with 4 missing or NaN (rows 4, 19, 34, …), a_plus_b with 4 missing or NaN (rows 4, 19, 34, …)`,
  );
  assert.is(
    await withValue("'-inf'::DOUBLE", 'row_id = 0'),
    `${must} a with 1 infinite or beyond float32 (row 1), a_plus_b with 1 infinite or beyond float32 (row 1)`,
  );
  assert.match(
    await changed(`* REPLACE (CASE WHEN row_id = 59 THEN 'inf'::DOUBLE ELSE b END AS b)`),
    /^E_DATA other\.csv must have a finite number in every feature; got b with 1 .*\(row 60\), .*b_sine with 1 /,
  );
});

test('takes anything in a column that its preprocessing drops', async () => {
  const expected = await score(raw);
  const strange = await table(
    `SELECT * REPLACE (NULL::VARCHAR AS note, 'nan'::DOUBLE AS big, NULL::DATE AS day) FROM (${TABLE})`,
  );
  assert.equal(await score(strange), expected);
});

test('corrects the priors as Saerens et al. do', async () => {
  // learned from 1 : 1, natural is 9 : 1, hence the factors 0.9 / 0.5 and 0.1 / 0.5.
  // (0.3, 0.7) becomes 0.3 * 1.8 = 0.54 and 0.7 * 0.2 = 0.14, of their sum 0.68: 0.794118, 0.205882
  const balance = balanceOf({ before: { '0': 90, '1': 10 }, after: { '0': 10, '1': 10 } });
  const priorCorrection = priorCorrectionOf(balance, [0, 1]);
  near(priorCorrection ?? [], [1.8, 0.2]);
  const plain = withProbabilities(bundle, [0.3, 0.7]);
  near((await scoreWith(plain, raw)).slice(0, 2), [0.3, 0.7]);
  const corrected = await scoreWith({ ...plain, priorCorrection }, raw);
  near(corrected.slice(0, 4), [0.54 / 0.68, 0.14 / 0.68, 0.54 / 0.68, 0.14 / 0.68]);
});

test('corrects for the class weights of the loss as for rows that were repeated', () => {
  // weights 100 / (2 * 90) and 100 / (2 * 10): both classes weigh 50 of 100 rows
  const balance = balanceOf({
    before: { '0': 90, '1': 10 },
    after: { '0': 90, '1': 10 },
    class_weight: 'balanced',
  });
  near(classWeightOf(balance, [0, 1]) ?? [], [100 / 180, 5]);
  near(priorCorrectionOf(balance, [0, 1]) ?? [], [1.8, 0.2]);
});

test('has nothing to correct where train is natural, or nobody asks for it', () => {
  const counts = { a: 3, b: 1 };
  assert.is(priorCorrectionOf(balanceOf({ before: counts, after: counts }), ['a', 'b']), null);
  const other = { before: counts, after: { a: 1, b: 1 }, prior_correction: false };
  assert.is(priorCorrectionOf(balanceOf(other), ['a', 'b']), null);
  assert.is(priorCorrectionOf(null, ['a', 'b']), null);
  assert.is(classWeightOf(balanceOf(other), ['a', 'b']), null);
});

test('refuses the counts of another table, and finds whole numbers that were counted as doubles', () => {
  const balance = balanceOf({ before: { '1.0': 9, '2.0': 1 }, after: { '1.0': 1, '2.0': 1 } });
  near(priorCorrectionOf(balance, [1, 2]) ?? [], [1.8, 0.2]);
  assert.throws(
    () => priorCorrectionOf(balance, [1, 3]),
    (error: StageError) =>
      error.code === 'E_DATA' &&
      error.message === 'rebalance.json must count the rows of every class; got none of 3',
  );
});

test('predicts the second of two classes from the threshold on, else the more probable', async () => {
  const half = withProbabilities(bundle, [0.5, 0.5]);
  assert.equal([...new Set(await labelsOf(half))], [0], 'the first of equals');
  const rare = withProbabilities(bundle, [0.75, 0.25]);
  assert.equal([...new Set(await labelsOf(rare))], [0]);
  assert.equal([...new Set(await labelsOf({ ...rare, threshold: 0.2 }))], [1]);
  assert.equal([...new Set(await labelsOf({ ...rare, threshold: 0.3 }))], [0]);
  const [, own] = await scoreWith(rare, raw);
  assert.equal(
    [...new Set(await labelsOf({ ...rare, threshold: own }))],
    [1],
    'the threshold itself',
  );
});

test('refuses a labelled table without the target, with a class that train had not, or a row without one', async () => {
  const labelled = async (columns: string): Promise<string> => {
    const relation = await table(`SELECT ${columns} FROM (${TABLE})`);
    return await messageOf(scoreLabelled(bundle, scorer, database, relation, showNoProgress));
  };
  assert.is(
    await labelled('* EXCLUDE (kind)'),
    'E_DATA other.csv must have the target kind; got none',
  );
  assert.is(
    await labelled("* REPLACE (CASE WHEN row_id = 5 THEN 'ash' ELSE kind END AS kind)"),
    'E_DATA other.csv column kind must hold classes of the model alone; got "ash"',
  );
  assert.is(
    await labelled('* REPLACE (CASE WHEN row_id > 57 THEN NULL ELSE kind END AS kind)'),
    'E_DATA other.csv column kind must have a class in every row; got 2 without a value (first: row 59)',
  );
});

test('tells the progress of every block, and ends it when a value is refused', async () => {
  const seen: (number | string)[] = [];
  const bar = { update: (n: number) => void seen.push(n), end: () => void seen.push('end') };
  for await (const _ of predictBlocks(bundle, scorer, raw, bar)) continue;
  assert.equal(seen, [60, 'end']);
  const broken = await table(`SELECT * REPLACE (NULL::DOUBLE AS a) FROM (${TABLE})`);
  await messageOf(
    (async () => {
      for await (const _ of predictBlocks(bundle, scorer, broken, bar)) continue;
    })(),
  );
  assert.equal(seen, [60, 'end', 'end']);
});

test('measures the median time of a row alone', async () => {
  let now = 0;
  // runs of 1, 2 … 21 seconds
  const clock = (): number => (now += Math.ceil(++calls / 2));
  let calls = 0;
  const seconds = await measureLatency(bundle, scorer, clock);
  assert.is(seconds, 11);
});

test('has golden rows of every class, the first by id', async () => {
  assert.equal(
    bundle.golden.rows.map(({ note }) => note),
    ['note 0', 'note 3', 'note 1', 'note 4', 'note 2', 'note 5'],
  );
  assert.is(bundle.golden.probabilities.length, 2 * CLASSES.length);
  near(bundle.golden.probabilities[0], (await score(raw)).slice(0, 3));
});

function balanceOf(changes: Partial<Balance>): Balance {
  return {
    format: 'timberline-balance',
    version: 1,
    target: 'kind',
    before: {},
    after: {},
    class_weight: 'none',
    prior_correction: true,
    ...changes,
  };
}

test.after(() => {
  scorer.dispose();
  database.close();
});
test.run();
