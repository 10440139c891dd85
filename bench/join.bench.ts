/** Ten million made bid requests through `join` with two windowed counts, out of the memory of base.memory_mb: seconds and memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { withDatabase } from '../lib/data/database.ts';
import { writeTable } from '../lib/data/tables.ts';
import { measureStage } from './measure-stage.ts';
import { describeMachine, printResults } from './report.ts';

const SIZES = [1_000_000, 10_000_000];
const ENGINE = { threads: 2, memoryMb: 1024 };
const LIMITS = { peakMb: 1500, growth: 20 };

/** Requests of 100,000 users on 10,000 pages in 90 days, in no order of time. */
const requestsSql = (nRows: number): string =>
  `SELECT CAST(hash(i, 1) % 100000 AS INTEGER) AS user_id, CAST(hash(i, 2) % 10000 AS INTEGER) AS page_id,
     make_timestamp(1735689600000000 + CAST(hash(i, 3) % 7776000000000 AS BIGINT)) AS timestamp
   FROM range(${nRows}) AS r(i)`;

const JOIN = {
  tables: { requests: 'requests.parquet' },
  columns: [
    { name: 'seen_today', count: 'requests', on: 'user_id', window: 'day' },
    { name: 'views_of_page', count: 'requests', on: 'page_id', window: 'all' },
  ],
};

const rows: { rows: number; seconds: number; peak_mb: number }[] = [];
for (const nRows of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
  try {
    const params = { base: { threads: ENGINE.threads, memory_mb: ENGINE.memoryMb }, join: JOIN };
    writeFileSync(join(folder, 'params.yaml'), stringify(params));
    await withDatabase(ENGINE, (database) =>
      writeTable(database, requestsSql(nRows), join(folder, 'requests.parquet')),
    );
    const args = ['--in', 'requests.parquet', '--out', 'joined.parquet'];
    const { seconds, peakMb } = measureStage('join', args, folder);
    rows.push({ rows: nRows, seconds, peak_mb: peakMb });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
printResults(
  'bid requests through join with two windowed counts',
  describeMachine({ threads: ENGINE.threads, memory_mb: ENGINE.memoryMb, runs: 1 }),
  rows,
);
const [few, many] = rows;
const fails = many.peak_mb > LIMITS.peakMb || many.seconds / few.seconds > LIMITS.growth;
if (process.argv.includes('--check') && fails) process.exitCode = 1;
