import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readJson, readTable, refusalOf, writeTables } from '../support/table-stage.ts';

const COLUMNS = [
  { name: 'area', transform: 'product', of: ['width', 'height'] },
  { name: 'large', transform: 'bins', of: ['area'], edges: [10] },
];
const FLAGS = ['--in', 'in', '--out', 'out', '--features', 'f.json'];
const rowsFrom = (start: number): string =>
  `SELECT i AS row_id, i AS width, i + 1 AS height, 'n' AS note FROM range(${start}, ${start + 3}) AS r(i)`;

const test = suite('stage features');

test('adds the columns of params.yaml behind the others, in every split, and writes how', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), {
      train: rowsFrom(1),
      valid: rowsFrom(4),
      test: rowsFrom(7),
    });
    writeFileSync(join(folder, 'params.yaml'), JSON.stringify({ features: { columns: COLUMNS } }));
    const { code, stdout, stderr } = await runStageHere('features', FLAGS, folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'features: 2 columns added (');
    assert.equal(readJson(folder, 'f.json'), {
      format: 'timberline-features',
      version: 1,
      columns: COLUMNS,
    });
    assert.equal(await readTable(join(folder, 'out', 'train.parquet')), [
      { row_id: 1, width: 1, height: 2, note: 'n', area: 2, large: 0 },
      { row_id: 2, width: 2, height: 3, note: 'n', area: 6, large: 0 },
      { row_id: 3, width: 3, height: 4, note: 'n', area: 12, large: 1 },
    ]);
    const last = await readTable(join(folder, 'out', 'test.parquet'));
    assert.equal(
      last.map(({ area }) => area),
      [56, 72, 90],
    );
  });
});

test('passes the rows on where nothing is declared', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { train: rowsFrom(1) }, 'csv');
    assert.match(
      (await runStageHere('features', FLAGS, folder)).stdout,
      'features: 0 columns added (',
    );
    const rows = await readTable(join(folder, 'out', 'train.csv'));
    assert.equal(rows, await readTable(join(folder, 'in', 'train.csv')));
  });
});

test('says all problems of a declaration with exit 2, and those of the data with exit 3', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { train: rowsFrom(1) });
    const refusal = async (columns: unknown): Promise<string> =>
      await refusalOf(
        'features',
        [...FLAGS, '--set', `features.columns=${JSON.stringify(columns)}`],
        folder,
      );
    const { stderr } = await runStageHere(
      'features',
      ['--set', 'features.columns=[{name: a, transform: sume, of: [x]}, 3]'],
      folder,
    );
    assert.match(
      stderr,
      '--set: features.columns must be a list of features; a has an unknown transform sume; did you mean sum?; item 2 must have a name; got ',
    );
    assert.match(await refusal([{ name: 'a' }]), /^2 error E_PARAMS: /);
    assert.is(
      await refusal([{ name: 'a', transform: 'sum', of: ['with', 'note'] }]),
      '3 error E_DATA: features.columns must be made of numeric columns of in/train.parquet, under new names; got a of with, which is no column; did you mean width?; a of note, which holds text',
    );
  });
});

test.run();
