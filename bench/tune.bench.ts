/**
 * What a trial of `tune` costs beside the training: drawing it, storing it, telling its value. Against
 * Optuna's own command line, a process for each step.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inStudy, runTrials, score } from '../tests/support/tuning.ts';
import type { RunTrial } from '../lib/tuning/tune.ts';
import { describeMachine, median, printResults } from './report.ts';

const N_TRIALS = 100;
const N_PEER_TRIALS = 3;
const LIMIT_MS = 50;
const OPTUNA = resolve('.venv/bin/optuna');

/** Milliseconds between the end of one trial and the begin of the next, for each but the first. */
async function measureOurs(folder: string): Promise<number[]> {
  const gaps: number[] = [];
  let ended: number | null = null;
  const run: RunTrial = ({ params }) => {
    if (ended !== null) gaps.push(performance.now() - ended);
    const ending = Promise.resolve().then(() => {
      ended = performance.now();
      return { kind: 'value', value: score(params) } as const;
    });
    return { ending, kill: () => {} };
  };
  await inStudy(folder, { nStartupTrials: 10 }, (study) =>
    runTrials(study, run, { nTrials: N_TRIALS }),
  );
  return gaps;
}

function measurePeer(folder: string): number[] {
  const storage = `sqlite:///${join(folder, 'peer.db')}`;
  const optuna = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      OPTUNA,
      [...args, '--storage', storage, '--study-name', 'peer'],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`optuna ${args[0]} failed: ${stderr}`);
    return stdout;
  };
  optuna('create-study');
  const space = '{"x": {"name": "FloatDistribution", "attributes": {"low": 0, "high": 1}}}';
  return Array.from({ length: N_PEER_TRIALS }, (_, number) => {
    const start = performance.now();
    optuna('ask', '--search-space', space);
    optuna('tell', '--trial-number', String(number), '--values', '1');
    return performance.now() - start;
  });
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
try {
  const ours = median(await measureOurs(folder));
  const peer = median(measurePeer(folder));
  printResults(
    'one trial of a study on SQLite, beside its training',
    describeMachine({ optuna: '5.0.0', trials: N_TRIALS, parameters: 4, limit_ms: LIMIT_MS }),
    [{ program: 'tune / optuna ask + tell', ms: ours, ms_peer: peer, ratio: peer / ours }],
  );
  if (process.argv.includes('--check') && ours > LIMIT_MS) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
