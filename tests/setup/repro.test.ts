import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './copied-tree.ts';

const test = suite('setup/repro.py');

const bin = join(root, '.venv', 'bin');

/** Runs a pipeline of one stage, whose command is `cmd`, and returns the exit code. */
function exitOf(cmd: string): number | null {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-repro-'));
  try {
    mkdirSync(join(folder, '.dvc'));
    writeFileSync(join(folder, '.dvc', 'config'), '[core]\n    no_scm = true\n');
    writeFileSync(join(folder, 'dvc.yaml'), `stages:\n  only:\n    cmd: ${cmd}\n`);
    const repro = [join(root, 'setup', 'repro.py'), '--quiet'];
    return spawnSync(join(bin, 'python'), repro, { cwd: folder }).status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('exits as the failing stage did', () => {
  assert.is(exitOf('exit 5'), 5);
});

test('exits with 128 and the signal that ended the stage', () => {
  assert.is(exitOf('kill -9 $$'), 137);
});

test.run();
