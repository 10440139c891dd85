import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeDistribution, selectGoldenRows } from '../../../lib/preprocessing/distribution.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const database = await openTestDatabase();

const test = suite('distribution');

test('counts, and takes minimum, maximum and deciles of the rows', async () => {
  // 1 … 10 without order: the decile at 10 k % is the k-th of ten rows
  const raw = await createRelation(
    database,
    'raw',
    `SELECT (i * 7) % 10 + 1 AS n, i % 3 = 0 AS flag, ['a', 'b', NULL][i % 3 + 1] AS colour,
       DATE '2020-01-01' + CAST(i % 2 AS INTEGER) AS day FROM range(10) AS t(i)`,
  );
  assert.equal(await describeDistribution(database, raw, raw.columns), {
    n_samples: 10,
    columns: {
      n: {
        kind: 'number',
        missing_count: 0,
        min: 1,
        max: 10,
        deciles: [1, 2, 3, 4, 5, 6, 7, 8, 9],
        n_distinct: 10,
        // (10² - 1) / 12
        std: Math.sqrt(8.25),
        counts: Array.from({ length: 10 }, (_, i) => [i + 1, 1]),
        quantiles: null,
      },
      // 4 of 10 are true
      flag: {
        kind: 'number',
        missing_count: 0,
        min: 0,
        max: 1,
        deciles: [0, 0, 0, 0, 0, 0, 1, 1, 1],
        n_distinct: 2,
        std: Math.sqrt(0.24),
        counts: [
          [0, 6],
          [1, 4],
        ],
        quantiles: null,
      },
      colour: {
        kind: 'text',
        missing_count: 3,
        n_distinct: 2,
        counts: { a: 4, b: 3 },
        lengths: null,
      },
      day: { kind: 'time', missing_count: 0, n_distinct: 2, counts: null, lengths: null },
    },
  });
});

test('leaves NULL, NaN and infinity out of what it computes, and counts them', async () => {
  const raw = await createRelation(
    database,
    'raw',
    `SELECT * FROM (VALUES (1.5::DOUBLE, NULL::DOUBLE), ('nan', NULL), ('-inf', NULL), ('inf', NULL),
       (NULL, NULL), (2.5, NULL)) AS t("a ""b""", nothing)`,
  );
  const { n_samples: nSamples, columns } = await describeDistribution(database, raw, raw.columns);
  assert.is(nSamples, 6);
  assert.equal(columns, {
    'a "b"': {
      kind: 'number',
      missing_count: 4,
      min: 1.5,
      max: 2.5,
      deciles: [1.5, 1.5, 1.5, 1.5, 1.5, 2.5, 2.5, 2.5, 2.5],
      n_distinct: 2,
      std: 0.5,
      counts: [
        [1.5, 1],
        [2.5, 1],
      ],
      quantiles: null,
    },
    nothing: {
      kind: 'number',
      missing_count: 6,
      min: null,
      max: null,
      deciles: null,
      n_distinct: 0,
      std: null,
      counts: null,
      quantiles: null,
    },
  });
});

test('keeps 200 quantiles of more than 20 numbers, and the lengths of texts that hardly repeat', async () => {
  const raw = await createRelation(
    database,
    'raw',
    `SELECT i / 4 AS x, 'text ' || i AS words FROM range(400) AS t(i)`,
  );
  const { x, words } = (await describeDistribution(database, raw, raw.columns)).columns;
  assert.is(x.kind === 'number' && x.counts, null);
  // of 400 rows the 1st, 3rd … 399th
  assert.equal(
    x.kind === 'number' && x.quantiles,
    Array.from({ length: 200 }, (_, i) => i / 2),
  );
  const lengths = words.kind === 'number' ? null : words.lengths;
  assert.is(words.kind === 'text' && words.counts, null);
  assert.equal(lengths?.counts, [
    [6, 10],
    [7, 90],
    [8, 300],
  ]);
});

test('does not depend on the order of the rows', async () => {
  const query = (order: string): string =>
    `SELECT sin(i) AS a, i % 7 AS b FROM range(20000) AS t(i) ORDER BY ${order}`;
  const [one, other] = [
    await createRelation(database, 'one', query('i')),
    await createRelation(database, 'other', query('hash(i)')),
  ];
  assert.equal(
    await describeDistribution(database, other, other.columns),
    await describeDistribution(database, one, one.columns),
  );
});

test.run();

const golden = suite('golden rows');

golden('are the first of each class by id, as plain data', async () => {
  const raw = await createRelation(
    database,
    'raw',
    `SELECT 100 - i AS row_id, i / 8 AS a, 9007199254740993 + i AS big, i > 5 AS flag,
       DATE '2020-01-01' + CAST(i AS INTEGER) AS day, CASE WHEN i = 9 THEN 'inf'::DOUBLE ELSE 0.1 END AS x,
       ['b', 'a'][i % 2 + 1] AS kind FROM range(10) AS t(i)`,
  );
  const columns = raw.columns.filter(({ name }) => !['row_id', 'kind'].includes(name));
  const options = { target: 'kind', id: 'row_id', columns, perClass: 2 };
  const rows = await selectGoldenRows(database, raw, options);
  assert.equal(rows, [
    { a: 9 / 8, big: 9007199254741002, flag: 1, day: '2020-01-10', x: null },
    { a: 7 / 8, big: 9007199254741000, flag: 1, day: '2020-01-08', x: 0.1 },
    { a: 1, big: 9007199254741000, flag: 1, day: '2020-01-09', x: 0.1 },
    { a: 6 / 8, big: 9007199254741000, flag: 1, day: '2020-01-07', x: 0.1 },
  ]);
  assert.equal(JSON.parse(JSON.stringify(rows)), rows);
});

golden(
  'are the first of each class in the table where it has no id, whatever threads do',
  async () => {
    const raw = await createRelation(
      database,
      'raw',
      `SELECT i AS a, i % 2 AS kind FROM range(300000) AS t(i)`,
    );
    const columns = [{ name: 'a', kind: 'number' }] as const;
    const options = { target: 'kind', id: 'row_id', columns, perClass: 2 };
    for (let run = 0; run < 3; run++) {
      const rows = await selectGoldenRows(database, raw, options);
      assert.equal(
        rows.map(({ a }) => a),
        [0, 2, 1, 3],
      );
    }
  },
);

golden('are fewer for a class with fewer rows', async () => {
  const raw = await createRelation(
    database,
    'raw',
    `SELECT i AS row_id, i AS a, i = 3 AS kind FROM range(5) AS t(i)`,
  );
  const columns = [{ name: 'a', kind: 'number' }] as const;
  const options = { target: 'kind', id: 'row_id', columns, perClass: 2 };
  const rows = await selectGoldenRows(database, raw, options);
  assert.equal(
    rows.map(({ a }) => a),
    [0, 1, 3],
  );
});

golden('of a number are spread over its order, the least first', async () => {
  const raw = await createRelation(
    database,
    'numbers',
    'SELECT i AS row_id, ((i * 7) % 20) / 4 AS y, i AS x FROM range(20) AS rows(i)',
  );
  const columns = [{ name: 'x', kind: 'number' } as const];
  const options = { target: 'y', id: 'row_id', columns };
  const rows = await selectGoldenRows(database, raw, { ...options, nSpread: 4 });
  // every fifth of 0, 1 … 19, which are 7 i modulo 20
  assert.equal(
    rows.map(({ x }) => (Number(x) * 7) % 20),
    [0, 5, 10, 15],
  );
  assert.is((await selectGoldenRows(database, raw, { ...options, nSpread: 30 })).length, 20);
});

golden.after(() => database.close());
golden.run();
