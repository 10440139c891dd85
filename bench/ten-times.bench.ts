/**
 * The stages on ten times the rows (Covertype repeated, with noise in its measurements): memory bounded,
 * time linear.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withDatabase } from '../lib/data/database.ts';
import { openTable } from '../lib/data/tables.ts';
import { identifier, literal } from '../lib/sql.ts';
import { DATA_PATH, measureStage, writeBenchParams } from './measure-stage.ts';
import type { StageCost } from './measure-stage.ts';
import { describeMachine, printResults } from './report.ts';

const RAW = resolve('data/raw/covertype.csv');
const N_TIMES = 10;
const LIMITS = { peakMb: 1500, growth: 15 };

/** Repeats the table; whole numbers of more than two values get a noise of -3 to 3, by hash of the row. */
async function writeRepeated(file: string): Promise<void> {
  await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
    const { columns } = await openTable(database, RAW, 'raw');
    const noisy = columns.map(({ name }, i) => {
      const column = identifier(name);
      const isMeasured = !/^(Wilderness|Soil|Cover)/.test(name);
      return isMeasured
        ? `${column} + CAST(hash(turn, ${i}, ${column}) % 7 AS INTEGER) - 3 AS ${column}`
        : column;
    });
    const query = `SELECT ${noisy.join(', ')} FROM range(${N_TIMES}) AS r(turn), raw`;
    await database.copy([`COPY (${query}) TO ${literal(file)} (FORMAT csv, HEADER true)`]);
  });
}

function measure(raw: string, nTimes: number): StageCost[] {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
  try {
    writeBenchParams(
      folder,
      { train_size: 371847 * nTimes, valid_size: 92962 * nTimes, test_size: 116203 * nTimes },
      100_000 * nTimes,
    );
    return DATA_PATH.map(({ stage, args }) =>
      measureStage(stage, stage === 'split' ? ['--in', raw] : args, folder),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
const costs: StageCost[][] = [];
try {
  const large = join(folder, 'large.csv');
  await writeRepeated(large);
  costs.push(measure(RAW, 1), measure(large, N_TIMES));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const rows = DATA_PATH.map(({ stage }, i) => ({
  stage,
  seconds: costs[0][i].seconds,
  seconds_of_ten: costs[1][i].seconds,
  growth: costs[1][i].seconds / costs[0][i].seconds,
  peak_mb: costs[0][i].peakMb,
  peak_mb_of_ten: costs[1][i].peakMb,
}));
printResults(
  'data path on 581,012 and on 5,810,120 rows',
  describeMachine({ threads: 2, runs: 1 }),
  rows,
);
const fails = rows.some((row) => row.peak_mb_of_ten > LIMITS.peakMb || row.growth > LIMITS.growth);
if (process.argv.includes('--check') && fails) process.exitCode = 1;
