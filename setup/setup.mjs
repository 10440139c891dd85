/**
 * Sets up what is missing and nothing else; safe to repeat after any interruption.
 *
 * A step has a name, the steps it needs, `isDone` (cheap) and `make`. Steps that need nothing of
 * each other run side by side. A step with an `otherwise` may fail: set-up says so and goes on.
 */
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endChildren } from './child.mjs';
import { dvcWithoutGit } from './dvc-without-git.mjs';
import { describe, EXIT_ENVIRONMENT, SetupError } from './errors.mjs';
import { treesKernel } from './kernels.mjs';
import { lightgbmLibrary } from './lightgbm.mjs';
import { links } from './links.mjs';
import { lock, unlock } from './lock.mjs';
import { onnxruntimePackage } from './onnxruntime.mjs';
import { npmPackages } from './npm-packages.mjs';
import { workshop } from './places.mjs';
import { pythonPackages, virtualEnvironment } from './python-packages.mjs';
import { tensorflowBinding, tensorflowLibrary } from './tensorflow.mjs';

const STEPS = [
  npmPackages,
  virtualEnvironment,
  pythonPackages,
  tensorflowLibrary,
  tensorflowBinding,
  lightgbmLibrary,
  treesKernel,
  dvcWithoutGit,
  links,
];

const say = (text) => process.stderr.write(`set-up: ${text}\n`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step once those that it needs are through, and prints its line. */
async function runStep(step, outcomes) {
  const needed = await Promise.all(step.needs.map((other) => outcomes.get(other)));
  if (needed.includes(false)) return false;
  if (step.isDone()) return true;
  const begin = performance.now();
  try {
    await step.make();
    say(`${step.name.padEnd(26)}${seconds(begin).padStart(8)}`);
    return true;
  } catch (error) {
    if (!step.otherwise || !(error instanceof SetupError)) throw error;
    process.stderr.write(`${describe(error)}\n`);
    say(`!! ${step.otherwise}`);
    return false;
  }
}

const findMissing = (steps) => steps.filter((step) => !step.isDone());

async function makeMissing(steps, begin) {
  const missing = findMissing(steps); // another set-up may have made them while this one waited
  if (missing.length === 0) return;
  say(`missing: ${missing.map(({ name }) => name).join(', ')}`);
  rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop);
  const outcomes = new Map();
  for (const step of steps) outcomes.set(step, runStep(step, outcomes));
  await Promise.all(outcomes.values());
  say(`done in ${seconds(begin)}`);
}

function tidy() {
  endChildren();
  rmSync(workshop, { recursive: true, force: true });
  unlock();
}

/** Brings everything into place, and what the steps `more` make, which not everybody needs. */
export async function setUp(more = []) {
  const begin = performance.now();
  const steps = [...STEPS, ...more];
  if (findMissing(steps).length === 0) {
    say(`everything is in place (${Math.round(performance.now() - begin)} ms)`);
    return;
  }
  await lock(say);
  process.on('exit', tidy);
  try {
    await makeMissing(steps, begin);
  } finally {
    tidy();
    process.off('exit', tidy);
  }
}

/** Runs `action`; what the user can mend ends the process with a message and exit code 6. */
export async function orExplain(action) {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${describe(error)}\n`);
    process.exit(EXIT_ENVIRONMENT);
  }
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await orExplain(() => setUp(process.argv.includes('--onnx') ? [onnxruntimePackage] : []));
}
