/**
 * From the raw table to tensors: the stages, against the same steps and settings in pandas and
 * scikit-learn with one CSV per step. Rounds alternate, so that both see the same machine. Ours reads the
 * raw file within the time, theirs before it.
 *
 * `PEERS_PYTHON` names a Python that has pandas and scikit-learn; else .venv-bench/bin/python serves.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATA_PATH, measureStage, writeBenchParams } from './measure-stage.ts';
import type { StageCost } from './measure-stage.ts';
import { describeMachine, median, printResults } from './report.ts';

const RAW = resolve('data/raw/covertype.csv');
const N_ROUNDS = 3;
/** How many times as fast, and what share of the peak memory. */
const LIMITS = { speed: 10, memory: 0.5 };

interface PeerReport {
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, { seconds: number; peak_mb: number }>>;
}

function runPandas(folder: string): PeerReport {
  const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
  const script = fileURLToPath(new URL('peers/data_path_pandas.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script, RAW, join(folder, 'pandas')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${python} ${script} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as PeerReport;
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const ours: StageCost[][] = [];
const theirs: PeerReport[] = [];
try {
  const sizes = { train_size: 371847, valid_size: 92962, test_size: 116203 };
  writeBenchParams(folder, sizes, 100_000);
  for (let round = 0; round < N_ROUNDS; round++) {
    ours.push(
      DATA_PATH.map(({ stage, args }) =>
        measureStage(stage, stage === 'split' ? ['--in', RAW] : args, folder),
      ),
    );
    theirs.push(runPandas(folder));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const rows = DATA_PATH.map(({ stage }, i) => {
  const steps = theirs.map((report) => report.steps[stage]);
  const seconds = median(ours.map((costs) => costs[i].seconds));
  const pandasSeconds = median(steps.map((step) => step.seconds));
  return {
    stage,
    seconds,
    pandas_seconds: pandasSeconds,
    times_as_fast: pandasSeconds / seconds,
    peak_mb: Math.round(Math.max(...ours.map((costs) => costs[i].peakMb))),
    pandas_peak_mb: Math.round(Math.max(...steps.map((step) => step.peak_mb))),
  };
});
const sum = (costs: readonly { seconds: number }[]): number =>
  costs.reduce((total, { seconds }) => total + seconds, 0);
const seconds = median(ours.map(sum));
const pandasSeconds = median(theirs.map(({ steps }) => sum(Object.values(steps))));
const peak = (key: 'peak_mb' | 'pandas_peak_mb'): number =>
  Math.max(...rows.map((row) => row[key]));
const total = {
  stage: 'all',
  seconds,
  pandas_seconds: pandasSeconds,
  times_as_fast: pandasSeconds / seconds,
  peak_mb: peak('peak_mb'),
  pandas_peak_mb: peak('pandas_peak_mb'),
};
printResults(
  'data path from the raw table to tensors, 581,012 rows',
  describeMachine({ ...theirs[0].versions, rounds: N_ROUNDS }),
  [...rows, total],
);
const fails =
  total.times_as_fast < LIMITS.speed || total.peak_mb > LIMITS.memory * total.pandas_peak_mb;
if (process.argv.includes('--check') && fails) process.exitCode = 1;
