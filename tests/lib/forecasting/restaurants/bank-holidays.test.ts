import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bankHolidays } from '../../../../lib/forecasting/restaurants/bank-holidays.ts';

const GOLDEN = new URL('../../../golden/bank-holidays/expected.json', import.meta.url);

const test = suite('bank holidays');

test('are those of England in every year in which none was moved', () => {
  const { years } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
    readonly years: Readonly<Record<string, readonly string[]>>;
  };
  for (const [year, dates] of Object.entries(years)) {
    assert.equal(bankHolidays(Number(year)), dates);
  }
});

test('a Christmas at a weekend is made up for on Monday and Tuesday', () => {
  assert.equal(bankHolidays(2021).slice(-2), ['2021-12-27', '2021-12-28']);
  assert.equal(bankHolidays(2022).slice(-2), ['2022-12-26', '2022-12-27']);
});

test.run();
