import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readJson, readTable, refusalOf, writeTables } from '../support/table-stage.ts';

const rowsOf = (numbers: string): string =>
  `SELECT row_number() OVER () AS row_id, x, x % 2 AS hot, 'n' AS note, 3 AS y FROM unnest([${numbers}]) AS r(x)`;
// mean 4 and population deviation 2 in train
const SPLITS = { train: rowsOf('2, 6, 2, 6'), valid: rowsOf('4, 5'), test: rowsOf('8, 0') };
const FLAGS = ['--in', 'in', '--out', 'out', '--scaler', 's.json', '--set', 'base.target=y'];

const xOf = async (file: string): Promise<unknown[]> => (await readTable(file)).map(({ x }) => x);

const test = suite('stage normalize');

test('fits on train, applies to every split, and leaves other columns alone', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const { code, stdout, stderr } = await runStageHere('normalize', FLAGS, folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'normalize: 1 columns scaled, fitted on 4 rows (');
    assert.equal(readJson(folder, 's.json'), {
      format: 'timberline-scaler',
      version: 1,
      n_samples_seen: 4,
      columns: { x: { fill: null, center: 4, scale: 2 } },
    });
    assert.equal(await readTable(join(folder, 'out', 'train.parquet')), [
      { row_id: 1, x: -1, hot: 0, note: 'n', y: 3 },
      { row_id: 2, x: 1, hot: 0, note: 'n', y: 3 },
      { row_id: 3, x: -1, hot: 0, note: 'n', y: 3 },
      { row_id: 4, x: 1, hot: 0, note: 'n', y: 3 },
    ]);
    assert.equal(await xOf(join(folder, 'out', 'valid.parquet')), [0, 0.5]);
    assert.equal(await xOf(join(folder, 'out', 'test.parquet')), [2, -2]);
  });
});

test('scales one table by a saved scaler, touches nothing else, and hands the scaler on', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    await runStageHere('normalize', [...FLAGS, '--set', 'normalize.method=quantile'], folder);
    const scaler = readFileSync(join(folder, 's.json'), 'utf8');
    writeFileSync(join(folder, 'mine.csv'), 'note,x\na,2\nb,4\nc,99\n');
    const args = [
      '--in',
      'mine.csv',
      '--out',
      'scaled.csv',
      '--apply',
      's.json',
      '--scaler',
      'again.json',
    ];
    const { code, stderr } = await runStageHere('normalize', args, folder);
    assert.is(code, 0, stderr);
    const rows = await readTable(join(folder, 'scaled.csv'));
    assert.equal(
      rows.map(({ note }) => note),
      ['a', 'b', 'c'],
    );
    // the ends and the middle of what train had
    [-5.199337582605575, 0, 5.19933758270342].forEach((x, i) => {
      assert.ok(Math.abs(Number(rows[i].x) - x) < 1e-9, `${rows[i].x}`);
    });
    assert.is(readFileSync(join(folder, 's.json'), 'utf8'), scaler);
    assert.is(readFileSync(join(folder, 'again.json'), 'utf8'), scaler);
  });
});

test('gives the same bytes on one thread and on two, with every method', async () => {
  await inTemporaryFolder(async (folder) => {
    const query =
      'SELECT i AS row_id, sin(i) AS a, exp(i % 9) AS b, i % 2 AS y FROM range(150000) AS r(i)';
    await writeTables(join(folder, 'in'), { train: query });
    const groups = 'normalize.groups=[{columns: [b], method: quantile}]';
    const bytes = async (threads: number): Promise<string[]> => {
      const set = ['--set', groups, '--set', `base.threads=${threads}`];
      assert.is((await runStageHere('normalize', [...FLAGS, ...set], folder)).code, 0);
      return [join('out', 'train.parquet'), 's.json'].map((file) =>
        readFileSync(join(folder, file), 'base64'),
      );
    };
    assert.equal(await bytes(1), await bytes(2));
  });
});

test('says what it cannot scale, with exit 3, and writes nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { ...SPLITS, valid: rowsOf('4, NULL') });
    const refusal = async (...args: string[]): Promise<string> =>
      await refusalOf('normalize', [...FLAGS, ...args], folder);
    const must = 'must have finite numbers in the columns to scale';
    assert.is(
      await refusal(),
      `3 error E_DATA: in/valid.parquet ${must}; got x (1 value; row 2: missing)`,
    );
    await writeTables(join(folder, 'in'), { valid: rowsOf(`4, 'Infinity'::DOUBLE`) });
    assert.is(
      await refusal('--set', 'normalize.missing=mean'),
      `3 error E_DATA: in/valid.parquet ${must}; got x (1 value; row 2: Infinity)`,
    );
    writeFileSync(join(folder, 'no.json'), '{"format": "timberline-features", "version": 1}');
    assert.is(
      await refusal('--apply', 'no.json'),
      '3 error E_DATA: no.json must hold timberline-scaler, version 1; got format "timberline-features"',
    );
    assert.match(
      await refusal('--set', 'normalize.groups=[{columns: [z], method: robust}]'),
      '3 error E_DATA: in/train.parquet must have the column z',
    );
    assert.match(
      await refusal('--set', 'normalize.groups=[{columns: [x], methods: robust}]'),
      /^2 error E_PARAMS: /,
    );
    assert.not.ok(existsSync(join(folder, 'out')) || existsSync(join(folder, 's.json')));
  });
});

test.run();
