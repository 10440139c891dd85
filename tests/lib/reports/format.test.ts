import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatCount,
  formatMeasure,
  formatPercent,
  formatRows,
  formatScore,
} from '../../../lib/reports/format.ts';

const test = suite('lib/reports/format');

test('groups the digits of a count by three', () => {
  assert.equal([0, 999, 1000, 116_203, 1_234_567].map(formatCount), [
    '0',
    '999',
    '1,000',
    '116,203',
    '1,234,567',
  ]);
});

test('counts rows', () => {
  assert.equal([0, 1, 1000].map(formatRows), ['0 rows', '1 row', '1,000 rows']);
});

test('does not round a share to nothing or to all', () => {
  assert.equal([0, 0.0004, 0.0005, 0.5, 0.9994, 0.9995, 1].map(formatPercent), [
    '0.0 %',
    '<0.1 %',
    '0.1 %',
    '50.0 %',
    '99.9 %',
    '>99.9 %',
    '100.0 %',
  ]);
});

test('writes scores with four decimals and a dash where there is none', () => {
  assert.equal([0.95768, 1, null].map(formatScore), ['0.9577', '1.0000', '–']);
});

test('keeps three digits of a quantity, or all before the point', () => {
  const values = [
    0, 0.25, -0.12345, 9.949, 28.44, 99.49, 99.5, 197.4, 999.5, 3201.6, -1731.2, 1.2e-7,
  ];
  assert.equal(values.map(formatMeasure), [
    '0',
    '0.25',
    '-0.123',
    '9.949',
    '28.44',
    '99.49',
    '99.5',
    '197.4',
    '1,000',
    '3,202',
    '-1,731',
    '1.2e-7',
  ]);
});

test.run();
