/** The load on the sales service: half posts of one row, a quarter raw sales, a quarter monthly ones. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import { parse } from 'csv-parse/sync';
import { watchProcesses } from './process-usage.ts';
import type { ChildProcess } from 'node:child_process';
import type { ProcessUsage } from './process-usage.ts';

export interface SalesRow {
  readonly year_week: number;
  readonly vegetable: string;
  readonly sales: number;
}

export interface LoadOptions {
  readonly url: string;
  /** Requests a second over all connections; null: as many as it answers. */
  readonly rate: number | null;
  readonly seconds: number;
  readonly connections: number;
  /** Share of the posts that bring another value, and so must be written; the others say what is there already. */
  readonly changes: number;
  readonly rows: readonly SalesRow[];
  /** Of the service; its children are counted with it. */
  readonly pid: number | null;
}

export interface LoadResult extends ProcessUsage {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Requests without an answer, or with one that is no 200. */
  readonly errors: number;
  readonly megabytes: number;
}

const WEEKS_PER_YEAR = 52;
const N_WEEKS = 209;
const NAMES = ['Tomate', 'pear', 'Brussell Sprout'];

/** The rows of a CSV with the columns year_week, vegetable and sales. */
export function readRows(file: string): SalesRow[] {
  const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[];
  return rows.map(({ year_week, vegetable, sales }) => ({
    ...{ year_week: Number(year_week), vegetable, sales: Number(sales) },
  }));
}

/** Four years of three vegetables, where there are no others. */
export function makeRows(): SalesRow[] {
  return Array.from({ length: N_WEEKS * NAMES.length }, (_, i) => {
    const week = Math.floor(i / NAMES.length);
    const year_week = (2020 + Math.floor(week / WEEKS_PER_YEAR)) * 100 + (week % WEEKS_PER_YEAR) + 1; // prettier-ignore
    return { year_week, vegetable: NAMES[i % NAMES.length], sales: 100 + ((i * 37) % 400) };
  });
}

/** Empties the store and posts the rows; gives the number that it then holds. */
export async function fillStore(url: string, rows: readonly SalesRow[]): Promise<number> {
  await fetch(`${url}/init_database`, { method: 'POST' });
  await fetch(`${url}/post_sales`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  });
  const raw = (await (await fetch(`${url}/get_raw_sales`)).json()) as unknown[];
  return raw.length;
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { url, rate, seconds, connections, pid } = options;
  const post = createPosts(options);
  const get = (path: string): autocannon.Request => ({ method: 'GET', path });
  const watch = pid === null ? null : watchProcesses(pid);
  const result = await autocannon({
    ...{ url, connections, duration: seconds },
    ...(rate === null ? {} : { overallRate: rate }),
    requests: [post, get('/get_raw_sales'), post, get('/get_monthly_sales?remove_outliers=True')],
  });
  const usage = watch?.stop() ?? { cpuPercent: NaN, firstMb: NaN, lastMb: NaN };
  return {
    requests: result.requests.total,
    perSecond: result.requests.total / result.duration,
    ...{ p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
    errors: result.errors + result.timeouts + result.non2xx,
    megabytes: result.throughput.total / 1e6,
    ...usage,
  };
}

/** Each call posts the next row; every nth with a value that it has not had. */
function createPosts({ rows, changes }: LoadOptions): autocannon.Request {
  let nPosts = 0;
  let due = 0;
  const current = rows.map(({ sales }) => sales);
  return {
    method: 'POST',
    path: '/post_sales',
    headers: { 'content-type': 'application/json' },
    setupRequest(request) {
      const i = nPosts++ % rows.length;
      due += changes;
      if (due >= 1) {
        due -= 1;
        current[i] = rows[i].sales + (nPosts % 1000);
      }
      const body = JSON.stringify([{ ...rows[i], sales: current[i] }]);
      return { ...request, body };
    },
  };
}

/** Starts a program that says `listening on URL` on one of its streams, and gives the two. */
export async function startServer(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(command, [...args], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /listening (?:on|at):? (http:\/\/[\d.:]+)/i.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return { child, url };
  }
  throw new Error(`${command} ${args.join(' ')} ended before it listened`);
}

/** Tells it to stop and waits until it has. */
export async function stopServer(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
