import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_ROWS } from '../../../../lib/ingestion/engines/engine.ts';
import { openSalesStore } from '../../../../lib/ingestion/sales-store.ts';
import { openSales } from '../../../../lib/services/sales/open-sales.ts';
import { createSalesService } from '../../../../lib/services/sales/sales-service.ts';
import { SERVICE_DEFAULTS, withService } from '../../../support/service.ts';
import { inTemporaryFolder, PROJECT } from '../../../support/stage-process.ts';
import type { InjectOptions } from 'fastify';
import type { Engine } from '../../../../lib/ingestion/engines/engine.ts';
import type { ResolvedName } from '../../../../lib/ingestion/names.ts';
import type { ServeSalesParams } from '../../../../lib/services/sales/sales-params.ts';

const test = suite('the sales service');

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a service answers has any shape
  readonly json: any;
}
type Ask = (method: 'GET' | 'POST' | 'HEAD' | 'PUT', url: string, more?: InjectOptions) => Promise<Answer>; // prettier-ignore
interface Sales {
  readonly ask: Ask;
  readonly get: (url: string) => Promise<Answer>;
  readonly post: (rows: unknown) => Promise<Answer>;
}

/** Calls `use` with an empty store behind the service. */
async function withSales(
  use: (sales: Sales) => Promise<void>,
  params: Partial<ServeSalesParams> = {},
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const defaults: ServeSalesParams = {
      ...SERVICE_DEFAULTS,
      ...{ storage: 'app_sql', location: join(folder, 'sales.sqlite') },
      ...{ weeks: 'strptime', outliers: { method: 'standard', threshold: 5 }, maxRows: 1000 },
    };
    const vegetables = join(PROJECT, 'data/vegetables.yaml');
    const service = await openSales({ ...defaults, ...params }, { vegetables, version: '0' });
    await withService(service, async ({ app }) => {
      const ask: Ask = async (method, url, more = {}) => {
        const { statusCode, headers, body } = await app.inject({ method, url, ...more });
        const isJson = String(headers['content-type']).startsWith('application/json');
        const json = isJson && body !== '' ? JSON.parse(body) : undefined;
        return { status: statusCode, headers, text: body, json };
      };
      const get = (url: string): Promise<Answer> => ask('GET', url);
      const headers = { 'content-type': 'application/json' };
      const post = (rows: unknown): Promise<Answer> =>
        ask('POST', '/post_sales', { headers, payload: JSON.stringify(rows) });
      await use({ ask, get, post });
    });
  });
}

const WEEK = { year_week: 202_001, vegetable: 'Tomate', sales: 489 };
const DATE = { date: '2020-01-06', vegetable: 'zanahorias', kilo_sold: 70 };

test('gives back what it received, as it was received', async () => {
  await withSales(async ({ get, post }) => {
    assert.equal((await post([WEEK, DATE])).json, {
      ...{ n_rows: 2, n_new: 2, n_changed: 0, n_unchanged: 0, n_refused: 0 },
      ...{ refused: [], extra: [] },
    });
    const { json, headers } = await get('/get_raw_sales');
    assert.equal(new Set(json.map((row: object) => JSON.stringify(row))), new Set([WEEK, DATE].map((row) => JSON.stringify(row)))); // prettier-ignore
    assert.is(headers['x-total-count'], '2');
  });
});

test('shares a week out to its months, by hand: 50 of 70 to January, 20 to February', async () => {
  await withSales(async ({ get, post }) => {
    await post([{ year_week: 202_004, vegetable: 'carotte', sales: 70 }]);
    assert.equal((await get('/get_monthly_sales')).json, [
      { year_month: 202_001, vegetable: 'carrot', sales: 50 },
      { year_month: 202_002, vegetable: 'carrot', sales: 20 },
    ]);
  });
});

test('stores every row that can be, and says of each other one its index, field and reason', async () => {
  await withSales(async ({ get, post }) => {
    const { status, json } = await post([
      { ...WEEK, year_week: 202_054 },
      { ...WEEK, sales: 'many' },
      { ...WEEK, colour: 'red' },
      3,
      { ...DATE, date: '2021-02-29' },
    ]);
    assert.is(status, 200);
    assert.equal([json.n_rows, json.n_new, json.n_refused], [5, 1, 4]);
    assert.equal(
      json.refused.map(({ index, field }: Record<string, unknown>) => [index, field]),
      [
        [0, 'year_week'],
        [1, 'sales'],
        [3, null],
        [4, 'date'],
      ],
    );
    for (const { reason } of json.refused) assert.ok(reason.length > 5);
    assert.equal(json.extra, [{ index: 2, field: 'colour' }]);
    assert.equal((await get('/get_raw_sales')).json, [WEEK]);
  });
});

test('refuses a body that is no list with 400, and a list that is too long with 413', async () => {
  await withSales(
    async ({ get, post }) => {
      for (const body of [{}, null, 3, 'rows', { rows: [WEEK] }]) assert.is((await post(body)).status, 400); // prettier-ignore
      const { status, json } = await post([WEEK, WEEK, DATE]);
      assert.equal([status, json.message], [413, 'a list must have at most 2 rows; got 3']);
      assert.equal((await get('/get_raw_sales')).json, []);
      assert.is((await post([])).status, 200);
    },
    { maxRows: 2 },
  );
});

test('changes nothing when the same is posted again, not its tag either; a new value replaces', async () => {
  await withSales(async ({ get, ask, post }) => {
    await post([WEEK, DATE]);
    const first = await get('/get_raw_sales');
    const tag = String(first.headers.etag);
    assert.is((await post([DATE, WEEK])).json.n_unchanged, 2);
    const same = await ask('GET', '/get_raw_sales', {
      headers: { 'if-none-match': `"x", ${tag}` },
    });
    assert.equal([same.status, same.text, same.headers.etag], [304, '', tag]);
    assert.is((await post([{ ...WEEK, sales: 500 }])).json.n_changed, 1);
    const changed = await ask('GET', '/get_raw_sales', { headers: { 'if-none-match': tag } });
    assert.is(changed.status, 200);
    assert.is(changed.json.find((row: typeof WEEK) => row.sales === 500).vegetable, 'Tomate');
  });
});

test('answers with and without a slash at the end, and empties by four ways', async () => {
  await withSales(async ({ ask, get, post }) => {
    for (const method of ['GET', 'POST'] as const) {
      for (const url of ['/init_database', '/init_db', '/init_database/', '/init_db/']) {
        assert.is((await post([WEEK])).json.n_new, 1);
        for (const table of ['/get_raw_sales/', '/get_monthly_sales/']) {
          assert.is((await get(table)).json.length, 1, table);
        }
        assert.equal((await ask(method, url)).json, { status: 'initialized' });
        assert.equal((await get('/get_raw_sales')).json, []);
      }
    }
    const slashed = await ask('POST', '/post_sales/', { payload: [WEEK] });
    assert.is(slashed.json.n_new, 1);
  });
});

test('takes an empty body for nothing: enough to empty the store, too little for a post', async () => {
  await withSales(async ({ ask }) => {
    const headers = { 'content-type': 'application/json' };
    assert.is((await ask('POST', '/init_db', { headers, payload: '' })).status, 200);
    assert.is((await ask('POST', '/post_sales', { headers, payload: '' })).status, 400);
    assert.is((await ask('POST', '/post_sales')).status, 400);
  });
});

test('answers 503 when a post could not be written, goes on, and shows nothing of it', async () => {
  const full = (): Promise<never> => Promise.reject(new Error('no space left'));
  const engine: Engine = {
    ...{ load: async () => NO_ROWS, close: async () => {} },
    ...{ commit: full, clear: full, rewrite: full },
  };
  const resolveName = (): ResolvedName => ({ vegetable: 'leek', match: 'dictionary' });
  const outliers = { method: 'standard', threshold: 5 } as const;
  const store = await openSalesStore(engine, { weeks: 'strptime', resolveName, outliers });
  const options = { weeks: 'strptime', resolveName, maxRows: 9 } as const;
  const about = { params: SERVICE_DEFAULTS, version: '0', facts: {} };
  await withService(createSalesService(store, options, about), async ({ app, lines }) => {
    const posted = await app.inject({ method: 'POST', url: '/post_sales', payload: [WEEK] });
    assert.is(posted.statusCode, 503);
    assert.is(posted.json().message, 'it could not be stored, and none of it was; send it again');
    const failed = lines.find(({ msg }) => msg === 'failed') as { err: { stack: string } };
    assert.match(failed.err.stack, 'no space left');
    assert.is((await app.inject('/init_db')).statusCode, 503);
    assert.equal((await app.inject('/get_raw_sales')).json(), []);
  });
});

test('empties nothing for a HEAD or another method', async () => {
  await withSales(async ({ ask, get, post }) => {
    await post([WEEK]);
    for (const url of ['/init_database', '/init_db']) {
      assert.is((await ask('HEAD', url)).status, 405);
      assert.is((await ask('PUT', url)).status, 405);
    }
    assert.is((await get('/get_raw_sales')).json.length, 1);
  });
});

/** Forty weeks of 10, and one of 10,000 in the week of 5 October 2020 (202040). */
const WITH_OUTLIER = Array.from({ length: 41 }, (_, i) => ({
  ...{ year_week: 202_001 + i, vegetable: 'pear', sales: i === 39 ? 10_000 : 10 },
}));

test('leaves outliers out for true and 1 in any case, keeps them for false and 0', async () => {
  await withSales(async ({ get, post }) => {
    await post(WITH_OUTLIER);
    const months = async (query: string): Promise<number[]> =>
      (await get(`/get_monthly_sales${query}`)).json.map((row: { year_month: number }) => row.year_month); // prettier-ignore
    const all = Array.from({ length: 10 }, (_, i) => 202_001 + i);
    for (const value of ['false', 'False', 'FALSE', '0']) {
      assert.equal(await months(`?remove_outliers=${value}`), all, value);
    }
    assert.equal(await months(''), all);
    for (const value of ['true', 'True', 'TRUE', 'tRuE', '1']) {
      assert.equal(await months(`?remove_outliers=${value}`), all.slice(0, -1), value);
    }
    for (const value of ['yes', '', '2', 'true&remove_outliers=true']) {
      assert.is((await get(`/get_monthly_sales?remove_outliers=${value}`)).status, 400, value);
    }
  });
});

test('says which months hold outliers when asked', async () => {
  await withSales(async ({ get, post }) => {
    await post(WITH_OUTLIER);
    const { json } = await get('/get_monthly_sales?is_outlier=true&from=202009');
    assert.equal(
      json.map((row: Record<string, unknown>) => [row.year_month, row.is_outlier]),
      [
        [202_009, false],
        [202_010, true],
      ],
    );
    const rest = await get('/get_monthly_sales?is_outlier=1&remove_outliers=1&from=202009');
    assert.equal(rest.json.map((row: object) => Object.keys(row)), [['year_month', 'vegetable', 'sales', 'is_outlier']]); // prettier-ignore
  });
});

test('filters by vegetable in any spelling, and by time, and gives pages', async () => {
  await withSales(async ({ get, post }) => {
    await post([
      WEEK,
      { ...WEEK, year_week: 202_010, vegetable: 'tomatoes' },
      { ...DATE, date: '2020-02-03' },
      { ...WEEK, vegetable: 'xqzt' },
    ]);
    const names = async (url: string): Promise<string[]> =>
      (await get(url)).json.map((row: { vegetable: string }) => row.vegetable);
    assert.equal(await names('/get_raw_sales?vegetable=TOMATO'), ['Tomate', 'tomatoes']);
    assert.equal(await names('/get_raw_sales?vegetable=xqzt'), ['xqzt']);
    assert.equal(await names('/get_raw_sales?vegetable=leek'), []);
    assert.equal(await names('/get_raw_sales?from=2020-02-03&to=2020-02-03'), ['zanahorias']);
    assert.equal(await names('/get_raw_sales?from=2020-02-04'), ['tomatoes']);
    assert.equal(await names('/get_monthly_sales?vegetable=tomaten&to=202001'), ['tomato']);
    assert.equal(await names('/get_monthly_sales?from=202002'), ['carrot', 'tomato']);
    const second = await get('/get_raw_sales?limit=1&offset=1');
    assert.equal([second.json.length, second.headers['x-total-count']], [1, '4']);
    assert.equal(await names('/get_raw_sales?offset=9'), []);
  });
});

test('names what it does not know of a question', async () => {
  await withSales(async ({ get }) => {
    for (const [query, message] of [
      ['remove_outlier=1', 'remove_outlier is not known here'],
      ['limit=0&from=x', 'limit must be >= 1, from must be integer'],
      ['limit=many', 'limit must be integer'],
    ]) {
      const { status, json } = await get(`/get_monthly_sales?${query}`);
      assert.equal([status, json.message], [400, message]);
    }
    const { json } = await get('/get_raw_sales?from=2021-02-29');
    assert.is(json.message, 'from must match format "date"');
  });
});

test('lists the names of which no vegetable can be told, which are in bronze and not in gold', async () => {
  await withSales(async ({ get, post }) => {
    await post([WEEK, { ...WEEK, vegetable: 'xqzt' }, { ...WEEK, year_week: 202_002, vegetable: 'xqzt' }]); // prettier-ignore
    assert.equal((await get('/unknown_vegetables')).json, [{ vegetable: 'xqzt', n_rows: 2 }]);
    assert.is((await get('/get_raw_sales')).json.length, 3);
    assert.is((await get('/get_monthly_sales')).json.length, 1);
  });
});

test('writes CSV when asked by the address or the header, no formula among it', async () => {
  await withSales(async ({ ask, get, post }) => {
    await post([WEEK, DATE, { ...WEEK, year_week: 202_002, vegetable: '=1+1,"' }]);
    const { text, headers } = await get('/get_raw_sales?format=csv');
    assert.is(headers['content-type'], 'text/csv; charset=utf-8');
    assert.is(
      text,
      'year_week,date,vegetable,sales,kilo_sold\n' +
        ',2020-01-06,zanahorias,,70\n202001,,Tomate,489,\n202002,,"\'=1+1,""",489,\n',
    );
    const types = async (
      accept: string,
      url = '/get_monthly_sales?is_outlier=1',
    ): Promise<unknown> => (await ask('GET', url, { headers: { accept } })).headers['content-type'];
    assert.is(await types('text/csv'), 'text/csv; charset=utf-8');
    assert.is(await types('*/*'), 'application/json; charset=utf-8');
    assert.is(await types('application/json, text/csv'), 'application/json; charset=utf-8');
    assert.is(
      await types('text/csv', '/get_raw_sales?format=json'),
      'application/json; charset=utf-8',
    );
    const monthly = await get('/get_monthly_sales?is_outlier=1&vegetable=carrot&format=csv');
    assert.is(monthly.text, 'year_month,vegetable,sales,is_outlier\n202001,carrot,70,false\n');
  });
});

test('counts rows by what became of them', async () => {
  await withSales(async ({ get, post }) => {
    await post([WEEK, DATE, { ...WEEK, vegetable: 'xqzt' }]);
    await post([WEEK, { ...DATE, kilo_sold: 1 }, { ...WEEK, sales: -1 }, null]);
    const { text } = await get('/metrics');
    for (const line of [
      'sales_rows_posted_total{outcome="new"} 3',
      'sales_rows_posted_total{outcome="changed"} 1',
      'sales_rows_posted_total{outcome="unchanged"} 1',
      'sales_rows_posted_total{outcome="refused"} 2',
      'sales_refused_fields_total{field="sales"} 1',
      'sales_refused_fields_total{field="row"} 1',
      'sales_rows{table="bronze"} 3',
      'sales_rows{table="gold"} 2',
      'sales_unknown_vegetables 1',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
  });
});

test('property: whatever list is posted, the counts add up, and what was new is there', async () => {
  const junk = fc.jsonValue({ maxDepth: 2 });
  const cell = <T>(...valid: T[]): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: fc.constantFrom(...valid), weight: 4 }, { arbitrary: junk, weight: 1 });
  const amount = cell(0, 3, 2.5);
  const row = fc.oneof(
    junk,
    fc.record({ year_week: cell(202_001, 202_002, 202_054), vegetable: cell('leek', 'xqzt', ''), sales: amount }, { requiredKeys: [] }), // prettier-ignore
    fc.record({ date: cell('2020-01-06', '2021-02-29'), vegetable: cell('leek'), kilo_sold: amount, colour: junk }), // prettier-ignore
  );
  await withSales(async ({ get, post }) => {
    let nNew = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
        const { status, json } = await post(rows);
        assert.is(status, 200);
        assert.is(json.n_new + json.n_changed + json.n_unchanged + json.n_refused, rows.length);
        nNew += json.n_new;
        assert.is((await get('/get_raw_sales')).json.length, nNew);
      }),
      { seed: 12, numRuns: 100 },
    );
    assert.ok(nNew >= 5);
  });
});

test('refuses a location with a password, wherever it stands in it, and does not repeat it', async () => {
  const vegetables = join(PROJECT, 'data/vegetables.yaml');
  const open = async (location: string): Promise<string> => {
    const params: ServeSalesParams = {
      ...{ ...SERVICE_DEFAULTS, storage: 'postgresql', location, weeks: 'strptime', maxRows: 1 },
      outliers: { method: 'standard', threshold: 5 },
    };
    const refusal = await openSales(params, { vegetables, version: '0' }).catch(({ code, message }) => `${code}: ${message}`); // prettier-ignore
    return String(refusal);
  };
  for (const rest of [
    'u:pw@127.0.0.1:1/a',
    ':pw@127.0.0.1:1/a',
    'u:a%40b@127.0.0.1:1/a',
    '127.0.0.1:1/a?password=pw',
  ]) {
    assert.is(await open(`postgresql://${rest}`), 'E_PARAMS: serve-sales.location must not hold a password', rest); // prettier-ignore
  }
  for (const location of ['postgresql://u:p/w@127.0.0.1:1/a', '127.0.0.1/a']) {
    assert.is(await open(location), 'E_PARAMS: serve-sales.location must be a URL when storage is postgresql'); // prettier-ignore
  }
});

test.run();
