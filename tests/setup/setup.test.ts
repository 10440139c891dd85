import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyTree, outcomeOf, type CopiedTree } from './copied-tree.ts';

const test = suite<{ tree: CopiedTree }>('set-up');

// Stand-ins for the programs of the machine. Python makes an environment whose pip installs a dvc
// and finds no wheel, so that TensorFlow and LightGBM are not to be had.
const NPM = `
mkdir -p node_modules/.bin
echo '{ "packages": {} }' > node_modules/.package-lock.json
echo npm >> calls`;
const PYTHON = `
case "$*" in
  -c*) echo 3 11 True ;;
  '-m venv'*)
    mkdir -p .venv
    rm -rf .venv/*
    mkdir -p .venv/bin
    cp programs/pip .venv/bin/python
    echo venv >> calls ;;
esac`;
const PIP = `
case "$*" in
  *download*) echo 'ERROR: no matching distribution' >&2; exit 1 ;;
  *install*) touch .venv/bin/dvc; echo pip >> calls ;;
esac`;

const MADE = ['Python environment', 'Python packages', 'npm packages', 'npx dvc, npx timberline'];

test.before.each((context) => {
  const tree = copyTree();
  tree.write('package.json', '{}');
  tree.write('package-lock.json', '{ "packages": { "": {} } }');
  tree.write('requirements.txt', 'dvc==3.67.1\n');
  tree.program('npm', NPM);
  tree.program('python3', PYTHON);
  tree.program('pip', PIP);
  context.tree = tree;
});
test.after.each(({ tree }) => {
  tree.remove();
});

const calls = ({ path }: CopiedTree): string[] =>
  existsSync(path('calls')) ? readFileSync(path('calls'), 'utf8').trim().split('\n').sort() : [];

const stepsMade = (stderr: string): string[] =>
  [...stderr.matchAll(/^set-up: (.+?) {2,}\d+\.\d s$/gm)].map(([, name]) => name!).sort();

/** Where no compiler or wheel is to be had, some steps stay undone, by intent. */
const pretendNative = ({ write, path }: CopiedTree): void => {
  for (const file of ['tensorflow.mjs', 'lightgbm.mjs', 'kernels.mjs']) {
    const source = readFileSync(path('setup', file), 'utf8');
    write(`setup/${file}`, source.replace(/isDone: \(\) =>/g, 'isDone: () => true ||'));
  }
};

test('makes what is missing, and says so for each step', async ({ tree }) => {
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0, stderr);
  assert.equal(stepsMade(stderr), MADE);
  assert.equal(calls(tree), ['npm', 'pip', 'venv']);
  assert.match(readFileSync(tree.path('node_modules/.bin/dvc'), 'utf8'), '.venv/bin/dvc');
});

test('gives npx dvc the programs of the clone, and lets Python and Node keep what they compile', async ({
  tree,
}) => {
  pretendNative(tree);
  await tree.run('setup/setup.mjs');
  tree.write(
    '.venv/bin/dvc',
    '#!/bin/sh\necho "$1 $PATH ${PYTHONDONTWRITEBYTECODE:-kept} $NODE_COMPILE_CACHE"\n',
  );
  chmodSync(tree.path('.venv/bin/dvc'), 0o755);
  const { stdout } = spawnSync(tree.path('node_modules/.bin/dvc'), ['repro'], {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  });
  const own = `${tree.path('node_modules/.bin')}:${tree.path('.venv/bin')}`;
  const cache = tree.path('node_modules/.cache/node');
  assert.is(stdout, `repro ${own}:${process.env.PATH} kept ${cache}\n`);
});

test('goes on without a compiler and says loudly what that costs', async ({ tree }) => {
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0, stderr);
  assert.match(stderr, 'set-up: !! training uses the WASM backend instead, about 10x slower');
  assert.match(stderr, /no C\+\+ compiler\n {2}hint: .*apt-get install g\+\+/);
  assert.match(stderr, 'set-up: !! gradient boosting is not available');
  assert.match(stderr, 'set-up: no C++ compiler for the trees kernel');
  assert.match(
    stderr,
    'set-up: !! extra-trees and random-forest grow with typed arrays instead, about 10x slower',
  );
});

test('changes nothing the second time, and says so', async ({ tree }) => {
  pretendNative(tree);
  await tree.run('setup/setup.mjs');
  const before = snapshot(tree);
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0);
  assert.match(stderr, /^set-up: everything is in place \(\d+ ms\)\n$/);
  assert.equal(snapshot(tree), before);
});

test('makes again only what was removed, cut short or outdated', async ({ tree }) => {
  pretendNative(tree);
  await tree.run('setup/setup.mjs');
  const again = async (): Promise<string[]> =>
    stepsMade((await tree.run('setup/setup.mjs')).stderr);
  tree.write('requirements.txt', 'dvc==3.67.2\n');
  assert.equal(await again(), ['Python packages']);
  writeFileSync(tree.path('.venv/bin/dvc'), 'cut short');
  assert.equal(await again(), ['Python environment', 'Python packages']);
  writeFileSync(tree.path('node_modules/.bin/dvc'), '');
  assert.equal(await again(), ['npx dvc, npx timberline']);
  tree.write('package-lock.json', '{ "packages": { "": {}, "node_modules/a": {"version": "1"} } }');
  assert.equal((await again()).includes('npm packages'), true);
});

test('ends with 6, the last lines of the program that failed, and the next step', async ({
  tree,
}) => {
  tree.program('npm', `echo 'npm error network request failed' >&2; exit 1`);
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 6);
  assert.match(
    stderr,
    'set-up: `npm ci` failed (exit 1)\n  | npm error network request failed\n  hint: npm must reach',
  );
});

test('names the Python that it found when that is too old', async ({ tree }) => {
  tree.program('python3', 'echo 3 9 True');
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 6);
  assert.match(stderr, /Python 3\.10 or newer with venv is needed; found only: \S+python3 is 3\.9/);
});

test('ends its children and exits with 130 on Ctrl-C; the next run completes it', async ({
  tree,
}) => {
  tree.program('npm', 'echo $$ > npm-pid; sleep 30');
  const child = tree.start('setup/setup.mjs');
  const ended = outcomeOf(child);
  const npm = await npmOf(tree);
  child.kill('SIGINT');
  assert.is((await ended).code, 130);
  await until(() => !isAlive(npm));
  assert.not(existsSync(tree.path('.native/lock')));

  tree.program('npm', NPM);
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0, stderr);
});

test('takes over from a killed set-up and ends the children that it left', async ({ tree }) => {
  tree.program('npm', 'echo $$ > npm-pid; sleep 30');
  const child = tree.start('setup/setup.mjs');
  const ended = once(child, 'exit');
  const npm = await npmOf(tree);
  child.kill('SIGKILL');
  await ended;
  assert.ok(isAlive(npm));

  tree.program('npm', NPM);
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0, stderr);
  await until(() => !isAlive(npm));
});

test('makes the Python environment anew after pip was killed in the middle of a package', async ({
  tree,
}) => {
  pretendNative(tree);
  tree.program('pip', 'touch .venv/half; touch .venv/bin/dvc; kill -9 $$');
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 6);
  assert.match(stderr, 'set-up: `pip install` failed (SIGKILL)');
  assert.ok(existsSync(tree.path('.venv/half')));

  tree.program('pip', PIP);
  await tree.run('setup/setup.mjs');
  assert.not(existsSync(tree.path('.venv/half')));
  assert.match((await tree.run('setup/setup.mjs')).stderr, 'everything is in place');
});

test('makes a Python environment of its own where a link leads to that of another clone', async ({
  tree,
}) => {
  pretendNative(tree);
  tree.write('other/bin/dvc', 'of another clone');
  symlinkSync('other', tree.path('.venv'));
  await tree.run('setup/setup.mjs');
  assert.is(readFileSync(tree.path('other/bin/dvc'), 'utf8'), 'of another clone');
  assert.not(lstatSync(tree.path('.venv')).isSymbolicLink());
  assert.match((await tree.run('setup/setup.mjs')).stderr, 'everything is in place');
});

test('waits for another set-up, and finds everything made', async ({ tree }) => {
  pretendNative(tree);
  tree.program('npm', `sleep 0.5\n${NPM}`);
  const first = outcomeOf(tree.start('setup/setup.mjs'));
  await until(() => existsSync(tree.path('.native/lock')));
  const second = outcomeOf(tree.start('setup/setup.mjs'));
  const [{ stderr: one }, { stderr: two }] = await Promise.all([first, second]);
  assert.equal(stepsMade(one), MADE);
  assert.match(two, /another set-up \(process \d+\) is running: waiting for it/);
  assert.equal(stepsMade(two), []);
  assert.equal(calls(tree), ['npm', 'pip', 'venv']);
});

test('does not take a process that got the number of a dead one for the owner of the lock', async ({
  tree,
}) => {
  tree.write('.native/lock', `${process.pid} 1\n`);
  const { code, stderr } = await tree.run('setup/setup.mjs');
  assert.is(code, 0, stderr);
  assert.not.match(stderr, 'waiting');
});

function snapshot({ folder }: CopiedTree): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`)
    .sort();
}

/** Waits until npm runs and the lock names it; returns its process number. */
async function npmOf({ path }: CopiedTree): Promise<number> {
  const read = (file: string): string =>
    existsSync(path(file)) ? readFileSync(path(file), 'utf8') : '';
  await until(
    () => read('npm-pid') !== '' && read('.native/lock').includes(read('npm-pid').trim()),
  );
  return Number(read('npm-pid'));
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((go) => setTimeout(go, 10));
  assert.ok(condition());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

test.run();
