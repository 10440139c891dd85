/**
 * `npm test`: sets up what is missing, checks types, rules, format and unused code, runs the tests.
 * `npm test -- scaler` runs only the tests whose path contains the word, and no checks.
 */
import { run } from './child.mjs';
import { foreground } from './foreground.mjs';
import { inRoot, node, toolEnvironment } from './places.mjs';
import { orExplain, setUp } from './setup.mjs';

const tool = (...path) => inRoot('node_modules', ...path);
const CHECKS = {
  types: [tool('typescript', 'bin', 'tsc'), '--noEmit'],
  rules: [tool('eslint', 'bin', 'eslint.js'), '.'],
  format: [tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'],
  unused: [tool('knip', 'bin', 'knip.js')],
};
const TESTS = String.raw`\.test\.ts$`;

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

/** Runs the tests; uvu's summary gives the counts, and a run without one has failed as a whole. */
async function test(pattern) {
  let output = '';
  const uvu = [tool('uvu', 'bin.js'), 'tests', pattern];
  const code = await foreground(node(), uvu, {
    onOutput(chunk) {
      process.stdout.write(chunk);
      output = (output + chunk).slice(-4000);
    },
  });
  const count = (word) => Number(output.match(`${word}: +(\\d+)`)?.[1] ?? 0);
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map(count);
  const failed = total - passed - skipped;
  return { code, passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

await orExplain(setUp);
const word = process.argv[2];
const outcomes = word ? [] : await Promise.all(Object.entries(CHECKS).map(check));
const { code, passed, failed } = await test(word ? `${word}.*${TESTS}` : TESTS);
const failedChecks = outcomes.filter((ok) => !ok).length;
console.log(`${passed + outcomes.length - failedChecks} passed, ${failed + failedChecks} failed`);
process.exitCode = code || (failed + failedChecks ? 1 : 0);
