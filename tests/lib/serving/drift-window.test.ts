import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeDistribution } from '../../../lib/preprocessing/distribution.ts';
import type { RawRows } from '../../../lib/models/row-scorer.ts';
import { createDriftWindow } from '../../../lib/serving/drift-window.ts';
import { findUnwatched, measureWindow } from '../../../lib/serving/window-drift.ts';
import type { Column } from '../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';
import { withoutCounts } from '../../support/served-bundles.ts';

const test = suite('drift of the latest rows');
const database = await openTestDatabase();
test.after(() => database.close());

const INPUT: readonly Column[] = [
  { name: 'x', kind: 'number' },
  { name: 'soil', kind: 'text' },
  { name: 'note', kind: 'text' },
];
// 400 rows: x from 0 to 399, two soils alike, notes of 4 to 6 characters that never repeat
const train = await createRelation(
  database,
  'train',
  `SELECT i::DOUBLE AS x, ['clay', 'sand'][i % 2 + 1] AS soil, 'né ' || i AS note FROM range(400) AS t(i)`,
);
const distribution = await describeDistribution(database, train, INPUT);

function toRows(
  rows: readonly (readonly [number | null, string | null, string | null])[],
): RawRows {
  return {
    nRows: rows.length,
    numbers: Float64Array.from(rows.flatMap(([x]) => [x ?? NaN, NaN, NaN])),
    texts: new Map([
      ['soil', rows.map(([, soil]) => soil)],
      ['note', rows.map(([, , note]) => note)],
    ]),
  };
}
const likeTrain = (i: number): [number, string, string] => [
  i % 400,
  ['clay', 'sand'][i % 2],
  `né ${i % 400}`,
];
const many = (
  n: number,
  row: (i: number) => readonly [number | null, string | null, string | null],
): RawRows => toRows(Array.from({ length: n }, (_, i) => row(i)));

test('holds the latest rows, whatever requests they came in, and lengths where texts are no categories', () => {
  const window = createDriftWindow(INPUT, distribution, 3);
  window.add(toRows([[1, 'a', 'one']]));
  assert.equal(Object.fromEntries(window.columns()), {
    ...{ x: Float64Array.of(1), soil: ['a'], note: Float64Array.of(3) },
  });
  window.add(toRows([[2, 'b', null], [3, null, 'né 🙂']])); // prettier-ignore
  window.add(toRows([[4, 'd'.repeat(500), 'four']]));
  const columns = window.columns();
  assert.is(window.nRows(), 3);
  assert.equal([...(columns.get('x') as Float64Array).toSorted()], [2, 3, 4]);
  assert.equal(columns.get('soil'), ['d'.repeat(100), 'b', null]);
  assert.equal([...columns.get('note')!], [4, NaN, 4], 'an emoji is one character');
  window.add(many(5, (i) => [i, 'e', 'five']));
  assert.equal([...(window.columns().get('x') as Float64Array).toSorted()], [2, 3, 4]);
});

test('measures no drift of rows like those of training, and all of rows that are not', () => {
  const window = createDriftWindow(INPUT, distribution, 400);
  window.add(many(400, likeTrain));
  const same = measureWindow(distribution, window.columns(), 0.1);
  assert.equal([...same.keys()], ['x', 'soil', 'note']);
  for (const [name, { score, isDrifted }] of same) {
    // x by 200 quantiles of its 400 values: half a value of each, over a deviation of 115
    assert.ok(score < 0.01, `${name} ${score}`);
    assert.not.ok(isDrifted);
  }
  window.add(
    many(400, (i) => [likeTrain(i)[0] + 115.469, i % 4 === 0 ? 'rock' : 'clay', 'longer than any']),
  );
  const other = measureWindow(distribution, window.columns(), 0.1);
  // moved by one standard deviation: sqrt((400² - 1) / 12) = 115.469
  assert.ok(Math.abs(other.get('x')!.scores.wasserstein! - 1) < 0.01);
  assert.is(other.get('soil')!.scores.unseen_share, 0.25);
  assert.ok([...other.values()].every(({ isDrifted }) => isDrifted));
});

test('leaves out columns without a value, and those that the bundle says too little of', () => {
  const window = createDriftWindow(INPUT, distribution, 10);
  window.add(many(10, (i) => [null, null, `né ${i}`]));
  assert.equal([...measureWindow(distribution, window.columns(), 0.1).keys()], ['note']);
  const { soil } = distribution.columns;
  const columns = {
    ...distribution.columns,
    soil: { ...soil, kind: 'time', counts: null } as typeof soil,
  };
  window.add(many(10, likeTrain));
  const found = measureWindow({ ...distribution, columns }, window.columns(), 0.1);
  assert.equal([...found.keys()], ['x', 'note']);
});

test('names the columns that a bundle of an earlier version keeps too little of', () => {
  assert.equal(findUnwatched(distribution, INPUT), []);
  const old = withoutCounts(distribution);
  assert.equal(findUnwatched(old, INPUT), ['x', 'soil', 'note']);
  const columns = { ...old.columns, x: { ...old.columns.x, missing_count: 400 } };
  assert.equal(findUnwatched({ ...old, columns }, INPUT), ['soil', 'note'], 'x had no value');
  const times = INPUT.map((column) => ({ ...column, kind: 'time' as const }));
  assert.equal(findUnwatched(old, times), [], 'times are never compared');
});

test.run();
