import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Bundle } from '../../../lib/models/bundle.ts';
import { MissingFeaturesError, openRowScorer } from '../../../lib/models/row-scorer.ts';
import type { RawRows } from '../../../lib/models/row-scorer.ts';
import { openOutputs } from '../../../lib/models/scorer.ts';
import { identifier } from '../../../lib/sql.ts';
import type { Relation } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';
import {
  TABLE,
  machine,
  makeClassBundle,
  makeNumberBundle,
  makeTextBundle,
} from '../../support/served-bundles.ts';

const test = suite('row scorer');
const database = await openTestDatabase();
test.after(() => database.close());
const { bundle } = await makeClassBundle(database);

async function toRows({ input }: Bundle, { sql }: Relation): Promise<RawRows> {
  const list = input.map(({ name, kind }) =>
    kind === 'number'
      ? `${identifier(name)}::DOUBLE AS ${identifier(name)}`
      : `${identifier(name)}::VARCHAR AS ${identifier(name)}`,
  );
  const rows = await database.query(`SELECT ${list.join(', ')} FROM ${sql}`);
  return {
    nRows: rows.length,
    numbers: Float64Array.from(
      rows.flatMap((row) =>
        input.map(({ name, kind }) =>
          kind === 'number' && row[name] !== null ? Number(row[name]) : NaN,
        ),
      ),
    ),
    texts: new Map(
      input
        .filter(({ kind }) => kind !== 'number')
        .map(({ name }) => [name, rows.map((row) => row[name] as string | null)]),
    ),
  };
}

/** What a table gets, and what its rows get in memory. */
async function scoreBoth(of: Bundle, table: Relation): Promise<[number[], number[]]> {
  const inTable = await openOutputs(of, database, machine);
  const expected: number[] = [];
  for await (const block of inTable.score(table)) expected.push(...block);
  const scorer = await openRowScorer(of, machine);
  const found = [...(await scorer.score(await toRows(of, table)))];
  scorer.dispose();
  return [expected, found];
}

test('gives rows the bits that their table gets: classes, numbers, texts', async () => {
  const table = await createRelation(
    database,
    'new_rows',
    `SELECT * REPLACE (a * 1.37 - 2 AS a) FROM (${TABLE})`,
  );
  const numbers = await makeNumberBundle(database);
  const texts = await makeTextBundle(database);
  for (const [of, rows, n] of [
    [bundle, table, 900],
    [numbers.bundle, numbers.raw, 300],
    [texts.bundle, texts.raw, 80],
  ] as const) {
    const [expected, found] = await scoreBoth(of, rows);
    assert.is(expected.length, n);
    assert.equal(found, expected);
  }
});

test('gives a row with missing values, and one alone, the bits that they have among others', async () => {
  const query = `SELECT * REPLACE (CASE WHEN row_id % 4 = 0 THEN NULL ELSE a END AS a, CASE WHEN row_id % 6 = 0 THEN NULL ELSE soil END AS soil) FROM (${TABLE})`;
  const table = await createRelation(database, 'gaps', query);
  const [expected, found] = await scoreBoth(bundle, table);
  assert.equal(found, expected);
  const rows = await toRows(bundle, table);
  const scorer = await openRowScorer(bundle, machine);
  const n = bundle.input.length;
  for (const i of [0, 4, 17]) {
    const alone = { nRows: 1, numbers: rows.numbers.slice(i * n, (i + 1) * n), texts: new Map() };
    assert.equal([...(await scorer.score(alone))], expected.slice(3 * i, 3 * i + 3));
  }
  assert.equal(
    [...(await scorer.score({ nRows: 0, numbers: new Float64Array(0), texts: new Map() }))],
    [],
  );
});

test('names the features that a model needs and does not get', async () => {
  const { bundle: strict, raw } = await makeClassBundle(database, 'logistic');
  const scorer = await openRowScorer(strict, machine);
  const rows = await toRows(strict, raw);
  rows.numbers[strict.input.length] = NaN;
  const error = await scorer.score(rows).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.instance(error, MissingFeaturesError);
  assert.equal(
    (error as MissingFeaturesError).missing,
    ['a', 'a_plus_b', 'a_log'].map((feature) => ({ row: 1, feature })),
  );
});

test('refuses a bundle whose golden rows do not get what it says', async () => {
  const probabilities = bundle.golden.probabilities.map((row) => row.toReversed());
  const other = { ...bundle, golden: { ...bundle.golden, probabilities } };
  assert.match(
    await complaintOf(async () => await openRowScorer(other, machine)),
    'E_DATA: the model must give its golden rows the probabilities it was made with',
  );
});

test.run();
