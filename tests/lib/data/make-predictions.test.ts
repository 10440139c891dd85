import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePredictions } from '../../../lib/data/make-predictions.ts';
import { StageError } from '../../../lib/errors.ts';
import { PROJECT, inTemporaryFolder } from '../../support/stage-process.ts';

const GOLDEN = `${PROJECT}tests/golden/sales-ridge/`;
const data = { sales: `${GOLDEN}sales.csv`, marketing: `${GOLDEN}marketing.csv` };
const expected = JSON.parse(readFileSync(`${GOLDEN}expected.json`, 'utf8')) as Record<
  string,
  { readonly predictions: readonly number[] }
>;
const sales = readFileSync(data.sales, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));

const test = suite('makePredictions');

for (const [name, features] of [
  ['past_sales', ['past_sales']],
  ['past_sales', ['same_month_last_year', 'last_year_average', 'growth']],
  ['marketing', ['past_sales', 'marketing']],
] as const) {
  test(`equals scikit-learn's Ridge with ${features.join(', ')}`, async () => {
    const rows = await makePredictions({
      data,
      start_test: '2023-07-01',
      model: 'Ridge',
      features,
    });
    const want = expected[name].predictions;
    assert.is(rows.length, want.length);
    for (const [k, { prediction }] of rows.entries()) {
      assert.ok(Math.abs(prediction - want[k]) <= 1e-9 * want[k], `${prediction} ${want[k]}`);
    }
  });
}

for (const [model, lag] of [
  ['PrevMonthSale', 1],
  ['SameMonthLastYearSales', 12],
] as const) {
  test(`by ${model} gives the month ${lag} earlier, rows, order and names as in the input`, async () => {
    const rows = await makePredictions({ data, start_test: '2023-07-01', model });
    const want = sales.flatMap(([dates, item_id], k) =>
      dates >= '2023-07-01' ? [{ dates, item_id, prediction: Number(sales[k - lag][2]) }] : [],
    );
    assert.is(want.length, 18);
    assert.equal(rows, want);
  });
}

/** What makePredictions says of this configuration and text of sales. */
async function complaintOf(config: object, text?: (csv: string) => string): Promise<string> {
  return await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'sales.csv');
    const csv = readFileSync(data.sales, 'utf8');
    writeFileSync(file, text === undefined ? csv : text(csv));
    const base = { data: { sales: file }, start_test: '2023-07-01', model: 'Ridge' };
    try {
      await makePredictions({ ...base, ...config });
    } catch (error) {
      assert.ok(error instanceof StageError, String(error));
      return `${error.code} ${error.message.replaceAll(`${folder}/`, '')}`;
    }
    return 'nothing';
  });
}

test('says what is wrong with a configuration', async () => {
  assert.match(await complaintOf({ modle: 'Ridge' }), 'E_PARAMS 1 parameter problem');
  assert.is(
    await complaintOf({ features: ['past_sales', 'price'] }),
    'E_PARAMS forecast.data must name a table for every feature; got none for price',
  );
  assert.match(await complaintOf({ features: [] }), 'E_PARAMS forecast.features must hold one of');
  assert.is(
    await complaintOf({ start_test: '2023-07-15' }),
    'E_PARAMS forecast.start_test must be the first day of a month from 2022-02-01 to 2023-12-01; got 2023-07-15',
  );
  assert.match(
    await complaintOf({ data: { sales: 'nowhere.csv' } }),
    'E_DATA nowhere.csv must exist',
  );
});

test('says what is wrong with a table', async () => {
  const line = (csv: string): string => csv.split('\n')[5];
  assert.match(await complaintOf({}, () => ''), 'E_DATA sales.csv must be a table');
  assert.match(
    await complaintOf({}, (csv) => csv.replace('item_id', 'item')),
    'E_DATA sales.csv must have the column item_id',
  );
  assert.match(
    await complaintOf({}, (csv) => csv + line(csv) + '\n'),
    'E_DATA sales.csv must have every item and month once; got b 2021-02-01 again in line 119',
  );
  assert.match(
    await complaintOf({}, (csv) => csv.replace(`${line(csv)}\n`, '')),
    'E_DATA sales.csv must have a row for every item and month; got none for b 2021-02-01',
  );
  assert.match(
    await complaintOf({}, (csv) => csv.replace(line(csv), '2021-02-01,b,-5')),
    'E_DATA sales.csv column sales must be a number of at least 0; got -5 of b 2021-02-01',
  );
  assert.match(
    await complaintOf({}, (csv) =>
      csv.replace(/2023-11-01,b,[\d.]+\n2023-12-01,b,[\d.]+/, '2023-11-01,b,\n2023-12-01,b,'),
    ),
    'E_DATA sales must be known up to the month before the one that is predicted; got none before b 2023-12-01',
  );
});

test('refuses an objective that comes twice', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'objectives.csv');
    const rows = ['item_id,fiscal_year,objective', 'b,2021,900', 'b,2022,950', 'b,2021,901'];
    writeFileSync(file, rows.join('\n'));
    assert.is(
      await complaintOf({
        data: { sales: data.sales, objectives: file },
        features: ['past_sales', 'objectives'],
        model: 'CustomModel',
      }),
      `E_DATA ${file} must have every item and fiscal_year once; got b 2021 again`,
    );
  });
});

test.run();
