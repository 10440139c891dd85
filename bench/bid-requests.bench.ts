/**
 * Ten million made bid requests, and one million, through what the pipeline of clicks does with them: visits as sparse
 * rows, mini-batch clusters of the users, two windowed counts of every request. Seconds and peak memory of each step;
 * DuckDB has the memory of base.memory_mb.
 *
 * Users come back to pages that they know, so that ten times the requests are fewer than twice the pairs of a user and
 * a page, which is what visits and cluster hold in memory: 8 bytes a pair in each copy.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { withDatabase } from '../lib/data/database.ts';
import { writeTable } from '../lib/data/tables.ts';
import { measureStage } from './measure-stage.ts';
import { describeMachine, printResults } from './report.ts';

const SIZES = [1_000_000, 10_000_000];
const N_USERS = 100_000;
const N_PAGES = 1000;
const N_GROUPS = 20;
/** Pages that a user comes back to. */
const N_KNOWN = 12;
const ENGINE = { threads: 2, memoryMb: 512 };
/** Peak memory of a step of ten million, and how much more it takes than that of one million. */
const LIMITS = { peakMb: 1000, growth: 25 };

const USERS_SQL = `SELECT CAST(u AS INTEGER) AS user_id, 'sex ' || hash(3 * u) % 2 AS sex,
    'city ' || hash(3 * u + 1) % 50 AS city, 'device ' || hash(3 * u + 2) % 3 AS device
  FROM range(${N_USERS}) AS r(u)`;

/** Three in four of the pages that a user knows belong to the user's group; times over 90 days, in no order. */
const requestsSql = (nRows: number): string =>
  `WITH drawn AS (
     SELECT hash(3 * i) % ${N_USERS} AS u, hash(3 * i + 1) % ${N_KNOWN} AS known, hash(3 * i + 2) AS time
     FROM range(${nRows}) AS r(i)),
   known AS (SELECT u, known, hash(u * ${N_KNOWN} + known) AS page, time FROM drawn)
   SELECT CAST(u AS INTEGER) AS user_id,
     CAST(CASE WHEN known % 4 < 3 THEN u % ${N_GROUPS} + ${N_GROUPS} * (page % ${N_PAGES / N_GROUPS})
       ELSE page % ${N_PAGES} END AS INTEGER) AS page_id,
     make_timestamp(1735689600000000 + CAST(time % 7776000000000 AS BIGINT)) AS timestamp
   FROM known`;

const PARAMS = {
  base: { threads: ENGINE.threads, memory_mb: ENGINE.memoryMb },
  cluster: { algorithm: 'mini-batch', n_clusters: N_GROUPS, normalize: 'l2', columns: ['page=*'] },
  join: {
    tables: { requests: 'requests.parquet' },
    columns: [
      { name: 'seen_today', count: 'requests', on: 'user_id', window: 'day' },
      { name: 'views_of_page', count: 'requests', on: 'page_id', window: 'all' },
    ],
  },
};
const STEPS = [
  {
    stage: 'visits',
    home: 'pipelines/clicks',
    args: ['--requests', 'requests.parquet', '--users', 'users.parquet', '--out', 'visits'],
  },
  {
    stage: 'cluster',
    home: 'stages',
    args: [
      ...['--in', 'visits/users.safetensors', '--labels', 'clusters.parquet'],
      ...['--model', 'clusters.json', '--metrics', 'metrics.json', '--page', 'clusters.html'],
    ],
  },
  { stage: 'join', home: 'stages', args: ['--in', 'requests.parquet', '--out', 'joined.parquet'] },
] as const;

const rows: { step: string; rows: number; seconds: number; peak_mb: number }[] = [];
for (const nRows of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
  try {
    writeFileSync(join(folder, 'params.yaml'), stringify(PARAMS));
    await withDatabase(ENGINE, async (database) => {
      await writeTable(database, requestsSql(nRows), join(folder, 'requests.parquet'));
      await writeTable(database, USERS_SQL, join(folder, 'users.parquet'));
    });
    for (const { stage, home, args } of STEPS) {
      const { seconds, peakMb } = measureStage(stage, args, folder, home);
      rows.push({ step: stage, rows: nRows, seconds, peak_mb: peakMb });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const few = rows.slice(0, STEPS.length);
const many = rows.slice(STEPS.length);
printResults(
  'ten million bid requests through visits, cluster and two windowed counts',
  describeMachine({ threads: ENGINE.threads, memory_mb: ENGINE.memoryMb, runs: 1 }),
  few.map(({ step, seconds, peak_mb }, i) => ({
    step,
    seconds,
    seconds_of_ten: many[i].seconds,
    growth: many[i].seconds / seconds,
    peak_mb,
    peak_mb_of_ten: many[i].peak_mb,
  })),
);
const fails = many.some(
  ({ seconds, peak_mb }, i) => peak_mb > LIMITS.peakMb || seconds / few[i].seconds > LIMITS.growth,
);
if (process.argv.includes('--check') && fails) process.exitCode = 1;
