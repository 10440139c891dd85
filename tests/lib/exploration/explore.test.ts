import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../lib/data/database.ts';
import type { Exploration } from '../../../lib/exploration/explore.ts';
import { literal } from '../../../lib/sql.ts';
import { assertClose } from '../../support/close.ts';
import { categoryOf, exploreRows, numberOf } from '../../support/exploration.ts';
import { openTestDatabase } from '../../support/relations.ts';

const test = suite('lib/exploration/explore');
const database = await openTestDatabase();
test.after(() => database.close());

const FOLDER = new URL('../../golden/exploration/', import.meta.url).pathname;
const GOLDEN = `SELECT * FROM read_csv(${literal(`${FOLDER}input.csv`)}, header = true)`;
interface Expected {
  readonly summaries: Record<string, Record<string, number>>;
  readonly missing: Record<string, number>;
  readonly cities: Record<string, number>;
  readonly by_kind: Record<string, Record<string, number> & { boxes?: Record<string, number>[] }>;
  readonly by_flag: Record<string, Record<string, number>>;
  readonly by_y: Record<string, Record<string, number>>;
  readonly columns: string[];
  readonly pearson: number[][];
  readonly spearman: number[][];
  readonly duplicates: Record<string, number>;
}
const expected = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Expected;
/** Half of the last of six digits, and the last bits of the other program. */
const TOLERANCE = 6e-6;

/** Asserts that every number of `wanted` is there, under the same key. */
function assertHas(found: object | null, wanted: Record<string, unknown>, name: string): void {
  for (const [key, value] of Object.entries(wanted)) {
    if (typeof value !== 'number') continue;
    const actual = (found as Record<string, unknown> | null)?.[key];
    assert.type(actual, 'number', `${name}.${key}`);
    assertClose(actual as number, value, TOLERANCE, Math.max(Math.abs(value), 1e-4));
  }
}

test('summarises numbers as pandas and scipy do', async () => {
  const exploration = await exploreRows(database, GOLDEN, 'kind');
  for (const [name, summary] of Object.entries(expected.summaries)) {
    assertHas(numberOf(exploration, name).summary, summary, name);
  }
  assert.is(numberOf(exploration, 'gaps').missing_count, expected.missing.gaps);
  assert.is(exploration.missing_count, expected.missing.gaps + expected.missing.city);
});

test('measures what a column tells of classes as scikit-learn and scipy do', async () => {
  const exploration = await exploreRows(database, GOLDEN, 'kind');
  for (const [name, measures] of Object.entries(expected.by_kind)) {
    const feature = numberOf(exploration, name);
    assertHas(feature.association, measures, name);
    (measures.boxes ?? []).forEach((box, i) => assertHas(feature.boxes[i], box, `${name} ${i}`));
  }
  const told = exploration.ranking.map(
    (name) => numberOf(exploration, name).association!.told_share,
  );
  assert.equal(
    told,
    told.toSorted((a, b) => b - a),
  );
  assert.is(exploration.ranking[0], 'y');
});

test('measures what a column tells of two classes, and of a quantity', async () => {
  const ofFlag = await exploreRows(database, GOLDEN, 'flag');
  for (const [name, measures] of Object.entries(expected.by_flag)) {
    assertHas(numberOf(ofFlag, name).association, measures, name);
  }
  const ofY = await exploreRows(database, GOLDEN, 'y');
  assert.is(ofY.target?.kind, 'quantity');
  for (const [name, measures] of Object.entries(expected.by_y)) {
    assertHas(numberOf(ofY, name).association, measures, name);
  }
});

test('correlates numbers as pandas does, with missing values too', async () => {
  const { correlations } = await exploreRows(database, GOLDEN, 'kind');
  const { columns, pearson, spearman } = correlations.matrix;
  assert.equal(columns, expected.columns);
  assertClose(pearson.flat() as number[], expected.pearson.flat(), TOLERANCE, 1);
  assertClose(spearman.flat() as number[], expected.spearman.flat(), TOLERANCE, 1);
  const { correlations: ofY } = await exploreRows(database, GOLDEN, 'y');
  const at = expected.columns.indexOf('y');
  ofY.with_target.forEach(({ name, pearson: r, spearman: rho }) => {
    const row = expected.columns.indexOf(name);
    assertClose([r!, rho!], [expected.pearson[row][at], expected.spearman[row][at]], TOLERANCE, 1);
  });
});

test('counts repeated and contradicting rows as pandas does', async () => {
  const { duplicates } = await exploreRows(database, GOLDEN, 'kind');
  const { duplicate_count, group_count, contradiction_count } = duplicates;
  assert.equal({ duplicate_count, group_count, contradiction_count }, expected.duplicates);
});

test('takes columns of 0 and 1 that always sum to 1 for one feature', async () => {
  const exploration = await exploreRows(database, GOLDEN, 'kind');
  const color = categoryOf(exploration, 'color');
  assert.is(color.kind, 'one_hot');
  assert.equal(color.columns, ['color_red', 'color_green', 'color_blue']);
  assert.is(
    color.categories.reduce((sum, { count }) => sum + count, 0),
    exploration.n_samples,
  );
  assert.equal(
    exploration.features.map(({ name }) => name),
    ['normal', 'skewed', 'ties', 'gaps', 'flag', 'color', 'city', 'y'],
  );
});

test('lists the most frequent texts first, and counts those beyond as one', async () => {
  const all = categoryOf(await exploreRows(database, GOLDEN, 'kind'), 'city');
  assert.equal(
    Object.fromEntries(all.categories.map(({ value, count }) => [value, count])),
    expected.cities,
  );
  const counts = all.categories.map(({ count }) => count);
  assert.equal(
    counts,
    counts.toSorted((a, b) => b - a),
  );
  const two = categoryOf(
    await exploreRows(database, GOLDEN, 'kind', { max_categories: 2 }),
    'city',
  );
  assert.equal(two.categories, all.categories.slice(0, 2));
  assert.is(two.n_distinct, 6);
  assert.is(
    two.other_count,
    counts.slice(2).reduce((sum, n) => sum + n, 0),
  );
});

test('property: the order of the rows and the number of threads change nothing', async () => {
  const row = fc.record({
    a: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    b: fc.option(fc.integer({ min: 0, max: 4 })),
    c: fc.option(fc.constantFrom('x', 'y', "o'z")),
    y: fc.constantFrom('p', 'q', 'r'),
  });
  const single = await openDatabase({ threads: 1, memoryMb: 256 });
  const toQuery = (rows: readonly { a: number; b: number | null; c: string | null; y: string }[]) =>
    rows
      .map(({ a, b, c, y }) => {
        const text = c === null ? 'NULL' : literal(c);
        return `SELECT ${a.toExponential()}::DOUBLE AS a, ${b ?? 'NULL'}::INTEGER AS b, ${text}::VARCHAR AS c, ${literal(y)} AS y`;
      })
      .join(' UNION ALL ');
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const expectedOf = await exploreRows(database, toQuery(rows), 'y');
      const turned = rows.toSorted((a, b) => a.a - b.a || (b.b ?? -1) - (a.b ?? -1));
      assert.equal(await exploreRows(single, toQuery(turned), 'y'), expectedOf);
    }),
    { numRuns: 25, seed: 5 },
  );
  single.close();
});

test('property: rows put in twice are counted as duplicates, and nothing else is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }),
      async (times) => {
        const copies = times.flatMap((n, i) =>
          Array.from({ length: n }, () => `(${i}, 'k${i % 2}')`),
        );
        const query = `SELECT row_number() OVER () AS row_id, x, k FROM (VALUES ${copies.join(', ')}) AS t(x, k)`;
        const { duplicates } = await exploreRows(database, query, 'k');
        assert.equal(duplicates, {
          duplicate_count: times.reduce((sum, n) => sum + n - 1, 0),
          group_count: times.filter((n) => n > 1).length,
          largest_group: Math.max(...times) > 1 ? Math.max(...times) : 0,
          contradiction_count: 0,
        });
      },
    ),
    { numRuns: 25, seed: 6 },
  );
});

test('keeps six digits of numbers that are not whole', async () => {
  const exploration = await exploreRows(
    database,
    'SELECT (i / 3)::DOUBLE AS x FROM range(10) t(i)',
  );
  const { mean, max } = numberOf(exploration, 'x').summary!;
  assert.is(mean, 1.5);
  assert.is(max, 3);
  assert.is(numberOf(exploration, 'x').summary!.q1, 0.75);
  assert.is(numberOf(exploration, 'x').summary!.p5, 0.15);
  const other = await exploreRows(database, 'SELECT i / 7 AS x FROM range(10) t(i)');
  assert.is(numberOf(other, 'x').summary!.max, 1.28571);
});

const ofTables = async (
  cases: Readonly<Record<string, string>>,
  check: (exploration: Exploration, name: string) => void,
): Promise<void> => {
  for (const [name, query] of Object.entries(cases)) {
    check(await exploreRows(database, query, 'y'), name);
  }
};

test('explores a table of one row, of one class, of texts alone, and one without a feature', async () => {
  await ofTables(
    {
      'one row': `SELECT 1.5 AS x, 'a' AS t, 'p' AS y`,
      'one class': `SELECT i AS x, 'p' AS y FROM range(50) t(i)`,
      'no feature': `SELECT i % 2 AS y FROM range(50) t(i)`,
      'no value': `SELECT NULL::DOUBLE AS x, NULL::VARCHAR AS t, i % 2 AS y FROM range(50) t(i)`,
      'no target in any row': `SELECT i AS x, NULL::VARCHAR AS y FROM range(50) t(i)`,
    },
    ({ ranking, features, findings }, name) => {
      assert.equal(ranking, [], name);
      assert.ok(
        features.every(({ association }) => association === null),
        name,
      );
      assert.equal(findings.leak_suspects, [], name);
    },
  );
  const texts = await exploreRows(
    database,
    `SELECT 'a' || i % 3 AS a, 'b' || i % 2 AS y FROM range(60) t(i)`,
    'y',
  );
  assert.is(texts.correlations.n_columns, 0);
  assert.equal(texts.ranking, ['a']);
  assert.is(categoryOf(texts, 'a').association!.told_share, 0);
});

test('needs no target: null, or a column that the table lacks', async () => {
  const query = 'SELECT i AS x, i % 2 AS y FROM range(50) t(i)';
  const without = await exploreRows(database, query, null);
  assert.is(without.target, null);
  assert.is(without.duplicates.contradiction_count, null);
  assert.equal(
    without.features.map(({ name }) => name),
    ['x', 'y'],
  );
  assert.equal((await exploreRows(database, query, 'nowhere')).target, null);
});

test('takes few integers and texts for classes, many numbers and times for a quantity', async () => {
  const target = async (sql: string, params = {}) =>
    (await exploreRows(database, `SELECT ${sql} AS y, i AS x FROM range(200) t(i)`, 'y', params))
      .target;
  const classes = await target('i % 3');
  assert.equal(classes, {
    name: 'y',
    kind: 'classes',
    missing_count: 0,
    classes: [
      { value: '0', count: 67 },
      { value: '1', count: 67 },
      { value: '2', count: 66 },
    ],
  });
  assert.is((await target('i % 50'))?.kind, 'classes');
  assert.is((await target('i % 51'))?.kind, 'quantity');
  assert.is((await target('i % 3', { max_classes: 2 }))?.kind, 'quantity');
  assert.is((await target('i % 3 + 0.5'))?.kind, 'quantity');
  assert.is((await target(`DATE '2026-01-01' + i::INTEGER`))?.kind, 'quantity');
  const booleans = await target('i % 4 = 0');
  assert.equal(booleans?.kind === 'classes' && booleans.classes, [
    { value: 'false', count: 150 },
    { value: 'true', count: 50 },
  ]);
  const many = await target(`'c' || least(i, 4)`, { max_classes: 3 });
  assert.equal(many?.kind === 'classes' && many.classes, [
    { value: 'c0', count: 1 },
    { value: 'c4', count: 196 },
    { value: '(others)', count: 3 },
  ]);
});

test('leaves rows without a target out of what is told about it, NaN among them', async () => {
  const { target, features } = await exploreRows(
    database,
    `SELECT i % 2 AS x, CASE WHEN i < 100 THEN i % 2 WHEN i < 110 THEN NULL ELSE 'nan'::DOUBLE END AS y
     FROM range(120) t(i)`,
    'y',
  );
  assert.is(target?.missing_count, 20);
  assert.equal(target?.kind === 'classes' && target.classes, [
    { value: '0', count: 50 },
    { value: '1', count: 50 },
  ]);
  assert.is(features[0].association!.told_share, 1);
});

test('counts NaN and infinity as missing, and apart', async () => {
  const exploration = await exploreRows(
    database,
    `SELECT unnest([1, 2.5, 'nan'::DOUBLE, 'infinity'::DOUBLE, NULL]) AS x`,
  );
  const { missing_count, non_finite_count, summary } = numberOf(exploration, 'x');
  assert.equal([missing_count, non_finite_count, summary!.n_distinct], [3, 2, 2]);
});

test('reads times as seconds, and columns whose names are words of SQL', async () => {
  const exploration = await exploreRows(
    database,
    `SELECT TIMESTAMP '2026-01-01 00:00:00' + INTERVAL (i) DAY AS "order", i % 2 AS label, i AS n, 'a' || i % 3 AS value,
       i % 5 AS "x""y" FROM range(100) t(i)`,
    'label',
  );
  assert.is(numberOf(exploration, 'order').kind, 'time');
  assert.is(numberOf(exploration, 'order').summary!.min, 1767225600);
  assert.is(numberOf(exploration, 'x"y').summary!.n_distinct, 5);
  assert.is(categoryOf(exploration, 'value').n_distinct, 3);
});

test('draws rows by their hash where a table is too wide to correlate all of them', async () => {
  const columns = Array.from({ length: 400 }, (_, i) => `hash(i * 1000 + ${i}) % 1000 AS c${i}`);
  const query = `SELECT i AS row_id, ${columns.join(', ')}, c0 * 2 AS twice FROM range(7000) t(i)`;
  const { correlations, features, findings } = await exploreRows(database, query);
  assert.is(features.length, 401);
  assert.ok(correlations.n_samples >= 500 && correlations.n_samples < 7000);
  assert.equal(findings.copies, [{ name: 'twice', reason: 'a straight line of c0' }]);
  assert.is(correlations.pair_count, 1);
  assert.is(correlations.matrix.columns.length, 20);
});

test.run();
