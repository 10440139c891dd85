import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTable, readColumns } from '../../../lib/data/memory-tables.ts';
import { openTestDatabase } from '../../support/relations.ts';

const test = suite('tables from memory');
const database = await openTestDatabase();
test.after(() => database.close());

test('come back as they went in, with the kinds that their values have', async () => {
  const columns = {
    'a "b"': [1, 2 ** 53 - 1, null],
    half: [0.5, 1, -1e-300],
    mixed: [1, 'x', null],
    none: [null, null, null],
  };
  const relation = await createTable(database, 'my table', columns, 'memory');
  assert.equal(
    relation.columns.map(({ name, kind }) => `${name} ${kind}`),
    ['a "b" number', 'half number', 'mixed text', 'none number'],
  );
  assert.equal(await readColumns(database, `FROM ${relation.sql}`), {
    ...columns,
    mixed: ['1', 'x', null],
  });
});

test('hold more rows than a block, and none', async () => {
  const values = Array.from({ length: 5000 }, (_, i) => i);
  const { sql } = await createTable(database, 'long', { i: values }, 'memory');
  assert.equal((await readColumns(database, `SELECT i FROM ${sql}`)).i, values);
  const empty = await createTable(database, 'empty', { i: [] }, 'memory');
  assert.equal(await readColumns(database, `FROM ${empty.sql}`), {});
});

test.run();
