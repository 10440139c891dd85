import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  discardOutputs,
  partialPath,
  prepareOutputs,
  publishOutputs,
  toFinalPaths,
} from '../../../lib/cli/outputs.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

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

test.run();
