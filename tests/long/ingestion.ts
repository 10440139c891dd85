/**
 * `node tests/long/ingestion.ts`: the suite of every engine of sales on PostgreSQL, and each engine killed at 50
 * random moments under load, after which every acknowledged row must be there. About three minutes on 2 cores, so
 * that it is no part of `npm test`. Needs PostgreSQL's server, from the system's packages.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMedallion } from '../../lib/ingestion/medallion.ts';
import { openEngine } from '../../lib/ingestion/engines/open-engine.ts';
import type { EngineName } from '../../lib/ingestion/engines/open-engine.ts';
import type { SalesRow } from '../../lib/ingestion/rows.ts';
import { openSalesStore } from '../../lib/ingestion/sales-store.ts';
import { createRng } from '../../lib/rng.ts';
import { OPTIONS, sortTables } from '../support/sales.ts';
import { N_SENDERS } from '../support/sales-writer.ts';
import { startPostgres } from '../support/postgres.ts';
import type { Postgres } from '../support/postgres.ts';
import { testEngine } from '../support/sales-engine.ts';

const N_KILLS = 50;
/** Posts that the first process acknowledges before it is killed; how long that takes says how long others live. */
const N_FIRST = 300;
const WRITER = new URL('../support/sales-writer.ts', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
// the server's user must reach its own folder in this one
chmodSync(folder, 0o755);

/** Started by the first suite, which runs before the others, and stopped by the last. */
let postgres: Postgres | undefined;
let nSchemas = 0;
const makeSchema = (): string => {
  const schema = `sales_${nSchemas++}`;
  postgres!.query(`CREATE SCHEMA ${schema}`);
  const url = postgres!.url.replace('postgresql+psycopg', 'postgresql');
  return `${url}?options=-c%20search_path%3D${schema}`;
};

testEngine({
  engine: 'postgresql',
  makeLocation: makeSchema,
  before: async () => void (postgres = await startPostgres(folder)),
  after: () => {},
  numRuns: 15,
});

/**
 * Runs a process that posts, and kills it.
 *
 * @param isOver - Looked at when something was acknowledged; the process is killed when it says so.
 * @param lifeMs - Or after this time.
 * @returns What was acknowledged, as `week sender value`.
 */
async function killWriter(
  [engine, location, round]: readonly [EngineName, string, number],
  isOver: (nLines: number) => boolean,
  lifeMs: number | null,
): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, engine, location, String(round)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  const timer = lifeMs === null ? null : setTimeout(kill, lifeMs);
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const [last, ...whole] = `${rest}${text}`.split('\n').toReversed();
    rest = last;
    lines.push(...whole.reverse());
    if (isOver(lines.length)) kill();
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  if (timer !== null) clearTimeout(timer);
  assert.is(child.signalCode, 'SIGKILL', stderr);
  return lines;
}

const test = suite('long: sales after SIGKILL');
test.after(() => {
  postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('postgresql: a connection that the server ends costs nobody a post', async () => {
  const store = await openSalesStore(await openEngine('postgresql', makeSchema()), OPTIONS);
  const post = async (week: number): Promise<number> =>
    (await store.post([{ year_week: 202000 + week, vegetable: 'tomato', sales: week }])).nNew;
  assert.is(await post(1), 1);
  for (const week of [2, 3]) {
    const ended = postgres!.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`);
    assert.equal(ended, [['t']]);
    assert.is(await post(week), 1);
  }
  assert.is(store.bronze().length, 3);
  await store.close();
});

const LOCATIONS: Readonly<Record<EngineName, () => string>> = {
  app_csv: () => join(folder, 'sales'),
  app_sql: () => join(folder, 'sales.sqlite'),
  postgresql: makeSchema,
};

for (const [name, makeLocation] of Object.entries(LOCATIONS)) {
  const engine = name as EngineName;
  test(`${engine}: killed ${N_KILLS} times, every acknowledged row is there, and posts are whole`, async () => {
    const location = makeLocation();
    const random = createRng(12, 'ingestion', engine);
    /** The last acknowledged value of each week and sender. */
    const acknowledged = new Map<string, number>();
    let [nPosts, nIdle, maxLifeMs] = [0, 0, 0];
    for (let round = 1; round <= N_KILLS; round++) {
      const start = performance.now();
      const writer = [engine, location, round] as const;
      const lines =
        round === 1
          ? await killWriter(writer, (nLines) => nLines >= N_FIRST, null)
          : await killWriter(writer, () => false, random() * maxLifeMs);
      // some die while they open the store, most while they write
      if (round === 1) maxLifeMs = 2 * (performance.now() - start);
      nPosts += lines.length;
      if (lines.length === 0) nIdle++;
      for (const line of lines) {
        const [week, sender, value] = line.split(' ').map(Number);
        acknowledged.set(`${week} ${sender}`, value);
      }
      await checkKept(engine, location, acknowledged);
    }
    console.log(`${engine}: ${nPosts} posts acknowledged, ${nIdle} processes killed before any`);
    assert.ok(nIdle < 0.8 * N_KILLS, 'the store was under load');
  });
}

/** Opens the engine as the next process would, without mending it. */
async function checkKept(
  name: EngineName,
  location: string,
  acknowledged: ReadonlyMap<string, number>,
): Promise<void> {
  const engine = await openEngine(name, location);
  const tables = await engine.load();
  await engine.close(null);
  const posts = Map.groupBy(tables.bronze as SalesRow[], toPost);
  for (const [post, value] of acknowledged) {
    const kept = posts.get(post) ?? [];
    assert.is(kept.length, 3, `rows of ${post}`);
    assert.ok(
      salesOf(kept[0]) >= value,
      `${post}: ${value} was acknowledged, not ${salesOf(kept[0])}`,
    );
  }
  for (const [post, rows] of posts) {
    assert.is(new Set(rows.map(salesOf)).size, 1, `the rows of ${post} were posted together`);
  }
  if (name === 'app_csv') return; // its silver and gold are as of the last time that they were written
  const medallion = createMedallion(OPTIONS);
  medallion.plan([tables.bronze]).apply();
  const made = { ...tables, silver: medallion.silver(), gold: medallion.gold() };
  assert.equal(sortTables(tables), sortTables(made));
}

function toPost(row: SalesRow): string {
  const sender = row.vegetable.length - row.vegetable.trimEnd().length;
  assert.ok(sender < N_SENDERS);
  return `${'year_week' in row ? row.year_week : 0} ${sender}`;
}

function salesOf(row: SalesRow): number {
  return 'sales' in row ? row.sales : row.kilo_sold;
}

test.run();
