/**
 * The sales service against Flask over SQLite under gunicorn, both with every post a durable write: the same load, half
 * posts of a row, a quarter all raw sales, a quarter monthly ones without outliers. Rounds alternate, ours and theirs,
 * so that both see the same machine; the load generator runs beside each.
 *
 * `PEERS_PYTHON` names a Python that has Flask and gunicorn; else .venv-bench/bin/python serves. `--in` names a CSV with
 * the columns year_week, vegetable, sales; else 627 rows are made. With `--check` it fails below 1,000 requests a second,
 * above 50 ms at 1,000 of them, or for an error.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine, median, printResults } from './report.ts';
import { fillStore, load, makeRows, readRows, startServer, stopServer } from './sales-load.ts';
import type { LoadResult } from './sales-load.ts';

const N_ROUNDS = 3;
/** Threads keep connections open, which a plain worker does not; this many of both were the fastest of four tries. */
const GUNICORN = ['--workers', '2', '--threads', '8'];
const CONNECTIONS = 20;
const LIMITS = { perSecond: 1000, p99: 50 };

const { values: flags } = parseArgs({
  options: {
    in: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});
const rows = flags.in === undefined ? makeRows() : readRows(flags.in);
const seconds = Number(flags.seconds);
const python = process.env.PEERS_PYTHON ?? resolve('.venv-bench/bin/python');
const peers = fileURLToPath(new URL('peers', import.meta.url));

const SERVERS = {
  timberline: (folder: string): ReturnType<typeof startServer> => {
    const vegetables = ['--vegetables', resolve('data/vegetables.yaml')];
    const args = [resolve('stages/serve-sales.ts'), ...vegetables, '--port', '0'];
    return startServer(process.execPath, args, folder);
  },
  'Flask, gunicorn': (folder: string): ReturnType<typeof startServer> => {
    const env = { ...process.env, SALES_FILE: join(folder, 'sales.sqlite') };
    const args = ['-m', 'gunicorn', '--chdir', peers, '--bind', '127.0.0.1:0'];
    return startServer(python, [...args, ...GUNICORN, 'sales_flask:app'], folder, env); // prettier-ignore
  },
};
type Name = keyof typeof SERVERS;
const LOADS = { '1,000/s': LIMITS.perSecond, 'full speed': null } as const;

async function measure(name: Name): Promise<LoadResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-bench-'));
  const { child, url } = await SERVERS[name](folder);
  const options = { url, seconds, connections: CONNECTIONS, changes: 1, rows, pid: child.pid! };
  try {
    await fillStore(url, rows);
    const results: LoadResult[] = [];
    for (const rate of Object.values(LOADS)) results.push(await load({ ...options, rate }));
    return results;
  } finally {
    await stopServer(child);
    rmSync(folder, { recursive: true });
  }
}

const rounds: Record<Name, LoadResult[][]> = { timberline: [], 'Flask, gunicorn': [] };
for (let round = 0; round < N_ROUNDS; round++) {
  for (const name of Object.keys(SERVERS) as Name[]) rounds[name].push(await measure(name));
}
const table = Object.keys(LOADS).flatMap((loadName, i) =>
  (Object.keys(SERVERS) as Name[]).map((service) => {
    const of = (key: keyof LoadResult): number => median(rounds[service].map((run) => run[i][key]));
    return {
      ...{ load: loadName, service, per_second: Math.round(of('perSecond')) },
      ...{ p50_ms: of('p50'), p99_ms: of('p99') },
      errors: rounds[service].reduce((sum, run) => sum + run[i].errors, 0),
      ...{ cpu_percent: Math.round(of('cpuPercent')), rss_mb: Math.round(of('lastMb')) },
    };
  }),
);
printResults(
  'The sales service, half posts, a quarter raw sales, a quarter monthly ones',
  describeMachine({ rows: rows.length, connections: CONNECTIONS, rounds: N_ROUNDS, seconds, gunicorn: GUNICORN.join(' ') }), // prettier-ignore
  table,
);
const ours = table.filter(({ service }) => service === 'timberline');
const holds = ours[0].p99_ms <= LIMITS.p99 && ours[1].per_second >= LIMITS.perSecond;
if (flags.check && (!holds || ours.some(({ errors }) => errors > 0))) process.exitCode = 1;
