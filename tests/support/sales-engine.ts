/** What every engine of sales must do, whatever it keeps them in. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../lib/errors.ts';
import { openEngine } from '../../lib/ingestion/engines/open-engine.ts';
import type { EngineName } from '../../lib/ingestion/engines/open-engine.ts';
import { createMedallion } from '../../lib/ingestion/medallion.ts';
import type { MedallionOptions, Tables } from '../../lib/ingestion/medallion.ts';
import { createNameResolver } from '../../lib/ingestion/names.ts';
import type { SalesRow } from '../../lib/ingestion/rows.ts';
import { openSalesStore } from '../../lib/ingestion/sales-store.ts';
import type { SalesStore } from '../../lib/ingestion/sales-store.ts';
import { OPTIONS, posting, sortTables } from './sales.ts';

interface EngineTests {
  readonly engine: EngineName;
  /** A location that nothing was kept at. */
  readonly makeLocation: () => string;
  readonly before?: () => Promise<void>;
  readonly after: () => void;
  /** Runs of the property; each opens a store and posts several times. */
  readonly numRuns: number;
}

/** Names and amounts that a careless format would not give back. */
const DELICATE: readonly SalesRow[] = [
  { year_week: 202001, vegetable: 'Tomate, "rouge"', sales: 0.1 + 0.2 },
  { year_week: 202001, vegetable: " tomate' ", sales: 1e15 },
  { year_week: 202001, vegetable: '番茄 🍅\\', sales: 5e-324 },
  { date: '2020-01-06', vegetable: 'end,NULL', kilo_sold: 0 },
  { date: '2020-01-07', vegetable: '{"tomate"}', kilo_sold: 123_456_789.123_456_78 },
  { year_week: 202052, vegetable: 'tomate', sales: 4 },
  { year_week: 202100, vegetable: 'tomate', sales: 3 },
];

export function testEngine({ engine, makeLocation, before, after, numRuns }: EngineTests): void {
  const test = suite(`engine ${engine}`);
  if (before !== undefined) test.before(before);
  test.after(after);

  const open = async (location: string, options: MedallionOptions = OPTIONS): Promise<SalesStore> =>
    await openSalesStore(await openEngine(engine, location), options);

  /** What lies at the location, in no order; the store must be closed. */
  const readKept = async (location: string): Promise<Tables> => {
    const kept = await openEngine(engine, location);
    const tables = await kept.load();
    await kept.close(() => tables);
    return sortTables(tables);
  };
  const readStore = (store: SalesStore): Tables =>
    sortTables({ bronze: store.bronze(), silver: store.silver(), gold: store.gold() });

  test('where nothing was kept, the tables are empty', async () => {
    const store = await open(makeLocation());
    assert.equal(readStore(store), { bronze: [], silver: [], gold: [] });
    assert.equal([store.revision(), store.names(), store.taggedGold()], [0, [], []]);
    await store.close();
  });

  test('what was posted is there when the store is opened again, to the bit, in all three tables', async () => {
    const location = makeLocation();
    const store = await open(location);
    await store.post(DELICATE);
    const posted = readStore(store);
    assert.equal(posted.bronze, sortTables({ ...posted, bronze: DELICATE }).bronze);
    await store.close();
    assert.equal(await readKept(location), posted);
    const reopened = await open(location);
    assert.equal(readStore(reopened), posted);
    assert.is(reopened.revision(), 0);
    await reopened.close();
  });

  test('posting the same again changes nothing, and a new value replaces the old one', async () => {
    const location = makeLocation();
    const store = await open(location);
    assert.equal(await store.post(DELICATE), { nNew: 7, nChanged: 0, nUnchanged: 0 });
    assert.equal(await store.post(DELICATE), { nNew: 0, nChanged: 0, nUnchanged: 7 });
    assert.is(store.revision(), 1);
    const changed = { year_week: 202052, vegetable: 'tomate', sales: 14 };
    assert.equal(await store.post([changed, DELICATE[6]]), { nNew: 0, nChanged: 1, nUnchanged: 1 });
    assert.is(store.revision(), 2);
    assert.is(store.silver().at(-1)!.sales, 17);
    await store.close();
    const { bronze, silver } = await readKept(location);
    assert.is(bronze.length, 7);
    assert.ok(bronze.some((row) => JSON.stringify(row) === JSON.stringify(changed)));
    assert.is(silver.at(-1)!.sales, 17);
  });

  test('posts that come together are written together, in their order', async () => {
    const location = makeLocation();
    const store = await open(location);
    const posts = Array.from({ length: 200 }, (_, i) =>
      store.post([{ year_week: 202001 + (i % 3), vegetable: 'pear', sales: i }]),
    );
    const counts = await Promise.all(posts);
    assert.is(store.revision(), 1);
    assert.is(
      counts.reduce((sum, { nNew }) => sum + nNew, 0),
      3,
    );
    assert.is(
      counts.reduce((sum, { nChanged }) => sum + nChanged, 0),
      197,
    );
    await store.close();
    const { silver } = await readKept(location);
    assert.equal(silver.map(({ sales }) => sales), [198, 199, 197]); // prettier-ignore
  });

  test('clearing empties the three tables, of what was posted before it and of nothing else', async () => {
    const location = makeLocation();
    const store = await open(location);
    await store.post(DELICATE);
    const last = { year_week: 202001, vegetable: 'pear', sales: 2 };
    await Promise.all([store.post([DELICATE[0]]), store.clear(), store.post([last])]);
    assert.equal(store.bronze(), [last]);
    await store.close();
    const kept = await readKept(location);
    assert.equal(kept.bronze, [last]);
    assert.equal([kept.silver.length, kept.gold.length], [1, 1]);
    const reopened = await open(location);
    await reopened.clear();
    await reopened.close();
    assert.equal(await readKept(location), { bronze: [], silver: [], gold: [] });
  });

  test('a location is open once at a time', async () => {
    const location = makeLocation();
    const store = await open(location);
    await store.post([DELICATE[0]]);
    const refusal = await open(location).then(
      () => null,
      (error: StageError) => error,
    );
    assert.instance(refusal, StageError);
    assert.is(refusal!.code, 'E_ENVIRONMENT');
    assert.match(refusal!.message, 'must be open in one process at a time; got one that another process has open'); // prettier-ignore
    await store.post([DELICATE[1]]);
    await store.close();
    assert.is((await readKept(location)).bronze.length, 2);
  });

  test('closing writes what waits, and refuses what comes later', async () => {
    const location = makeLocation();
    const store = await open(location);
    const posted = store.post([DELICATE[0]]);
    await store.close();
    assert.is((await posted).nNew, 1);
    const refusal = await store.post([DELICATE[1]]).catch((error: Error) => error.message);
    assert.is(refusal, 'the store is closed');
    assert.is((await readKept(location)).bronze.length, 1);
  });

  test('silver and gold are made anew when names are told in another way', async () => {
    const location = makeLocation();
    const store = await open(location);
    await store.post([{ year_week: 202004, vegetable: 'navet', sales: 70 }]);
    assert.equal([store.bronze().length, store.silver().length], [1, 0]);
    await store.close();
    const resolveName = createNameResolver({ turnip: ['turnip', 'navet'] });
    const reopened = await open(location, { ...OPTIONS, resolveName });
    assert.is(reopened.silver().length, 1);
    await reopened.close();
    const { gold } = await readKept(location);
    assert.equal(gold, [
      { year_month: 202001, vegetable: 'turnip', sales: 50 },
      { year_month: 202002, vegetable: 'turnip', sales: 20 },
    ]);
    const back = await open(location);
    assert.equal([back.silver(), back.gold()], [[], []]);
    await back.close();
    assert.equal((await readKept(location)).gold, []);
  });

  test('rows of weeks that another numbering lacks are refused when the store is opened with it', async () => {
    const location = makeLocation();
    const store = await open(location);
    await store.post(DELICATE);
    await store.close();
    const refusal = await open(location, { ...OPTIONS, weeks: 'iso' }).then(
      () => null,
      (error: StageError) => error,
    );
    assert.is(refusal?.code, 'E_DATA');
    assert.match(refusal!.message, 'bronze must hold rows that pass the checks; year_week must be a week that exists (the year has no such week, iso numbering); got 202100'); // prettier-ignore
    const reopened = await open(location);
    assert.is(reopened.bronze().length, 7);
    await reopened.close();
  });

  test('any order, any batches and any repetition give the same three tables', async () => {
    await fc.assert(
      fc.asyncProperty(posting, async ({ rows, posts }) => {
        const location = makeLocation();
        const store = await open(location);
        const half = Math.ceil(posts.length / 2);
        for (const post of posts.slice(0, half)) await store.post(post);
        await store.close();
        const reopened = await open(location);
        await Promise.all(posts.slice(half).map((post) => reopened.post(post)));
        await reopened.close();
        const whole = createMedallion(OPTIONS);
        whole.plan([rows]).apply();
        const expected = { bronze: whole.bronze(), silver: whole.silver(), gold: whole.gold() };
        assert.equal(await readKept(location), sortTables(expected));
      }),
      { seed: 8, numRuns },
    );
  });

  test.run();
}
