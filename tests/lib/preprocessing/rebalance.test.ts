import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { balancedSelect } from '../../../lib/data/balanced-rows.ts';
import {
  classWeightOf,
  parseBalance,
  planBalance,
  priorCorrectionOf,
} from '../../../lib/preprocessing/rebalance.ts';
import type { Balance } from '../../../lib/preprocessing/rebalance.ts';
import { createRng } from '../../../lib/rng.ts';
import type { Relation, Row } from '../../../lib/sql.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const OPTIONS = {
  seed: 3,
  target: 'class' as string | null,
  id: 'id',
  maxPerClass: null as number | null,
  minPerClass: null as number | null,
  classWeight: 'none' as 'none' | 'balanced',
  priorCorrection: true,
  oversampling: 'repeat' as 'repeat' | 'smote',
  smoteNeighbors: 5,
};
type Options = typeof OPTIONS;
// 301, 183 and 730 rows of the classes 1, 2 and 5
const ROWS = `SELECT i + 2 AS id, i * 0.5::DOUBLE AS x, sqrt(i) AS y,
  CASE WHEN i < 301 THEN 1 WHEN i < 484 THEN 2 ELSE 5 END AS class FROM range(1214) AS r(i)`;

const test = suite('rebalance');
const database = await openTestDatabase();
test.after(() => database.close());
const fit = await createRelation(database, 'train', `FROM (${ROWS}) ORDER BY hash(id)`);

/** The balance, and the rebalanced rows in their order. */
async function rebalance(
  options: Partial<Options>,
  relation: Relation = fit,
): Promise<{ balance: Balance; rows: Row[] }> {
  const all = { ...OPTIONS, ...options };
  const balance = await planBalance(database, relation, all);
  await database.run('DROP TABLE IF EXISTS synthetic');
  const rng = createRng(all.seed, 'rebalance', 'smote');
  const select = await balancedSelect(database, relation, balance, all, rng);
  return { balance, rows: await database.query(select ?? `FROM ${relation.sql}`) };
}

function countClasses(rows: readonly Row[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[String(row.class)] = (counts[String(row.class)] ?? 0) + 1;
  return counts;
}

test('caps 301, 183 and 730 rows at 200: 200, 183 and 200', async () => {
  const { balance, rows } = await rebalance({ maxPerClass: 200 });
  assert.equal(balance, {
    format: 'timberline-balance',
    version: 1,
    target: 'class',
    before: { 1: 301, 2: 183, 5: 730 },
    after: { 1: 200, 2: 183, 5: 200 },
    class_weight: 'none',
    prior_correction: true,
  });
  assert.equal(countClasses(rows), { 1: 200, 2: 183, 5: 200 });
});

test('keeps the rows of the smallest md5 of seed, purpose and id, unchanged and in their order', async () => {
  const all = await database.query('FROM train');
  const hash = (row: Row): string =>
    createHash('md5')
      .update(`3:rebalance:${String(row.id)}`)
      .digest('hex');
  const kept = new Set<unknown>();
  for (const name of [1, 2, 5]) {
    const ofClass = all.filter((row) => row.class === name);
    ofClass.sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
    for (const row of ofClass.slice(0, 200)) kept.add(row.id);
  }
  const { rows } = await rebalance({ maxPerClass: 200 });
  assert.equal(
    rows,
    all.filter(({ id }) => kept.has(id)),
  );
});

test('draws without regard to the place of a row: every row as often as any other', async () => {
  const six = await createRelation(
    database,
    'six',
    `SELECT i AS id, 'a' AS class FROM range(6) AS r(i)`,
  );
  const counts = [0, 0, 0, 0, 0, 0];
  const nSeeds = 600;
  for (let seed = 0; seed < nSeeds; seed++) {
    const { rows } = await rebalance({ seed, maxPerClass: 2 }, six);
    assert.is(rows.length, 2);
    for (const { id } of rows) counts[Number(id)]++;
  }
  // each row is drawn with 1/3; chi-square of 5 degrees of freedom, above 20.5 in 1 of 1000 draws
  const expected = nSeeds / 3;
  const variance = expected * (2 / 3);
  const chiSquare =
    counts.reduce((sum, count) => sum + (count - expected) ** 2 / variance, 0) * (5 / 6);
  assert.ok(chiSquare < 20.5, counts.join(', '));
});

test('takes the number of the row where the table has no id', async () => {
  const table = await createRelation(database, 'plain', 'SELECT * EXCLUDE (id) FROM train');
  const { rows } = await rebalance({ maxPerClass: 150, id: 'row_id' }, table);
  assert.equal(countClasses(rows), { 1: 150, 2: 150, 5: 150 });
  assert.equal(Object.keys(rows[0]), ['x', 'y', 'class'], 'and adds no column');
});

test('keeps everything where nothing is to change', async () => {
  const { balance, rows } = await rebalance({ maxPerClass: 1000 });
  assert.equal(balance.after, balance.before);
  assert.is(rows.length, 1214);
});

test('repeats the rows of a small class, each as often as the others or once more', async () => {
  const { balance, rows } = await rebalance({ minPerClass: 500, maxPerClass: 600 });
  assert.equal(balance.after, { 1: 500, 2: 500, 5: 600 });
  assert.equal(countClasses(rows), { 1: 500, 2: 500, 5: 600 });
  const times = new Map<unknown, number>();
  for (const { id, class: label } of rows) {
    if (label === 2) times.set(id, (times.get(id) ?? 0) + 1);
  }
  assert.is(times.size, 183);
  // 500 = 183 × 2 + 134
  const often = [...times.values()];
  assert.equal([Math.min(...often), Math.max(...often)], [2, 3]);
  assert.is(often.filter((n) => n === 3).length, 134);
});

test('makes rows by SMOTE between two of a class, under ids of their own', async () => {
  const { rows } = await rebalance({ minPerClass: 320, oversampling: 'smote' });
  assert.equal(countClasses(rows), { 1: 320, 2: 320, 5: 730 });
  const added = rows.filter(({ id }) => Number(id) < 0);
  assert.is(added.length, 19 + 137);
  assert.equal(
    added.map(({ id }) => -Number(id)),
    Array.from({ length: 156 }, (_, i) => i + 1),
  );
  const all = await database.query('FROM train');
  for (const row of added) {
    const ofClass = all.filter((other) => other.class === row.class);
    // x is 0.5 (id - 2) and y its root: a chord of the curve lies under it, between its ends
    const xs = ofClass.map(({ x }) => Number(x));
    assert.ok(Number(row.x) >= Math.min(...xs) && Number(row.x) <= Math.max(...xs));
    assert.ok(Number(row.y) <= Math.sqrt(2 * Number(row.x)) + 1e-9);
  }
  assert.equal(
    await rebalance({ minPerClass: 320, oversampling: 'smote' }).then((r) => r.rows),
    rows,
  );
});

test('makes the same rows by SMOTE in whatever order the table is', async () => {
  const sorted = await createRelation(database, 'sorted', 'FROM train ORDER BY id');
  const options = { minPerClass: 200, oversampling: 'smote' } as const;
  const made = async (relation: Relation): Promise<Row[]> =>
    (await rebalance(options, relation)).rows.filter(({ id }) => Number(id) < 0);
  assert.equal(await made(sorted), await made(fit));
});

test("weighs classes as scikit-learn's balanced does, by the rows after rebalancing", async () => {
  const { balance } = await rebalance({ maxPerClass: 200, classWeight: 'balanced' });
  // 583 rows, 3 classes: 583 / (3 × 200), 583 / (3 × 183)
  assert.equal(classWeightOf(balance, [1, 2, 5]), [583 / 600, 583 / 549, 583 / 600]);
  assert.equal(
    classWeightOf(balance, [5, 2]),
    [383 / 400, 383 / 366],
    'of the classes it is asked for',
  );
  const { balance: plain } = await rebalance({ maxPerClass: 200 });
  assert.is(classWeightOf(plain, [1, 2, 5]), null);
});

test('corrects the priors by the natural share over the learned one', async () => {
  const correction = async (options: Partial<Options>): Promise<number[] | null> =>
    priorCorrectionOf((await rebalance(options)).balance, [1, 2, 5]);
  const factors = await correction({ maxPerClass: 200 });
  // natural 301, 183 and 730 of 1214; learned 200, 183 and 200 of 583
  [(301 / 1214) * (583 / 200), 583 / 1214, (730 / 1214) * (583 / 200)].forEach((factor, i) => {
    assert.ok(Math.abs(factors![i] - factor) < 1e-12);
  });
  // balanced weights make every class count a third
  const weighted = await correction({ maxPerClass: 200, classWeight: 'balanced' });
  [301, 183, 730].forEach((n, i) => assert.ok(Math.abs(weighted![i] - (3 * n) / 1214) < 1e-12));
  assert.is(await correction({}), null, 'nothing to correct');
  assert.is(await correction({ maxPerClass: 200, priorCorrection: false }), null);
});

test('refuses what it cannot do, and says why', async () => {
  const refusal = (options: Partial<Options>, relation: Relation = fit): Promise<string> =>
    complaintOf(() => rebalance(options, relation));
  assert.is(
    await refusal({ target: null }),
    'E_PARAMS: base.target must name the column of the classes; got null',
  );
  assert.is(
    await refusal({ maxPerClass: 5, minPerClass: 6 }),
    'E_PARAMS: rebalance.min_per_class must be at most rebalance.max_per_class; got 6 and 5',
  );
  assert.is(
    await refusal({ target: 'klass' }),
    'E_DATA: train.csv must have the column klass; did you mean class?',
  );
  const holes = await createRelation(
    database,
    'holes',
    `SELECT * REPLACE (nullif(class, 2) AS class) FROM train`,
  );
  assert.match(
    await refusal({}, holes),
    /^E_DATA: holes\.csv column class must have a class in every row/,
  );
  const mixed = await createRelation(database, 'mixed', `SELECT *, 'a' AS note FROM train`);
  assert.is(
    await refusal({ minPerClass: 200, oversampling: 'smote' }, mixed),
    'E_DATA: mixed.csv must have numbers alone as features for SMOTE; got note',
  );
  const lonely = await createRelation(
    database,
    'lonely',
    `SELECT i AS id, i AS x, i // 3 AS class FROM range(7) AS r(i)`,
  );
  assert.is(
    await refusal({ minPerClass: 3, oversampling: 'smote' }, lonely),
    'E_DATA: lonely.csv must have at least 2 rows of a class for SMOTE; got 1 of class 2',
  );
});

test('takes a saved balance for what it is, and refuses every other thing', async () => {
  const { balance } = await rebalance({ maxPerClass: 200 });
  const copy = JSON.parse(JSON.stringify(balance)) as Record<string, unknown>;
  assert.equal(parseBalance(copy, 'b.json'), balance);
  for (const wrong of [7, { ...copy, format: 'x' }, { ...copy, before: null }]) {
    assert.match(
      await complaintOf(() => parseBalance(wrong, 'b.json')),
      /^E_DATA: b\.json must hold timberline-balance, version 1; got /,
    );
  }
});

test.run();
