/**
 * `npm run load`: the load on the sales service at a given rate and at full speed, as a table. Starts a service of its
 * own in an empty folder, or loads the one that --url names (and --pid, for its processor and memory).
 *
 *   npm run load -- --rate 1000 --seconds 60 --in weekly_vegetable_sales.csv
 *   npm run load -- --minutes 10              # a soak: a row of the table for each minute
 *
 * Fails when a request did, or when the 99th percentile of the given rate is over --limit milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, printResults } from './report.ts';
import { fillStore, load, makeRows, readRows, startServer, stopServer } from './sales-load.ts';
import type { LoadResult } from './sales-load.ts';

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string' },
    url: { type: 'string' },
    pid: { type: 'string' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    minutes: { type: 'string' },
    connections: { type: 'string', default: '20' },
    changes: { type: 'string', default: '1' },
    limit: { type: 'string', default: '50' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean' },
  },
});
const SECONDS_AT_FULL_SPEED = 20;

const rows = flags.in === undefined ? makeRows() : readRows(flags.in);
const folder = mkdtempSync(join(tmpdir(), 'timberline-load-'));
const own = flags.url === undefined ? await startOwn() : null;
const url = own?.url ?? flags.url!;
const pid = own?.child.pid ?? (flags.pid === undefined ? null : Number(flags.pid));

function startOwn(): ReturnType<typeof startServer> {
  const sets = flags.set.flatMap((set) => ['--set', set]);
  const args = [resolve('stages/serve-sales.ts'), '--vegetables', resolve('data/vegetables.yaml')];
  return startServer(process.execPath, [...args, '--port', '0', ...sets], folder);
}

function run(rate: number | null, seconds: number): Promise<LoadResult> {
  const [connections, changes] = [Number(flags.connections), Number(flags.changes)];
  return load({ url, rate, seconds, connections, changes, rows, pid });
}

function toRow(name: string, result: LoadResult): Record<string, unknown> {
  return {
    load: name,
    requests: result.requests,
    per_second: Math.round(result.perSecond),
    ...{ p50_ms: result.p50, p99_ms: result.p99, max_ms: result.max, errors: result.errors },
    cpu_percent: Math.round(result.cpuPercent),
    ...{ rss_mb_first: Math.round(result.firstMb), rss_mb_last: Math.round(result.lastMb) },
    megabytes: Math.round(result.megabytes),
  };
}

const nRows = await fillStore(url, rows);
const rate = Number(flags.rate);
const atRate: LoadResult[] = [];
const table: Record<string, unknown>[] = [];
if (flags.minutes !== undefined) {
  for (let minute = 1; minute <= Number(flags.minutes); minute++) {
    atRate.push(await run(rate, 60));
    table.push(toRow(`minute ${minute}, ${flags.rate}/s`, atRate.at(-1)!));
  }
} else {
  atRate.push(await run(rate, Number(flags.seconds)));
  table.push(toRow(`${flags.rate}/s for ${flags.seconds} s`, atRate[0]));
  const full = await run(null, SECONDS_AT_FULL_SPEED);
  table.push(toRow(`full speed for ${SECONDS_AT_FULL_SPEED} s`, full));
}
if (own !== null) await stopServer(own.child);
rmSync(folder, { recursive: true });
printResults(
  '50 % posts of a row, 25 % raw sales, 25 % monthly ones',
  describeMachine({ rows: nRows, connections: flags.connections, changes: flags.changes }),
  table,
);
if (table.some(({ errors }) => errors !== 0)) process.exitCode = 1;
if (atRate.some(({ p99 }) => p99 > Number(flags.limit))) process.exitCode = 1;
