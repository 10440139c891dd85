/**
 * `npm test`: sets up what is missing, checks types, rules, format and unused code, runs the tests.
 * `npm test -- scaler` runs only the tests whose path contains the word, and no checks.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { onnxruntimePackage } from './onnxruntime.mjs';
import { inRoot, node, toolEnvironment } from './places.mjs';
import { orExplain, setUp } from './setup.mjs';

const tool = (...path) => inRoot('node_modules', ...path);
const CHECKS = {
  types: [tool('typescript', 'bin', 'tsc'), '--noEmit'],
  rules: [tool('eslint', 'bin', 'eslint.js'), '.'],
  format: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'],
  unused: [tool('knip', 'bin', 'knip.js')],
};

/** Runs one check; prints what it says only when it fails. */
async function check([name, args]) {
  const begin = performance.now();
  const failure = await run(node(), args, { env: toolEnvironment(), what: name }).then(
    () => null,
    (error) => error,
  );
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${failure ? 'FAIL' : ' ok '} ${name.padEnd(8)} ${seconds.padStart(6)} s`);
  if (failure) console.log(failure.output || failure.message);
  return failure === null;
}

/** Test files whose path contains `word`, in the order of their paths. */
function listTests(word) {
  return readdirSync(inRoot('tests'), { recursive: true })
    .map((path) => join('tests', path))
    .filter((path) => path.endsWith('.test.ts') && path.includes(word))
    .sort();
}

/** Runs one test file; uvu's summary gives the counts, and a run without one has failed as a whole. */
async function test(file) {
  const begin = performance.now();
  const options = { env: toolEnvironment(), what: file };
  const { hasEnded, output } = await run(node(), [file], options).then(
    (output) => ({ hasEnded: true, output }),
    (error) => ({ hasEnded: false, output: error.output ?? error.message }),
  );
  const count = (word) => Number(output.match(`${word}: +(\\d+)`)?.[1] ?? 0);
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map(count);
  // uvu ends well where a hook throws, and says so by the counts alone
  const missing = total === 0 ? 1 : total - passed - skipped;
  const failed = hasEnded ? missing : Math.max(1, missing);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${failed > 0 ? 'FAIL' : ' ok '} ${file.padEnd(50)} ${seconds.padStart(6)} s`);
  if (failed > 0) console.log(output);
  return { passed, failed };
}

/** Runs `work` on every item, two at a time: the tests are made for two cores. */
async function inPairs(items, work) {
  const queue = [...items];
  const results = [];
  const drain = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      results.push(await work(item));
    }
  };
  await Promise.all([drain(), drain()]);
  return results;
}

await orExplain(() => setUp([onnxruntimePackage]));
const word = process.argv[2] ?? '';
const checks = word ? [] : await inPairs(Object.entries(CHECKS), check);
const tests = await inPairs(listTests(word), test);
const sum = (key) => tests.reduce((total, result) => total + result[key], 0);
const nFailedChecks = checks.filter((ok) => !ok).length;
const failed = sum('failed') + nFailedChecks;
console.log(`${sum('passed') + checks.length - nFailedChecks} passed, ${failed} failed`);
process.exitCode = failed > 0 || tests.length === 0 ? 1 : 0;
