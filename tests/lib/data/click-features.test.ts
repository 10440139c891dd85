import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinClicks } from '../../../lib/data/click-features.ts';
import type { JoinDeclaration } from '../../../lib/joining/declarations.ts';
import type { Relation, Row } from '../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const SEED = 20261130;
const test = suite('features of clicks');
const database = await openTestDatabase();
test.after(() => database.close());

const COLUMNS: readonly JoinDeclaration[] = [
  { name: 'user_cluster', lookup: 'users', on: 'user_id', column: 'cluster', missing: 0 },
  { name: 'page_probability_1', lookup: 'pages', on: 'page_id', column: 'probability_1' },
];
const seenWithin = (window: string): JoinDeclaration => ({
  ...{ name: 'ads_seen', count: 'clicks', on: 'user_id', window },
});
const KNOWN = {
  users: { user_id: [1, 2], cluster: [3, 5] },
  pages: { page_id: [7, 8], probability_1: [0.25, 0.75] },
};

type Click = readonly [user: number, page: number, time: string];

async function clicksOf(name: string, rows: readonly Click[]): Promise<Relation> {
  const selects = rows.map(
    ([user, page, time], i) =>
      `SELECT ${i + 1} AS click_id, ${user} AS user_id, ${page} AS page_id, TIMESTAMPTZ '${time}' AS "timestamp", ${i % 2} AS clicked`,
  );
  return await createRelation(database, name, selects.join(' UNION ALL '));
}

async function featuresOf(
  base: Relation,
  seen: readonly Relation[],
  { window = 'all', legacy = false }: { window?: string; legacy?: boolean } = {},
): Promise<Row[]> {
  const columns = legacy ? COLUMNS : [seenWithin(window), ...COLUMNS];
  const joined = { ...KNOWN, legacy, join: { tables: {}, time: 'timestamp', columns } };
  const { sql } = await joinClicks(database, base, seen, joined);
  return await database.query(`FROM ${sql}`);
}

const TRAIN: readonly Click[] = [
  [1, 7, '2025-01-02 10:00:00Z'], // the later one first
  [1, 8, '2025-01-02 09:00:00Z'],
  [1, 8, '2025-01-02 09:00:00Z'], // at the same moment
  [1, 7, '2025-01-01 23:59:59.999999Z'],
  [2, 7, '2025-01-02 10:00:00Z'],
];
const TEST: readonly Click[] = [
  [1, 7, '2025-01-02 09:30:00Z'], // between those of train
  [2, 8, '2025-01-02 09:00:00Z'], // before all of this user
  [9, 8, '2025-01-02 12:00:00Z'], // a user whom nobody knows
];

test('are the ads seen strictly before in both tables, the cluster of the user, the probabilities of the page', async () => {
  const [train, views] = [await clicksOf('train', TRAIN), await clicksOf('views', TEST)];
  const rows = await featuresOf(train, [train, views]);
  assert.equal(Object.keys(rows[0]), ['click_id', 'clicked', 'ads_seen', 'user_cluster', 'page_probability_1']); // prettier-ignore
  const cells = rows.map(({ click_id: id, clicked, ...features }) => {
    return [id, clicked, ...Object.values(features)];
  });
  assert.equal(cells, [
    [1, 0, 4, 3, 0.25], // three of train before it, and the one of test
    [2, 1, 1, 3, 0.75],
    [3, 0, 1, 3, 0.75],
    [4, 1, 0, 3, 0.25],
    [5, 0, 1, 5, 0.25], // the one of test, an hour before
  ]);
  const later = await featuresOf(views, [train, views]);
  assert.equal(
    later.map((row) => [row.ads_seen, row.user_cluster, row.page_probability_1]),
    [
      [3, 3, 0.25],
      [0, 5, 0.75],
      [0, 0, 0.75],
    ],
  );
});

test('are within the day of UTC where that is the window', async () => {
  const train = await clicksOf('train', TRAIN);
  const rows = await featuresOf(train, [train], { window: 'day' });
  assert.equal(
    rows.map(({ ads_seen: seen }) => seen),
    [2, 0, 0, 0, 0],
  );
});

test('are what the inherited method counts under legacy alone: itself too, in the order of the file, of one table', async () => {
  const [train, views] = [await clicksOf('train', TRAIN), await clicksOf('views', TEST)];
  const rows = await featuresOf(train, [train, views], { legacy: true });
  assert.equal(
    rows.map(({ ads_seen: seen }) => seen),
    [1, 2, 3, 1, 1],
  );
});

const click = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(7, 8),
  fc
    .integer({ min: 0, max: 60 })
    .map((hours) => new Date(Date.UTC(2025, 0, 1) + hours * 3_600_000).toISOString()),
);
const someClicks = fc.array(click, { minLength: 1, maxLength: 25 });

test('property: counts agree with a window of SQL over both tables, of one day or of all', async () => {
  const check = async (trainRows: Click[], testRows: Click[], window: string): Promise<void> => {
    const [train, views] = [await clicksOf('train', trainRows), await clicksOf('views', testRows)];
    const day = window === 'day' ? `, "timestamp"::DATE` : '';
    for (const [base, split] of [
      [train, 0],
      [views, 1],
    ] as const) {
      // prettier-ignore
      const rows = await featuresOf(base, [train, views], { window });
      const expected = await database.query(
        `SELECT n FROM (SELECT split, click_id, count(*) OVER (PARTITION BY user_id${day} ORDER BY "timestamp"
             RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING) AS n
           FROM (SELECT *, 0 AS split FROM ${train.sql} UNION ALL SELECT *, 1 FROM ${views.sql}))
         WHERE split = ${split} ORDER BY click_id`,
      );
      assert.equal(
        rows.map(({ ads_seen: seen }) => seen),
        expected.map(({ n }) => n),
      );
    }
  };
  const property = fc.asyncProperty(someClicks, someClicks, fc.constantFrom('all', 'day'), check);
  await fc.assert(property, { seed: SEED, numRuns: 15 });
});

test.run();
