/**
 * From raw rows to tensors: the stages, against the same steps and settings in pandas, scikit-learn and
 * torch with one CSV per step. Rounds alternate, so that both see the same machine.
 *
 * Every step is a process from its start to its end. Reading the raw CSV is left out on both sides (ours
 * gets the rows as Parquet); the last line has it on both.
 *
 * `PEERS_PYTHON` names a Python that has pandas, scikit-learn and torch; else .venv-bench/bin/python serves.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withDatabase } from '../lib/data/database.ts';
import { openTable, writeTable } from '../lib/data/tables.ts';
import { DATA_PATH, measureStage, writeBenchParams } from './measure-stage.ts';
import type { StageCost } from './measure-stage.ts';
import { describeMachine, median, printResults } from './report.ts';

const RAW = resolve('data/raw/covertype.csv');
const N_ROUNDS = 3;
/** How many times as fast, and what share of the peak memory. */
const LIMITS = { speed: 10, memory: 0.5 };

interface PeerReport {
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: Readonly<
    Record<string, { seconds: number; raw_seconds: number; peak_mb: number }>
  >;
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
const fromCsv: StageCost[] = [];
const theirs: PeerReport[] = [];
try {
  const rows = join(folder, 'rows.parquet');
  await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
    await writeTable(database, (await openTable(database, RAW, 'raw')).from, rows);
  });
  writeBenchParams(folder, { train_size: 371847, valid_size: 92962, test_size: 116203 }, 100_000);
  for (let round = 0; round < N_ROUNDS; round++) {
    const [split, ...others] = DATA_PATH;
    const fromRows = measureStage(split.stage, ['--in', rows], folder);
    // the stages behind it get what it makes of the CSV, as they do in the pipeline
    fromCsv.push(measureStage(split.stage, ['--in', RAW], folder));
    ours.push([fromRows, ...others.map(({ stage, args }) => measureStage(stage, args, folder))]);
    theirs.push(runPandas(folder));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Cost = Readonly<{ seconds: number; peakMb: number }>;

function compare(stage: string, costs: readonly Cost[], peers: readonly Cost[]) {
  const [seconds, pandasSeconds] = [costs, peers].map((all) => median(all.map((c) => c.seconds)));
  const peakOf = (all: readonly Cost[]): number =>
    Math.round(Math.max(...all.map((c) => c.peakMb)));
  return {
    stage,
    seconds,
    pandas_seconds: pandasSeconds,
    times_as_fast: pandasSeconds / seconds,
    peak_mb: peakOf(costs),
    pandas_peak_mb: peakOf(peers),
  };
}

function addUp(costs: readonly Cost[]): Cost {
  const seconds = costs.reduce((sum, cost) => sum + cost.seconds, 0);
  return { seconds, peakMb: Math.max(...costs.map(({ peakMb }) => peakMb)) };
}

const peers = theirs.map(({ steps }) =>
  DATA_PATH.map(({ stage }) => ({ ...steps[stage], peakMb: steps[stage].peak_mb })),
);
const rows = DATA_PATH.map(({ stage }, i) =>
  compare(
    stage,
    ours.map((costs) => costs[i]),
    peers.map((costs) => costs[i]),
  ),
);
const total = compare('all', ours.map(addUp), peers.map(addUp));
const withRaw = compare(
  'split, raw CSV included',
  fromCsv,
  peers.map(([split]) => ({ ...split, seconds: split.seconds + split.raw_seconds })),
);
printResults(
  'data path from raw rows to tensors, 581,012 rows',
  describeMachine({ ...theirs[0].versions, rounds: N_ROUNDS }),
  [...rows, total, withRaw],
);
const isHeavy = Math.max(total.peak_mb, withRaw.peak_mb) > LIMITS.memory * total.pandas_peak_mb;
if (process.argv.includes('--check') && (total.times_as_fast < LIMITS.speed || isHeavy)) {
  process.exitCode = 1;
}
