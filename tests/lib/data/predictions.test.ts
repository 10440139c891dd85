import { parse } from 'csv-parse/sync';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toBlocks, writePredictions } from '../../../lib/data/predictions.ts';
import type { PredictedBlock } from '../../../lib/data/predictions.ts';
import { openTable } from '../../../lib/data/tables.ts';
import type { StageError } from '../../../lib/errors.ts';
import type { Relation } from '../../../lib/sql.ts';
import { createRelation, openTestDatabase } from '../../support/relations.ts';
import { CLASSES } from '../../support/small-model.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const database = await openTestDatabase();
const [QUOTED, WITH_COMMA, PINE] = CLASSES;

/** One row for each list of probabilities, in blocks of two rows. */
async function* blocksOf(rows: readonly (readonly number[])[]): AsyncGenerator<PredictedBlock> {
  for (let start = 0; start < rows.length; start += 2) {
    const block = rows.slice(start, start + 2);
    yield {
      labels: Int32Array.from(block, (row) => row.indexOf(Math.max(...row))),
      probabilities: Float32Array.from(block.flat()),
    };
  }
}

const ROWS = [
  [0.25, 0.5, 0.25],
  [0.75, 0.125, 0.125],
  [0, 0, 1],
];

async function write(
  relation: Relation,
  facts: { id: string; classes: readonly (number | string)[]; actual?: string },
  file: string,
  rows = ROWS,
): Promise<number> {
  return await writePredictions(database, relation, facts, blocksOf(rows), file);
}

const withId = async (id = 'row_id'): Promise<Relation> =>
  await createRelation(database, 'raw', `SELECT 'r' || i AS "${id}", i AS a FROM range(3) AS t(i)`);

const test = suite('predictions');

test('stand beside the true class where it is asked for, of a table with an id and without', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'out.csv');
    const kinds = `[3, 1, 2][i + 1] AS kind, i AS a FROM range(3) AS t(i)`;
    const facts = { id: 'row_id', classes: [1, 2, 3], actual: 'kind' };
    const read = (): string[][] => parse(readFileSync(file), { columns: false });
    await write(await createRelation(database, 'raw', `SELECT i AS row_id, ${kinds}`), facts, file);
    assert.equal(
      read().map((cells) => cells.slice(0, 3)),
      [
        ['row_id', 'actual', 'prediction'],
        ['0', '3', '2'],
        ['1', '1', '1'],
        ['2', '2', '3'],
      ],
    );
    await write(await createRelation(database, 'raw', `SELECT ${kinds}`), facts, file);
    assert.equal(
      read().map((cells) => cells.slice(0, 2)),
      [
        ['actual', 'prediction'],
        ['3', '2'],
        ['1', '1'],
        ['2', '3'],
      ],
    );
  });
});

test('are cut into blocks and decided as a stream of them is', async () => {
  const n = 5000;
  const probabilities = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 0.7 : 0.3));
  const blocks = [...toBlocks(probabilities, 2, 0.3)];
  assert.equal(
    blocks.map(({ labels }) => labels.length),
    [2048, 2048, 904],
  );
  assert.ok(blocks.every(({ labels }) => labels.every((label) => label === 1)));
  assert.equal(
    blocks.flatMap((block) => [...block.probabilities]),
    [...probabilities],
  );
});

test('stand in a CSV file with id, class and probabilities, names quoted where they must be', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'out.csv');
    assert.is(await write(await withId(), { id: 'row_id', classes: CLASSES }, file), 3);
    const columns = ['row_id', 'prediction', ...CLASSES.map((name) => `probability_${name}`)];
    const [header, ...rows] = parse(readFileSync(file), { columns: false });
    assert.equal(header, columns);
    assert.equal(rows, [
      ['r0', WITH_COMMA, '0.25', '0.5', '0.25'],
      ['r1', QUOTED, '0.75', '0.125', '0.125'],
      ['r2', PINE, '0.0', '0.0', '1.0'],
    ]);
  });
});

test('stand in a Parquet file with the same values, whole classes as integers', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'out.parquet');
    await write(await withId(), { id: 'row_id', classes: [3, 5, 7] }, file);
    const { sql, columns } = await openTable(database, file, 'out');
    assert.equal(columns, [
      { name: 'row_id', kind: 'text' },
      { name: 'prediction', kind: 'number' },
      { name: 'probability_3', kind: 'number' },
      { name: 'probability_5', kind: 'number' },
      { name: 'probability_7', kind: 'number' },
    ]);
    assert.equal(
      (await database.query(`SELECT * FROM ${sql}`)).map((row) => Object.values(row)),
      [
        ['r0', 5, ...ROWS[0]],
        ['r1', 3, ...ROWS[1]],
        ['r2', 7, ...ROWS[2]],
      ],
    );
  });
});

test('have no id where the table has none, and may be compressed', async () => {
  await inTemporaryFolder(async (folder) => {
    const relation = await createRelation(database, 'raw', 'SELECT i AS a FROM range(3) AS t(i)');
    const file = join(folder, 'out.csv.gz');
    await write(relation, { id: 'row_id', classes: [0, 1, 2] }, file);
    const { columns } = await openTable(database, file, 'out');
    assert.equal(
      columns.map(({ name }) => name),
      ['prediction', 'probability_0', 'probability_1', 'probability_2'],
    );
  });
});

test('bear an id whose name stands for something else inside', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const id of ['label', 'p0', 'id', 'say "id"']) {
      const file = join(folder, 'out.csv');
      const quoted = id.replaceAll('"', '""');
      await write(await withId(quoted), { id, classes: [0, 1, 2] }, file);
      const [header, first] = parse(readFileSync(file), { columns: false });
      assert.equal([header[0], ...first.slice(0, 2)], [id, 'r0', '1']);
    }
  });
});

test('keep each id beside its row in a file of many blocks, read by two threads', async () => {
  await inTemporaryFolder(async (folder) => {
    const n = 150_000;
    const csv = Array.from({ length: n }, (_, i) => `${(i * 7919) % n},text of row ${i}\n`).join(
      '',
    );
    writeFileSync(join(folder, 'in.csv'), `row_id,note\n${csv}`);
    const relation = await openTable(database, join(folder, 'in.csv'), 'many');
    async function* blocks(): AsyncGenerator<PredictedBlock> {
      for (let start = 0; start < n; start += 2000) {
        const share = (i: number): number => ((start + i) % 1024) / 1024;
        yield {
          labels: Int32Array.from({ length: 2000 }, (_, i) => (start + i) % 2),
          probabilities: Float32Array.from({ length: 4000 }, (_, i) =>
            i % 2 === 0 ? share(i >> 1) : 1 - share(i >> 1),
          ),
        };
      }
    }
    const file = join(folder, 'out.parquet');
    const facts = { id: 'row_id', classes: ['even', 'odd'] };
    assert.is(await writePredictions(database, relation, facts, blocks(), file), n);
    const { sql } = await openTable(database, file, 'out');
    const [{ wrong }] = await database.query(
      `SELECT count(*) FILTER (row_id <> (i * 7919) % ${n} OR probability_even <> (i % 1024) / 1024
         OR (prediction = 'odd') <> (i % 2 = 1)) AS wrong
       FROM (SELECT *, row_number() OVER () - 1 AS i FROM ${sql})`,
    );
    assert.is(wrong, 0);
  });
});

test('are the same bytes each time', async () => {
  await inTemporaryFolder(async (folder) => {
    const files = ['a.parquet', 'b.parquet'].map((name) => join(folder, name));
    for (const file of files) await write(await withId(), { id: 'row_id', classes: CLASSES }, file);
    assert.ok(readFileSync(files[0]).equals(readFileSync(files[1])));
  });
});

test('are refused under another ending before a row is scored', async () => {
  const relation = await withId();
  let isScored = false;
  async function* blocks(): AsyncGenerator<PredictedBlock> {
    isScored = true;
    yield* blocksOf(ROWS);
  }
  const facts = { id: 'row_id', classes: CLASSES };
  const error = await writePredictions(database, relation, facts, blocks(), 'out.xlsx').then(
    () => null,
    (reason: unknown) => reason as StageError,
  );
  assert.is(error?.code, 'E_USAGE');
  assert.is(error?.message, 'out.xlsx must end in .parquet, .csv, .csv.gz, .tsv');
  assert.not(isScored);
});

test.after(() => database.close());
test.run();
