import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readJson, readTable, refusalOf, writeTables } from '../support/table-stage.ts';

const rowsOf = (nFirst: number, nSecond: number): string =>
  `SELECT i AS row_id, i * 0.5::DOUBLE AS x, CASE WHEN i < ${nFirst} THEN 'a' ELSE 'b' END AS kind
   FROM range(${nFirst + nSecond}) AS r(i)`;
const SPLITS = { train: rowsOf(30, 5), valid: rowsOf(6, 1), test: rowsOf(7, 2) };
const FLAGS = ['--in', 'in', '--out', 'out', '--balance', 'b.json', '--set', 'base.target=kind'];

const countsOf = async (file: string): Promise<number[]> => {
  const rows = await readTable(file);
  return ['a', 'b'].map((kind) => rows.filter((row) => row.kind === kind).length);
};

const test = suite('stage rebalance');

test('changes train alone; valid and test pass as they are, byte for byte', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const set = ['--set', 'rebalance.max_per_class=10', '--set', 'rebalance.min_per_class=8'];
    const { code, stdout, stderr } = await runStageHere('rebalance', [...FLAGS, ...set], folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'rebalance: 30/5 became 10/8 (');
    assert.equal(readJson(folder, 'b.json'), {
      format: 'timberline-balance',
      version: 1,
      target: 'kind',
      before: { a: 30, b: 5 },
      after: { a: 10, b: 8 },
      class_weight: 'none',
      prior_correction: true,
    });
    assert.equal(await countsOf(join(folder, 'out', 'train.parquet')), [10, 8]);
    for (const part of ['valid', 'test']) {
      const [before, after] = ['in', 'out'].map((name) =>
        readFileSync(join(folder, name, `${part}.parquet`), 'base64'),
      );
      assert.is(after, before, part);
    }
  });
});

test('rebalances the one table that it is given, by SMOTE, the same on any number of threads', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(folder, { mine: rowsOf(30, 5) }, 'csv');
    const set = ['--set', 'rebalance.min_per_class=12', '--set', 'rebalance.oversampling=smote'];
    const bytes = async (threads: number): Promise<string> => {
      const paths = ['--in', 'mine.csv', '--out', 'even.csv'];
      const more = ['--set', `base.threads=${threads}`];
      const { code, stderr } = await runStageHere(
        'rebalance',
        [...FLAGS, ...paths, ...set, ...more],
        folder,
      );
      assert.is(code, 0, stderr);
      return readFileSync(join(folder, 'even.csv'), 'utf8');
    };
    const one = await bytes(1);
    assert.equal(await countsOf(join(folder, 'even.csv')), [30, 12]);
    assert.is(await bytes(2), one);
  });
});

test('copies everything where there is nothing to change', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const { stdout } = await runStageHere('rebalance', FLAGS, folder);
    assert.match(stdout, 'rebalance: classes kept as they are: 30/5 (');
    const [before, after] = ['in', 'out'].map((name) =>
      readFileSync(join(folder, name, 'train.parquet'), 'base64'),
    );
    assert.is(after, before);
  });
});

test('says what it cannot do, and writes nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), SPLITS);
    const refusal = async (...args: string[]): Promise<string> =>
      await refusalOf('rebalance', [...FLAGS, ...args], folder);
    assert.is(
      await refusal('--set', 'base.target=null'),
      '2 error E_PARAMS: base.target must name the column of the classes; got null',
    );
    assert.is(
      await refusal('--set', 'base.target=kin'),
      '3 error E_DATA: in/train.parquet must have the column kin; did you mean kind?',
    );
    assert.is(
      await refusal('--set', 'rebalance.min_per_class=9', '--set', 'rebalance.max_per_class=4'),
      '2 error E_PARAMS: rebalance.min_per_class must be at most rebalance.max_per_class; got 9 and 4',
    );
    assert.match(await refusal('--set', 'rebalance.max_per_class=0'), /^2 error E_PARAMS: /);
    assert.not.ok(existsSync(join(folder, 'out')) || existsSync(join(folder, 'b.json')));
  });
});

test.run();
