import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertDriftWithin, monitor } from '../../../lib/monitoring/monitor.ts';
import type { Monitoring } from '../../../lib/monitoring/monitor.ts';
import type { MonitorParams } from '../../../lib/monitoring/monitor-params.ts';
import { referenceOfTable, referenceOfTraining } from '../../../lib/monitoring/reference.ts';
import { describeDistribution } from '../../../lib/preprocessing/distribution.ts';
import type { Distribution } from '../../../lib/preprocessing/distribution.ts';
import { describeChange } from '../../../lib/reports/monitor-text.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const database = await openTestDatabase();
const test = suite('monitor');

const PARAMS: MonitorParams & { id: string } = {
  columns: null,
  test: null,
  threshold: 0.1,
  maxDriftedShare: 0.5,
  maxCharts: 24,
  id: 'row_id',
};

/** Compares two queries of which each is a table. */
async function compare(
  reference: string,
  current: string,
  changes: Partial<MonitorParams> = {},
): Promise<Monitoring> {
  const before = await createRelation(database, 'reference', reference);
  const now = await createRelation(database, 'current', current);
  const params = { ...PARAMS, ...changes };
  return await monitor(database, await referenceOfTable(database, before), now, params);
}

const REFERENCE = `SELECT i AS row_id, i % 100 AS x, i % 2 AS flag, ['a', 'b'][i % 2 + 1] AS letter,
  'review number ' || i AS words, DATE '2026-01-01' AS day FROM range(1000) AS t(i)`;

test('puts the worst column first, says what changed, and leaves out id and times', async () => {
  const current = `SELECT 5000 + i AS row_id, i % 100 + 30 AS x, i % 2 AS flag,
    ['a', 'c'][i % 2 + 1] AS letter, 'review number ' || i AS words, DATE '2026-06-01' AS day
    FROM range(500) AS t(i)`;
  const { columns, skipped, drifted_count, drifted_share, n_reference, n_current } = await compare(
    REFERENCE,
    current,
  );
  assert.equal(
    columns.map(({ name, is_drifted: isDrifted }) => [name, isDrifted]),
    [
      ['x', true],
      ['letter', true],
      ['words', false],
      ['flag', false],
    ],
  );
  assert.is(drifted_count, 2);
  assert.is(drifted_share, 0.5);
  assert.equal([n_reference, n_current], [1000, 500]);
  assert.equal(skipped, [{ name: 'day', reason: 'neither numbers nor texts' }]);
  const [x, letter, words] = columns;
  // every number moved by 30; of 0 … 99 the deviation is sqrt((100² - 1) / 12)
  assert.ok(Math.abs(x.score! - 30 / Math.sqrt(9999 / 12)) < 1e-12);
  assert.match(describeChange(x), /^median 79, was 49; standard deviation 28\.87, was 28\.87$/);
  assert.is(
    describeChange(letter),
    'b: 0.0 %, was 50.0 %; c: 50.0 %, was 0.0 %; 50.0 % of the rows hold texts that the reference has not',
  );
  assert.is(words.compared, 'lengths');
  assert.match(describeChange(words), /^median of the lengths in characters 17, was 17/);
});

test('finds the same from the training rows that a bundle keeps', async () => {
  const before = await createRelation(database, 'reference', REFERENCE);
  const now = await createRelation(
    database,
    'current',
    `SELECT i % 100 + 30 AS x, i % 2 AS flag, 'a' AS letter, 'x' || i AS words FROM range(500) AS t(i)`,
  );
  const bundle = {
    input: before.columns,
    distribution: await describeDistribution(database, before, before.columns),
  };
  const ofBundle = await monitor(database, referenceOfTraining(bundle, 'm'), now, PARAMS);
  const ofTable = await monitor(database, await referenceOfTable(database, before), now, PARAMS);
  const verdicts = ({ columns }: Monitoring): unknown =>
    columns.map(({ name, test: by, is_drifted: isDrifted, reference }) => [
      name,
      by,
      isDrifted,
      reference,
    ]);
  assert.equal(verdicts(ofBundle), verdicts(ofTable));
  assert.equal(ofBundle.skipped, [{ name: 'day', reason: 'not in current.csv' }]);
});

test('refuses a bundle that keeps nothing of its training rows', () => {
  const facts = { kind: 'number', missing_count: 0, min: 0, max: 1, deciles: [] };
  const distribution = { n_samples: 9, columns: { x: facts } } as unknown as Distribution;
  assert.throws(
    () => referenceOfTraining({ input: [{ name: 'x', kind: 'number' }], distribution }, 'm'),
    /^m must keep the distribution of its training rows; got a bundle without$/,
  );
});

test('takes a column that lost all its values for drifted, the worst of all', async () => {
  const { columns } = await compare(
    'SELECT i % 3 AS a, i AS b FROM range(100) AS t(i)',
    'SELECT i % 3 AS a, NULL::VARCHAR AS b FROM range(40) AS t(i)',
  );
  const [{ name, is_drifted: isDrifted, score, current }] = columns;
  assert.equal([name, isDrifted, score], ['b', true, null]);
  assert.is(current.missing_count, 40);
  assert.is(describeChange(columns[0]), 'no value in 40 rows; 0.0 % were missing');
});

test('compares texts of digits with numbers as texts, but refuses texts in the place of numbers', async () => {
  const text = `SELECT ['07', '8'][i % 2 + 1] AS code FROM range(100) AS t(i)`;
  const number = 'SELECT 7 + i % 2 AS code FROM range(100) AS t(i)';
  const { columns } = await compare(text, number);
  assert.is(columns[0].scores?.unseen_share, 0.5);
  await assertRefused(
    async () => await compare(number, text),
    /^current\.csv must hold numbers where reference\.csv does; got texts in code$/,
  );
});

test('compares the named columns alone, and names those that are not there', async () => {
  const { columns, skipped } = await compare(REFERENCE, REFERENCE, { columns: ['x', 'flag'] });
  assert.equal(columns.map(({ name }) => name).toSorted(), ['flag', 'x']);
  assert.equal(skipped, []);
  await assertRefused(
    async () => await compare(REFERENCE, 'SELECT 1 AS x', { columns: ['x', 'flag'] }),
    /^current\.csv must have the column flag/,
  );
});

test('refuses tables that share nothing', async () => {
  await assertRefused(
    async () => await compare('SELECT 1 AS a', 'SELECT 1 AS b'),
    /^current\.csv must share a column of numbers or texts with reference\.csv; got none$/,
  );
});

test('does not depend on the order of the rows', async () => {
  const shuffled = `SELECT * FROM (${REFERENCE}) ORDER BY hash(row_id)`;
  const current = 'SELECT sqrt(i) AS x, i % 3 AS flag FROM range(700) AS t(i)';
  assert.equal(await compare(shuffled, current), await compare(REFERENCE, current));
});

test('keeps the 24 largest of many texts, and sums up the others', async () => {
  const query = (n: number): string =>
    `SELECT 't' || (i % ${n}) AS t FROM range(${10 * n}) AS r(i)`;
  const { columns } = await compare(query(40), query(50));
  const { labels, reference, others } = columns[0].bins!;
  assert.is(labels.length, 24);
  assert.is(others.count, 26);
  const whole = reference.reduce((sum, share) => sum + share, others.reference);
  assert.ok(Math.abs(whole - 1) < 1e-12);
});

test('lets as many columns drift as may, and names those beyond', async () => {
  const monitoring = await compare(
    REFERENCE,
    'SELECT i AS x, i % 2 AS flag FROM range(1000) AS t(i)',
  );
  assert.is(monitoring.drifted_share, 0.5);
  assertDriftWithin(monitoring, 'monitor.html');
  assertDriftWithin({ ...monitoring, max_drifted_share: null }, 'monitor.html');
  assert.throws(
    () => assertDriftWithin({ ...monitoring, max_drifted_share: 0.25 }, 'monitor.html'),
    /^at most 25 % of the columns must drift; got 1 of 2: x$/,
  );
});

async function assertRefused(work: () => Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await work();
  } catch (error) {
    assert.match((error as Error).message, message);
    assert.is((error as { code?: string }).code, 'E_DATA');
    return;
  }
  assert.unreachable(`nothing was refused: ${message}`);
}

test.after(() => database.close());
test.run();
