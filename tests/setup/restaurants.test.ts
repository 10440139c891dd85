/** `npm run restaurants`, as far as it goes without a forecast. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PROJECT } from '../support/stage-process.ts';

const PARAMS = `${PROJECT}pipelines/restaurants/params.yaml`;
/** Makes the import of yaml fail. */
const WITHOUT_YAML = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) { return next(name === 'yaml' ? 'no-such-package' : name, context); } });
`)}`;

const run = (week: string, flags: readonly string[] = []) =>
  spawnSync(process.execPath, [...flags, 'setup/restaurants.mjs', '--next-week', week], {
    cwd: PROJECT,
    encoding: 'utf8',
  });

const test = suite('setup/restaurants.mjs');

test('refuses what is no week and a window before week 1, and leaves the window as it is', () => {
  const before = readFileSync(PARAMS, 'utf8');
  for (const [week, complaint] of [
    ['x', '--next-week must be a number of a week; got x'],
    ['1', 'the window must begin at week 1 or later; got -20 for --next-week 1'],
  ]) {
    const { status, stderr } = run(week);
    assert.is(status, 2, stderr);
    assert.is(stderr.trim().split('\n').at(-1), `error E_USAGE: ${complaint}`);
  }
  assert.is(readFileSync(PARAMS, 'utf8'), before);
});

test('shows another error with its stack', () => {
  const { status, stderr } = run('1', ['--import', WITHOUT_YAML]);
  assert.is(status, 1, stderr);
  assert.match(stderr, /ERR_MODULE_NOT_FOUND/);
  assert.not.match(stderr, /E_USAGE/);
});

test.run();
