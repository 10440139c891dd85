import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertReplaceable,
  discardOutputs,
  partialPath,
  prepareOutputs,
  publishOutputs,
  toFinalPaths,
} from '../../../lib/cli/outputs.ts';
import type { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

const OUTPUTS = join(PROJECT, 'lib/cli/outputs.ts');

const test = suite('outputs');

test('are written beside their place under the same ending', () => {
  const partial = partialPath('data/scaled.csv.gz');
  assert.ok(partial.startsWith('data/.partial-'));
  assert.ok(partial.endsWith('.scaled.csv.gz'));
});

test('are named in messages as they will be once published', () => {
  const message = `${partialPath('data/a.csv')} must be writable`;
  assert.is(toFinalPaths(message), 'data/a.csv must be writable');
});

test('replace the old file only when published', async () => {
  await inTemporaryFolder((folder) => {
    const out = join(folder, 'deep', 'model.json');
    prepareOutputs([out]);
    writeFileSync(out, 'old');
    writeFileSync(partialPath(out), 'new');
    assert.is(readFileSync(out, 'utf8'), 'old');
    publishOutputs([out]);
    assert.is(readFileSync(out, 'utf8'), 'new');
    assert.equal(readdirSync(join(folder, 'deep')), ['model.json']);
  });
});

test('replace a folder as a whole, so that no file of the old one stays', async () => {
  await inTemporaryFolder((folder) => {
    const out = join(folder, 'split');
    mkdirSync(out);
    writeFileSync(join(out, 'valid.csv'), 'old');
    mkdirSync(partialPath(out));
    writeFileSync(join(partialPath(out), 'train.csv'), 'new');
    publishOutputs([out]);
    assert.equal(readdirSync(out), ['train.csv']);
    assert.equal(readdirSync(folder), ['split']);
  });
});

test('leave the old file when discarded', async () => {
  await inTemporaryFolder((folder) => {
    const out = join(folder, 'model.json');
    writeFileSync(out, 'old');
    writeFileSync(partialPath(out), 'half');
    discardOutputs([out]);
    assert.equal(readdirSync(folder), ['model.json']);
    assert.is(readFileSync(out, 'utf8'), 'old');
  });
});

test('of a killed run are removed by the next, those of a living one are not', async () => {
  await inTemporaryFolder((folder) => {
    const dead = join(folder, `.partial-${deadPid()}.a.csv`);
    const alive = join(folder, `.partial-${process.ppid}.a.csv`);
    writeFileSync(dead, '');
    writeFileSync(alive, '');
    prepareOutputs([join(folder, 'a.csv')]);
    assert.not.ok(existsSync(dead));
    assert.ok(existsSync(alive));
  });
});

test('replace a folder that two runs write again and again at the same time', async () => {
  const program = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { partialPath, prepareOutputs, publishOutputs } from '${OUTPUTS}';
    for (let i = 0; i < 300; i++) {
      prepareOutputs(['copies']);
      mkdirSync(partialPath('copies'));
      for (const name of ['a', 'b', 'c']) {
        writeFileSync(join(partialPath('copies'), name), process.pid + ' ' + i);
      }
      publishOutputs(['copies']);
    }`;
  await inTemporaryFolder(async (folder) => {
    const runs = [1, 2].map(async () => {
      const args = ['--input-type=module', '--eval', program];
      const child = spawn(process.execPath, args, { cwd: folder, stdio: 'inherit' });
      const [code] = (await once(child, 'close')) as [number];
      return code;
    });
    assert.equal(await Promise.all(runs), [0, 0]);
    assert.equal(readdirSync(folder), ['copies']);
    const texts = ['a', 'b', 'c'].map((name) => readFileSync(join(folder, 'copies', name), 'utf8'));
    assert.is(new Set(texts).size, 1, 'all files are of one run');
    assert.match(texts[0], / 299$/);
  });
});

test('are refused where a folder would take with it what no stage wrote', async () => {
  await inTemporaryFolder((folder) => {
    const at = (...names: string[]): string => join(folder, ...names);
    mkdirSync(at('mine', 'inner'), { recursive: true });
    mkdirSync(at('flat'));
    const allowed = (inputs: Record<string, string>, outputs: Record<string, string>): boolean => {
      try {
        assertReplaceable(inputs, outputs);
        return true;
      } catch (error) {
        assert.is((error as StageError).code, 'E_USAGE');
        return false;
      }
    };
    assert.ok(allowed({ in: at('a.csv') }, { out: at('a.csv') }));
    assert.ok(allowed({ in: at('mine', 'a.csv') }, { out: at('flat') }));
    assert.ok(allowed({ in: at('flat-raw', 'a.csv') }, { out: at('flat') }));
    assert.ok(allowed({ in: at('..in', 'a.csv') }, { out: at('flat') }));
    assert.ok(allowed({}, { out: at('new'), scaler: at('models', 'scaler.json') }));
    assert.not(allowed({ in: at('flat', 'a.csv') }, { out: at('flat') }));
    assert.not(allowed({ in: at('..in', 'a.csv') }, { out: at('..in') }));
    assert.not(allowed({}, { out: at('flat'), scaler: at('flat', 'scaler.json') }));
    assert.not(allowed({}, { out: '/dev/null' }), 'a file would take the place of the device');
    assert.not(allowed({}, { scaler: at('flat', 'scaler.json'), out: at('flat') }));
    assert.not(allowed({}, { out: at('flat'), scaler: at('flat') }));
    assert.not(allowed({}, { out: at('mine') }));
  });
});

test.run();
