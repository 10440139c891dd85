import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyTree, root } from './copied-tree.ts';

const test = suite('timberline doctor');

interface Part {
  readonly part: string;
  readonly state: 'found' | 'missing';
  readonly needed: boolean;
  readonly version: string;
  readonly neededFor: string;
  readonly howTo?: string;
}

const PARTS = [
  'Node (running)',
  'npm packages',
  'Node 24',
  'Python 3.10+',
  '.venv',
  'DVC',
  'git',
  'C++ compiler',
  'TensorFlow native',
  'TensorFlow WASM',
  'LightGBM library',
  'trees kernel',
  'DuckDB',
  'free disk',
  'cores, memory',
];

const names = (parts: readonly Part[]): string[] => parts.map(({ part }) => part);

test('finds every needed part after set-up and loads the native ones', async () => {
  const doctor = [join(root, 'bin', 'timberline.js'), 'doctor', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, doctor);
  const { ok, parts } = JSON.parse(stdout) as { ok: boolean; parts: Part[] };
  assert.equal(names(parts), PARTS);
  assert.ok(ok);
  assert.equal(names(parts.filter(({ needed, state }) => needed && state !== 'found')), []);
  assert.is(parts.find(({ part }) => part === 'LightGBM library')?.version, '4.7.0');
  const kernel = parts.find(({ part }) => part === 'trees kernel');
  const isBuilt = existsSync(join(root, '.native', 'kernels', 'trees', 'trees.so'));
  assert.is(kernel?.state, isBuilt ? 'found' : 'missing');
});

test('lists what is missing before set-up, how to get it, and exits with 6', async () => {
  const tree = copyTree();
  try {
    tree.write('package.json', '{ "dependencies": { "yaml": "2.9.1" } }');
    tree.write('package-lock.json', '{ "packages": {} }');
    const { code, stdout } = await tree.run('bin/timberline.js', 'doctor', '--json');
    assert.is(code, 6);
    const { ok, parts } = JSON.parse(stdout) as { ok: boolean; parts: Part[] };
    assert.not(ok);
    assert.equal(names(parts), PARTS);
    const missing = parts.filter(({ state }) => state === 'missing');
    assert.equal(
      names(missing),
      PARTS.slice(1, -2).filter((part) => part !== 'Node 24'),
    );
    assert.ok(missing.every(({ howTo }) => howTo));
  } finally {
    tree.remove();
  }
});

test('prints a table with the hint of each missing part', async () => {
  const tree = copyTree();
  try {
    tree.write('package.json', '{}');
    tree.write('package-lock.json', '{ "packages": {} }');
    const { stdout } = await tree.run('setup/doctor.mjs');
    assert.match(stdout, /^part +state +version +needed for +how to get it$/m);
    assert.match(stdout, /^C\+\+ compiler +absent .*`apt-get install g\+\+`$/m);
    assert.match(stdout, /^DVC +missing +pipelines +`npm run setup`$/m);
  } finally {
    tree.remove();
  }
});

test.run();
