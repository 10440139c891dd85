import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { streamBlocks, streamRows } from '../../../lib/tensors/row-blocks.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';

const database = await openTestDatabase();

/** Numbers, and in rows 2 to 5 what is none: missing, NaN, infinite, beyond float32. */
const TABLE = `SELECT * FROM (VALUES
  (1, 0.5::DOUBLE, 0), (2, NULL, 1), (3, 'nan'::DOUBLE, 2), (4, '-inf'::DOUBLE, 0), (5, 1e39, 1), (6, -3e38, 2)
) AS numbers(a, "b""c", label)`;
const COLUMNS = ['b"c', 'a'];
const relation = await createRelation(database, 'numbers', TABLE);

async function collect<T>(blocks: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const block of blocks) all.push(block);
  return all;
}

const readRows = async (sql: string, columns: readonly string[], acceptsMissing: boolean) =>
  (await collect(streamRows(database, sql, columns, 'x.csv', acceptsMissing))).flatMap((block) => [
    ...block,
  ]);

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  const { code, message } = error as StageError;
  return `${code} ${message}`;
}

const test = suite('row blocks');

test('hold NaN for all that is no finite number where missing values are accepted', async () => {
  const expected = [0.5, 1, NaN, 2, NaN, 3, NaN, 4, NaN, 5, Math.fround(-3e38), 6];
  assert.equal(await readRows(relation.sql, COLUMNS, true), expected);
  const [block, ...others] = await collect(
    streamBlocks(database, relation, COLUMNS, 'label', true),
  );
  assert.equal([...block.features], expected);
  assert.equal([...block.labels], [0, 1, 2, 0, 1, 2], 'labels stay those of their rows');
  assert.is(others.length, 0);
});

test('refuse what is no finite number where missing values are not accepted, as they do unasked', async () => {
  const refusal =
    'E_DATA SOURCE must have a finite number in every feature; got b"c with 2 missing or NaN and 2 infinite or beyond float32 (rows 2, 3, 4, …)';
  assert.is(
    await messageOf(readRows(relation.sql, COLUMNS, false)),
    refusal.replace('SOURCE', 'x.csv'),
  );
  assert.is(
    await messageOf(collect(streamBlocks(database, relation, COLUMNS, 'label'))),
    refusal.replace('SOURCE', 'numbers.csv'),
  );
});

test('are the same for finite numbers, accepted or not, over many blocks', async () => {
  const { sql } = await createRelation(
    database,
    'many',
    'SELECT i AS a, i / 8 AS b FROM range(5000) AS rows(i)',
  );
  const expected = Array.from({ length: 10_000 }, (_, k) => (k % 2 === 0 ? k / 16 : (k - 1) / 2));
  assert.equal(await readRows(sql, ['b', 'a'], false), expected);
  assert.equal(await readRows(sql, ['b', 'a'], true), expected);
});

test.after(() => database.close());
test.run();
