import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { exploreRows } from '../../support/exploration.ts';
import { formatSuggestions } from '../../../lib/exploration/suggestions.ts';
import { fitDropColumns } from '../../../lib/preprocessing/drop-columns.ts';
import { fitScaler } from '../../../lib/preprocessing/fit-scaler.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('lib/exploration/findings');
const database = await openTestDatabase();
test.after(() => database.close());

/** 400 rows; `noise` is the same in every run, and tells nothing. */
const rows = (columns: string): string =>
  `SELECT i AS row_id, hash(i) % 1000 / 1000.0 AS noise, ${columns} FROM range(400) t(i)`;

const suspectsOf = async (columns: string, params = {}): Promise<unknown> =>
  (await exploreRows(database, rows(columns), 'y', params)).findings.leak_suspects;

test('suspects what stands for the target, value for value', async () => {
  assert.equal(await suspectsOf(`i % 3 AS y, 'class ' || i % 3 AS copy`), [
    { name: 'copy', reason: 'stands for y, value for value' },
  ]);
  assert.equal(await suspectsOf(`i % 3 AS y, (i % 3) * 7 - 2 AS coded`), [
    { name: 'coded', reason: 'stands for y, value for value' },
  ]);
});

test('suspects what alone tells most of the classes, from leak_share on', async () => {
  // 3 rows in 400 tell another class
  const columns = `i % 3 AS y, 'c' || CASE WHEN i < 3 THEN (i + 1) % 3 ELSE i % 3 END AS nearly`;
  assert.equal(await suspectsOf(columns), [{ name: 'nearly', reason: 'alone tells 95.9 % of y' }]);
  assert.equal(await suspectsOf(columns, { leak_share: 0.96 }), []);
});

test('suspects that a value is missing where it tells the class', async () => {
  assert.equal(
    await suspectsOf(`i % 2 AS y, CASE WHEN i % 2 = 1 THEN hash(i * 7) % 100 / 3.0 END AS paid`),
    [{ name: 'paid', reason: 'alone tells 100.0 % of y' }],
  );
});

test('suspects a threshold that parts two classes of which one is rare', async () => {
  const columns = `(i >= 397)::INTEGER AS y, i::DOUBLE + 0.5 AS late`;
  assert.equal(await suspectsOf(columns), [
    { name: 'late', reason: 'a threshold on it parts the classes of y, AUC 1.000' },
  ]);
  assert.equal(await suspectsOf(`(i >= 397)::INTEGER AS y, abs(i - 390.2) AS near`), []);
});

test('suspects what runs with a quantity', async () => {
  assert.equal(await suspectsOf('exp(i / 100.0) AS y, i * 2.5 AS same_order'), [
    { name: 'same_order', reason: 'rank correlation 1.000 with y' },
  ]);
  assert.equal(await suspectsOf('exp(i / 100.0) AS y, i + 400 * noise AS related'), []);
});

test('suspects nothing in fewer than 30 rows, where chance decides', async () => {
  const { findings } = await exploreRows(
    database,
    `SELECT i AS x, i % 2 AS y, 'k' || i % 2 AS copy FROM range(29) t(i)`,
    'y',
  );
  assert.equal(findings.leak_suspects, []);
  assert.equal(findings.id_suspects, []);
});

test('names ids, constants, near constants, mostly missing columns, copies and tails', async () => {
  const { findings } = await exploreRows(
    database,
    `SELECT i AS row_id, i % 2 AS y, 'k' || i AS code, 't' || i % 5 AS place, 7000 - i AS number, hash(i) / 3.7e18 AS plain,
       3 AS same, NULL::INTEGER AS nothing, (i = 5)::INTEGER AS once, CASE WHEN i % 10 = 0 THEN hash(i * 3) % 10 END AS sparse,
       hash(i) / 3.7e18 * -2 + 1 AS turned, exp(hash(i * 5) % 1000 / 200.0) AS tailed,
       CASE WHEN i % 200 = 0 THEN 100 * (i % 400 - 100) + 500 ELSE hash(i * 11) % 1000 END AS jumps
     FROM range(2000) t(i)`,
    'y',
    { max_missing_share: 0.85 },
  );
  const names = (remarks: readonly { name: string }[]): string[] => remarks.map(({ name }) => name);
  assert.equal(findings.leak_suspects, []);
  assert.equal(names(findings.id_suspects), ['code', 'number']);
  assert.equal(findings.constant, [
    { name: 'same', reason: 'one value in all rows' },
    { name: 'nothing', reason: 'no value in any row' },
  ]);
  assert.equal(findings.nearly_constant, [{ name: 'once', reason: 'one value in all rows but 1' }]);
  assert.equal(findings.mostly_missing, [
    { name: 'sparse', reason: '90.0 % of its values are missing' },
  ]);
  assert.equal(findings.copies, [{ name: 'turned', reason: 'a straight line of plain' }]);
  assert.equal(names(findings.skewed), ['tailed']);
  assert.equal(findings.far_out, [{ name: 'jumps', reason: '0.5 % of the rows are far out' }]);
});

test('suggests settings that drop-columns and normalize take, with their reasons', async () => {
  const query = `SELECT i AS row_id, i % 2 AS y, 'k' || i AS "code: #1", 3 AS same,
      CASE WHEN i % 10 > 0 THEN hash(i) / 3.7e18 END AS plain, hash(i * 3) / 3.7e18 AS other,
      exp(hash(i * 5) % 1000 / 200.0) AS tailed, tailed * 2 AS twice, 'z' || i % 2 AS told
    FROM range(2000) t(i)`;
  const { suggestions } = await exploreRows(database, query, 'y');
  const text = formatSuggestions(suggestions);
  assert.is(
    text,
    `drop-columns:
  constant: true
  columns:
    - "code: #1"  # another value in every row
    - twice  # a straight line of tailed
    # suspected leaks; drop those that are not known before the target is:
    # - told  # stands for y, value for value

normalize:
  method: standard
  groups:
    - method: quantile
      columns:
        - tailed  # skewness 1.5: a long tail
  missing: median  # fills plain
`,
  );
  const params = parse(text) as typeof suggestions.params;
  assert.equal(params, suggestions.params);
  const table = await createRelation(database, 'table', query);
  const dropped = await fitDropColumns(database, table, {
    ...params['drop-columns'],
    maxMissingShare: null,
    maxCorrelation: null,
    keep: ['row_id', 'y'],
  });
  assert.equal(
    dropped.dropped.map(({ name }) => name),
    ['code: #1', 'twice', 'same'],
  );
  const scaler = await fitScaler(database, table, {
    ...params.normalize,
    missingValue: 0,
    nQuantiles: 10,
    keep: ['row_id', 'y'],
  });
  assert.ok('quantiles' in scaler.columns.tailed);
  assert.is.not(scaler.columns.plain.fill, null);
});

test('suggests nothing where nothing is to be said, and gives no star to patterns', async () => {
  const { suggestions } = await exploreRows(database, rows('i % 3 AS y'), 'y');
  assert.equal(suggestions.params, {
    'drop-columns': { constant: true, columns: [] },
    normalize: { method: 'standard', groups: [], missing: 'error' },
  });
  const starred = await exploreRows(
    database,
    rows('i % 3 AS y, exp(hash(i * 5) % 1000 / 100.0) AS "a*b"'),
    'y',
  );
  assert.equal(
    starred.findings.skewed.map(({ name }) => name),
    ['a*b'],
  );
  assert.equal(starred.suggestions.params.normalize.groups, []);
});

test('says why where no number is left to the standard method', async () => {
  const { suggestions } = await exploreRows(
    database,
    'SELECT i AS row_id, i % 3 AS y, exp(hash(i * 5) % 1000 / 100.0) AS tailed FROM range(400) t(i)',
    'y',
  );
  assert.match(
    formatSuggestions(suggestions),
    /^ {2}method: quantile {2}# tailed: skewness \d\.\d: a long tail$/m,
  );
});

test.run();
