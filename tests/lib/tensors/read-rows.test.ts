import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRows } from '../../../lib/tensors/read-rows.ts';
import { complaintOf } from '../../support/complaint.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const test = suite('lib/tensors/read-rows');

test('reads features and classes of many blocks in the order of the rows, without target and id', async () => {
  const database = await openTestDatabase();
  try {
    const query = `SELECT i AS row_id, i * 0.5 AS a, chr(97 + (i % 3)::INT) AS kind, i % 2 = 0 AS b FROM range(10000) r(i)`;
    const relation = await createRelation(database, 'rows', query);
    const { X, columns, target } = await readRows(database, relation, {
      target: 'kind',
      id: 'row_id',
      columns: ['*'],
    });
    assert.equal(columns, ['a', 'b']);
    assert.is(X.length, 20_000);
    assert.ok(X.every((value, at) => value === (at % 2 === 0 ? at / 4 : 1 - (((at - 1) / 2) % 2))));
    assert.is(target?.name, 'kind');
    assert.equal(target?.classes, ['a', 'b', 'c']);
    assert.ok(target?.labels.every((label, i) => label === i % 3));
  } finally {
    database.close();
  }
});

test('ignores a target that the table has not', async () => {
  const database = await openTestDatabase();
  try {
    const relation = await createRelation(database, 'rows', 'SELECT 1 AS a, 2 AS b');
    for (const target of ['kind', null]) {
      const rows = await readRows(database, relation, {
        target,
        id: 'row_id',
        columns: ['*', '!b', 'b'],
      });
      assert.is(rows.target, null);
      assert.equal(rows.X, Float32Array.of(1, 2));
    }
  } finally {
    database.close();
  }
});

test('reads the columns that patterns select, and refuses those that select nothing', async () => {
  const database = await openTestDatabase();
  try {
    const relation = await createRelation(database, 'rows', `SELECT 1 AS a, 2 AS b, 'x' AS note`);
    const read = async (columns: string[]) =>
      await readRows(database, relation, { target: null, id: 'row_id', columns });
    assert.equal((await read(['*', '!note', '!a'])).X, Float32Array.of(2));
    assert.is(
      await complaintOf(() => read(['c*'])),
      'E_PARAMS: cluster.columns must select features; got c*, which no feature has',
    );
  } finally {
    database.close();
  }
});

test.run();
