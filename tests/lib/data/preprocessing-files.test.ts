import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeJson } from '../../../lib/data/json-files.ts';
import { readPreprocessing, readScaler } from '../../../lib/data/preprocessing-files.ts';
import type { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const STATES = {
  columns: {
    format: 'timberline-columns',
    version: 1,
    dropped: [{ name: 'c', reason: 'named', detail: 'named in drop-columns.columns' }],
  },
  features: {
    format: 'timberline-features',
    version: 1,
    columns: [{ name: 'd', transform: 'sum', of: ['a', 'b'] }],
  },
  scaler: {
    format: 'timberline-scaler',
    version: 1,
    n_samples_seen: 3,
    columns: { a: { fill: null, center: 1, scale: 2 } },
  },
  rebalance: {
    format: 'timberline-balance',
    version: 1,
    target: 'kind',
    before: { x: 1 },
    after: { x: 1 },
    class_weight: 'none',
    prior_correction: false,
  },
};
type Step = keyof typeof STATES;

function writeStates(folder: string, steps: readonly Step[]): void {
  for (const step of steps) writeJson(join(folder, `${step}.json`), STATES[step]);
}

function complaintOf(read: () => unknown, folder: string): string {
  try {
    read();
  } catch (error) {
    const { code, message } = error as StageError;
    return `${code} ${message.replaceAll(folder, 'FOLDER')}`;
  }
  return 'none';
}

const test = suite('preprocessing files');

test('give every step that is there, null for one that is not', async () => {
  await inTemporaryFolder((folder) => {
    assert.equal(readPreprocessing(folder), {
      preprocessing: { columns: null, features: null, scaler: null },
      balance: null,
    });
    writeStates(folder, ['scaler', 'rebalance']);
    const { scaler, rebalance: balance, ...others } = STATES;
    assert.equal(readPreprocessing(folder), {
      preprocessing: { columns: null, features: null, scaler },
      balance,
    });
    writeStates(folder, ['columns', 'features']);
    assert.equal(readPreprocessing(folder), { preprocessing: { ...others, scaler }, balance });
  });
});

test('are refused when the folder is missing, or a file is not what its step writes', async () => {
  await inTemporaryFolder((folder) => {
    const at = join(folder, 'preprocessing');
    const complaint = (): string => complaintOf(() => readPreprocessing(at), at);
    assert.is(complaint(), 'E_DATA FOLDER must exist; got no such folder');
    mkdirSync(at);
    for (const step of Object.keys(STATES) as Step[]) {
      const { format } = STATES[step];
      const file = join(at, `${step}.json`);
      const must = `E_DATA FOLDER/${step}.json must hold ${format}, version 1; got`;
      writeJson(file, { ...STATES[step], version: 2 });
      assert.is(complaint(), `${must} version 2`);
      writeJson(file, { ...STATES[step], format: 'other' });
      assert.is(complaint(), `${must} format "other"`);
      const { format: _, version: __, ...rest } = STATES[step];
      writeJson(file, {
        format,
        version: 1,
        ...Object.fromEntries(Object.keys(rest).map((k) => [k, 7])),
      });
      assert.is(complaint(), `${must} fields that do not fit`);
      writeFileSync(file, '{"format": ');
      assert.match(complaint(), `E_DATA FOLDER/${step}.json must be a JSON file; got `);
      writeJson(file, STATES[step]);
      assert.is(complaint(), 'none');
    }
  });
});

test('give a scaler only to a table that has its columns', async () => {
  await inTemporaryFolder((folder) => {
    writeStates(folder, ['scaler']);
    const file = join(folder, 'scaler.json');
    const relation = (name: string) => ({
      sql: 'x',
      columns: [{ name, kind: 'number' as const }],
      source: 'x.csv',
    });
    assert.is(readScaler(null, relation('a')), null);
    assert.equal(readScaler(file, relation('a')), STATES.scaler);
    assert.is(
      complaintOf(() => readScaler(file, relation('other')), folder),
      'E_DATA x.csv must have the column a',
    );
  });
});

test.run();
