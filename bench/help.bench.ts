/** `--help` of every stage: start-up from process start to exit, against 250 ms. */
import { spawnSync } from 'node:child_process';
import { listStageNames } from '../lib/cli/registry.ts';
import { describeMachine, median, printResults } from './report.ts';

const LIMIT_MS = 250;
const N_RUNS = 5;

const rows = listStageNames().map((stage) => {
  const times = Array.from({ length: N_RUNS + 1 }, () => {
    const start = performance.now();
    spawnSync(process.execPath, [`stages/${stage}.ts`, '--help']);
    return performance.now() - start;
  }).slice(1); // the first fills the file cache
  const milliseconds = median(times);
  return { stage, milliseconds: Math.round(milliseconds), share_of_limit: milliseconds / LIMIT_MS };
});
printResults('--help of every stage', describeMachine({ runs: N_RUNS, limit_ms: LIMIT_MS }), rows);
if (process.argv.includes('--check') && rows.some(({ share_of_limit: share }) => share > 1)) {
  process.exitCode = 1;
}
