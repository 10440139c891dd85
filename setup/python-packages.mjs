/** `.venv` with the pinned requirements.txt: DVC and the other Python tools. */
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { find, run } from './child.mjs';
import { SetupError } from './errors.mjs';
import {
  dvc,
  inRoot,
  root,
  systemEnvironment,
  venv,
  venvBin,
  venvPython,
  workshop,
} from './places.mjs';
import { hash, isIntact, isStamped, writeStamp } from './stamp.mjs';

export const OLDEST_PYTHON = [3, 10];
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const FACTS =
  'import sys, importlib.util as u; print(*sys.version_info[:2], all(map(u.find_spec, ("venv", "ensurepip"))))';
const HINT =
  'on Debian or Ubuntu: `apt-get install python3 python3-venv`; on macOS: `brew install python`';

/** The first Python of this machine that is new enough and can make a virtual environment. */
export async function findPython() {
  const seen = [];
  for (const path of new Set(CANDIDATES.map(find).filter(Boolean))) {
    const facts = await run(path, ['-c', FACTS]).catch(() => '');
    const [major, minor, hasVenv] = facts.trim().split(' ');
    const isNew = Number(major) === OLDEST_PYTHON[0] && Number(minor) >= OLDEST_PYTHON[1];
    if (isNew && hasVenv === 'True') return path;
    if (facts) seen.push(`${path} is ${major}.${minor}${isNew ? ' without venv' : ''}`);
  }
  const found = seen.length ? `found only: ${seen.join(', ')}` : 'found none';
  throw new SetupError(`Python 3.10 or newer with venv is needed; ${found}`, { hint: HINT });
}

// Scripts in a virtual environment name its folder: a moved clone needs a new one.
const placeStamp = () => hash(root);
const fullStamp = () => hash(root, readFileSync(inRoot('requirements.txt')));

// pip takes a package that it was killed in the middle of for installed: such an environment, and
// one that lost files, is made anew.
const unfinished = join(venv, 'unfinished');

export const virtualEnvironment = {
  name: 'Python environment',
  needs: [],
  isDone: () =>
    existsSync(venvPython) &&
    isStamped(venvBin, placeStamp()) &&
    isIntact(venv) &&
    !existsSync(unfinished),
  async make() {
    const python = await findPython();
    if (isLink(venv)) rmSync(venv); // --clear would empty what it leads to, another clone's
    await run(python, ['-m', 'venv', '--clear', venv], { what: '`python3 -m venv`', hint: HINT });
    // With the environment activated, `dvc repro` finds Node 24 as well.
    rmSync(join(venvBin, 'node'), { force: true });
    symlinkSync('../../node_modules/.bin/node', join(venvBin, 'node'));
    writeStamp(venvBin, placeStamp());
  },
};

export const pythonPackages = {
  name: 'Python packages',
  needs: [virtualEnvironment],
  isDone: () =>
    !existsSync(inRoot('requirements.txt')) || (existsSync(dvc) && isStamped(venv, fullStamp())),
  async make() {
    writeFileSync(unfinished, '');
    await pip(['install', '--no-compile', '-r', inRoot('requirements.txt')], '`pip install`');
    writeStamp(venv, fullStamp(), ['bin/dvc']);
    rmSync(unfinished);
  },
};

const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** pip of `.venv`: a machine's Python often comes without one. */
export const pip = ([command, ...args], what) =>
  run(venvPython, ['-m', 'pip', '--disable-pip-version-check', command, '--quiet', ...args], {
    what,
    env: { ...systemEnvironment(), TMPDIR: workshop }, // a killed pip leaves its downloads there
    hint: 'pip must reach its index; behind a proxy set HTTPS_PROXY or PIP_INDEX_URL',
  });
