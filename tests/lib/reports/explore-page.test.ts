import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explorePage } from '../../../lib/reports/explore-page.ts';
import type { ExplorationReport } from '../../../lib/reports/explore-distributions.ts';
import { exploreRows } from '../../support/exploration.ts';
import { openTestDatabase } from '../../support/relations.ts';

const test = suite('lib/reports/explore-page');
const database = await openTestDatabase();
test.after(() => database.close());

const reportOf = async (
  query: string,
  target: string | null,
  changes: Partial<ExplorationReport> = {},
): Promise<ExplorationReport> => ({
  exploration: await exploreRows(database, query, target),
  classNames: {},
  units: { height: 'm' },
  maxCharts: 6,
  maxCorrelation: 0.9,
  about: [['Data', 'explored.csv']],
  ...changes,
});
const pageOf = async (...args: Parameters<typeof reportOf>): Promise<string> =>
  (await explorePage(await reportOf(...args))).replace(/<style>[^]*?<\/style>/, '');

const FOREST = `SELECT i AS row_id, i % 2 + 1 AS kind, hash(i) % 500 / 7.0 + 40 * (i % 2) + i / 1e4 AS height,
  (hash(i) % 500 / 7.0 + 40 * (i % 2) + i / 1e4) * -3 AS depth, CASE WHEN hash(i * 3) % 3 > i % 2 THEN 'wet' ELSE '<dry>' END AS ground,
  (i % 3 = 0)::INTEGER AS soil_1, (i % 3 > 0)::INTEGER AS soil_2 FROM range(300) t(i)`;

test('tells size, target, missing values and repeated rows first', async () => {
  const document = await pageOf(FOREST, 'kind', { classNames: { 1: 'Fir' } });
  assert.match(document, '<h1>Exploration: kind</h1>');
  assert.match(document, '<dt>Rows</dt><dd>300</dd><dd class="note">each with its row_id</dd>');
  assert.match(
    document,
    '<dt>Features</dt><dd>4</dd><dd class="note">in 5 columns: a one-hot group',
  );
  assert.match(document, '<dt>Accuracy to beat</dt><dd>50.0 %</dd>');
  assert.match(
    document,
    '<dt>Missing values</dt><dd>0.0 %</dd><dd class="note">0 of 1,500 cells</dd>',
  );
  assert.match(document, '✓ No row repeats another.');
  assert.match(document, '>1 Fir</th>');
});

test('puts what is amiss before what is well', async () => {
  const document = await pageOf(
    `SELECT i % 2 AS y, CASE WHEN i % 4 = 0 THEN 'nan'::DOUBLE ELSE i % 7 + 0.5 END AS x, 3 AS same, 'k' || i % 2 AS copy FROM range(100) t(i)`,
    'y',
  );
  const places = [
    '✗ copy may be a leak: stands for y, value for value.',
    'repeat an earlier one',
    '25 values are missing',
    '25 values are NaN or infinite',
    '<b>Constant:</b> same.',
    '<b>Texts:</b> copy (2 values).',
    '✓ No two rows agree in every feature and differ in y.',
  ].map((text) => document.indexOf(text));
  assert.not.ok(places.includes(-1), String(places));
  assert.equal(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test('draws a chart for each column that tells something, a bar or a box for each class', async () => {
  const document = await pageOf(FOREST, 'kind');
  const captions = [...document.matchAll(/<figcaption><b>(.*?)<\/b>/g)].map(([, name]) => name);
  assert.equal(captions.toSorted(), ['depth', 'ground', 'height']);
  assert.match(document, '<b>height</b>, m</figcaption>');
  assert.match(document, 'height<div class="kind">number, m</div>');
  assert.match(document, '<title>1: median ');
  assert.match(document, '&lt;dry&gt;');
  assert.not.match(document, '<dry>');
  const one = await pageOf(FOREST, 'kind', { maxCharts: 1 });
  assert.is(one.match(/<figcaption><b>/g)?.length, 1);
  const none = await pageOf(FOREST, 'kind', { maxCharts: 0 });
  assert.not.match(none, 'How the classes differ');
});

test('names pairs that go together, or says that there is none', async () => {
  const document = await pageOf(FOREST, 'kind');
  assert.match(document, 'Of the 2 numeric columns one pair is correlated above 0.9');
  assert.match(document, '-1.000');
  const apart = await pageOf(
    `SELECT hash(i) % 99 AS a, hash(i * 3) % 99 AS b FROM range(90) t(i)`,
    null,
  );
  assert.match(apart, 'No two of the 2 numeric columns are correlated above 0.9.');
});

test('shows how a quantity runs along numbers and categories', async () => {
  const document = await pageOf(
    `SELECT i / 3.0 + hash(i) % 20 AS price, i AS area, 'zone ' || i // 100 AS zone FROM range(300) t(i)`,
    'price',
  );
  assert.match(document, 'How price runs along them');
  assert.match(document, '<dt>Median of the target</dt>');
  assert.match(document, 'zone 2: median ');
  assert.match(document, 'ρ\u00a0');
});

test('leaves out what a table without a target, or without numbers, has nothing to say of', async () => {
  const document = await pageOf(`SELECT 'a' || i % 3 AS a FROM range(50) t(i)`, null);
  assert.match(document, '<h1>Exploration of explored.csv</h1>');
  for (const absent of [
    'tell most',
    'is to be predicted',
    'go together',
    'Accuracy to beat',
    'leak',
  ]) {
    assert.not.match(document, absent);
  }
  const alone = await pageOf('SELECT i % 2 AS y FROM range(50) t(i)', 'y');
  assert.match(alone, 'The table has no feature.');
  const single = await pageOf(`SELECT 1.5 AS x, 'p' AS y`, 'y');
  assert.match(single, 'y has a single class.');
});

test('shows the first of many columns, categories and classes, and says how many are left', async () => {
  const columns = Array.from({ length: 120 }, (_, i) => `hash(i * ${i + 3}) % 100 AS c${i}`);
  const document = await pageOf(
    `SELECT i % 40 AS y, 'v' || i % 60 AS many, ${columns.join(', ')} FROM range(800) t(i)`,
    'y',
  );
  assert.match(document, 'The first 100; 21 more in the JSON.');
  assert.match(document, 'The first 20; 101 more in the JSON.');
  assert.match(document, 'Rows of each class, largest first, and 10 more in the JSON.');
  assert.match(document, 'Of the classes, the 10 largest.');
});

test('is the same again, loads nothing and runs nothing', async () => {
  const report = await reportOf(FOREST, 'kind');
  const document = await explorePage(report);
  assert.is(await explorePage(report), document);
  assert.not.match(document, /<script|<link|<img|src=|href=|url\(|@import|onload/);
});

test.run();
