import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readHourlyCsv, toOrderDate, writeHourlyCsv } from '../../../lib/data/hourly-csv.ts';
import { readTrainingSet, writeTrainingSet } from '../../../lib/data/restaurant-tables.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('tables by the hour');

test('come back as they were written, to the bit', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'a.csv');
    const cell = fc.double({ noNaN: true, noDefaultInfinity: true });
    const values = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: -1e5, max: 1e6 }), values, (start, rows) => {
        // -0 is written as 0
        const flat = Float64Array.from(rows.flat(), (value) => value + 0);
        const table = { columns: ['a', 'lag_1W'], start, values: flat };
        writeHourlyCsv(file, table);
        assert.equal(readHourlyCsv(file), table);
        assert.equal(readHourlyCsv(file, ['a', 'lag_1W']), table);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

test('write times without a zone', () => {
  assert.is(toOrderDate(0), '1970-01-01 00:00:00');
  assert.is(toOrderDate(24 * 365 + 19), '1971-01-01 19:00:00');
});

test('are refused with line and value where they are no such table', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'a.csv');
    const complaint = async (text: string, columns: string[] | null = null): Promise<string> => {
      writeFileSync(file, text);
      const said = await complaintOf(() => readHourlyCsv(file, columns));
      return said.replaceAll(file, 'a.csv');
    };
    const head = 'order_date,a\n';
    const hour = '2018-10-31 19:00:00';
    assert.is(await complaint(''), 'E_DATA: a.csv must be a table; got an empty file');
    assert.is(await complaint(head), 'E_DATA: a.csv:2 must be an hour; got ""');
    assert.is(
      await complaint('date,a\n'),
      'E_DATA: a.csv:1 must have the columns order_date,…; got "date,a"',
    );
    assert.is(
      await complaint(`${head}${hour},1\n`, ['b']),
      'E_DATA: a.csv:1 must have the columns order_date,b; got "order_date,a"',
    );
    assert.is(
      await complaint(`${head}19:00,1\n`),
      'E_DATA: a.csv:2 must have an hour as order_date; got "19:00"',
    );
    assert.is(
      await complaint(`${head}${hour},1\n2018-10-31 20:30:00,1\n`),
      'E_DATA: a.csv:3 must have 2018-10-31 20:00:00 as order_date; got "2018-10-31 20:30:00"',
    );
    assert.is(
      await complaint(`${head}${hour},1\n2018-10-31 20:00:00\n`),
      'E_DATA: a.csv:3 must have 2 cells; got "2018-10-31 20:00:00"',
    );
    for (const cell of ['', ' ', 'NaN', 'Infinity', 'x']) {
      assert.is(
        await complaint(`${head}${hour},${cell}\n`),
        `E_DATA: a.csv:2 must have a number as a; got ${JSON.stringify(cell)}`,
      );
    }
  });
});

test('of features and of turnover must have the same hours', async () => {
  await inTemporaryFolder(async (folder) => {
    const paths = { x: join(folder, 'x.csv'), y: join(folder, 'y.csv') };
    const x = { columns: ['lag_1W'], start: 7, values: Float64Array.of(1, 2, 3) };
    const y = Float64Array.of(4, 5, 6);
    writeTrainingSet(paths, { x, y });
    assert.equal(readTrainingSet(paths), { x, y });
    for (const other of [
      { ...x, start: 8 },
      { ...x, values: Float64Array.of(1, 2) },
    ]) {
      writeHourlyCsv(paths.x, other);
      const said = await complaintOf(() => readTrainingSet(paths));
      assert.is(said, `E_DATA: ${paths.y} must have the hours of ${paths.x}; got others`);
    }
  });
});

test.run();
