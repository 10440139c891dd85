import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { toOrderDate } from '../../../lib/data/hourly-csv.ts';
import { readTurnover } from '../../../lib/data/restaurant-orders.ts';
import { StageError } from '../../../lib/errors.ts';
import type { HourlyTurnover } from '../../../lib/forecasting/restaurants/hourly-features.ts';

const test = suite('orders of restaurants');
let folder = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'timberline-restaurants-'));
});
test.after.each(() => rmSync(folder, { recursive: true }));

const OTHERS = 'Order Date,Item Name,Quantity,Product Price,Total products';
const write = (restaurant: 1 | 2, week: number, rows: readonly string[], header?: string): void => {
  const columns = header ?? `${restaurant === 1 ? 'Order Number' : 'Order ID'},${OTHERS}`;
  const name = `restaurant_${restaurant}_week_${String(week).padStart(3, '0')}.csv`;
  writeFileSync(join(folder, name), [columns, ...rows, ''].join('\n'));
};
const read = (startWeek = 7, endWeek = 7): HourlyTurnover =>
  readTurnover(folder, { startWeek, endWeek });
const complaint = (startWeek?: number, endWeek?: number): StageError => {
  try {
    read(startWeek, endWeek);
  } catch (error) {
    assert.instance(error, StageError);
    assert.is((error as StageError).code, 'E_DATA');
    return error as StageError;
  }
  throw new Error('nothing was refused');
};

test('sums quantity times price by the hour over both restaurants, empty hours 0', () => {
  write(1, 7, ['1,2018-10-31 19:59:00,Mint Sauce,2,0.5,2', '1,2018-10-31 19:59:00,Naan,1,2.95,2']);
  write(2, 7, ['9,2018-10-31 22:00:00,Naan,3,2.1,1', '8,2018-10-31 19:00:00,Rice,1,3,1']);
  const { start, cashIn } = read();
  assert.is(toOrderDate(start), '2018-10-31 19:00:00');
  assert.equal([...cashIn], [6.95, 0, 0, 6.3]);
});

test('joins weeks, whichever of the known separators and dates each file has', () => {
  write(1, 7, ['1,2018-10-31 23:10:00,Naan,1,2,1']);
  write(2, 7, []);
  write(
    1,
    8,
    ['2;01/11/2018 00:20;Rice, fried;1;3;1'],
    `Order Number,${OTHERS}`.replaceAll(',', ';'),
  );
  write(2, 8, []);
  const { start, cashIn } = read(7, 8);
  assert.is(toOrderDate(start), '2018-10-31 23:00:00');
  assert.equal([...cashIn], [2, 3]);
});

test('reads files with a byte order mark, carriage returns and quoted cells in any order', () => {
  const lines = [
    '\ufeff"Quantity","Order Date","Product Price","Order Number"',
    '"2","2018-10-31 19:24:00",1.5,7',
    '1,2018-10-31 20:24:00,"4",8',
  ];
  writeFileSync(join(folder, 'restaurant_1_week_007.csv'), `${lines.join('\r\n')}\r\n`);
  write(2, 7, ['1,2018-10-31 19:24:00,"Rice, ""fried""",1,3,1']);
  assert.equal([...read().cashIn], [6, 4]);
});

test('names the line of a row with too few cells', () => {
  write(1, 7, ['1,2018-10-31 19:24:00,Naan,1,2,1', '2,2018-10-31 19:24:00,Naan']);
  write(2, 7, []);
  assert.is(
    complaint().message,
    `${join(folder, 'restaurant_1_week_007.csv')}:3 must have 6 cells; got "2,2018-10-31 19:24:00,Naan"`,
  );
});

test('refuses a quote that is not closed', () => {
  write(1, 7, ['1,2018-10-31 19:24:00,"Naan,1,2,1']);
  write(2, 7, []);
  const path = join(folder, 'restaurant_1_week_007.csv');
  assert.ok(complaint().message.startsWith(`${path} must be a well-formed CSV file; got Quote`));
});

test('reads days of one digit, times without seconds, and passes over empty lines at the end', () => {
  write(1, 7, ['1,1/11/2018 00:20,Naan,1,2,1', '', '']);
  write(2, 7, ['2,2018-11-01 00:59,Naan,1,3,1']);
  const { start, cashIn } = read();
  assert.is(toOrderDate(start), '2018-11-01 00:00:00');
  assert.equal([...cashIn], [5]);
});

test('refuses dates that no calendar has, and dates alone', () => {
  const dates = ['2018-02-30 10:00', '2018-10-31', '31/10/2018 24:00', ''];
  write(1, 7, dates.map((date) => `1,${date},Naan,1,2,1`)); // prettier-ignore
  write(2, 7, []);
  const { message } = complaint();
  assert.is(message.match(/column Order Date must be a date and time/g)?.length, 4);
});

test('gives one hour for one order', () => {
  write(1, 7, ['1,2018-10-31 19:24:00,Naan,1,2,1']);
  write(2, 7, []);
  assert.equal([...read().cashIn], [2]);
});

test('keeps local hours in a night of daylight saving: skipped 0, repeated summed', () => {
  write(1, 7, ['1,2018-03-25 00:30:00,Naan,1,2,1', '2,2018-03-25 02:30:00,Naan,1,3,1']);
  write(2, 7, []);
  assert.equal([...read().cashIn], [2, 0, 3]);
  write(1, 7, ['1,2018-10-28 01:30:00,Naan,1,2,1', '2,2018-10-28 01:30:00,Naan,1,3,1']);
  assert.equal([...read().cashIn], [5]);
});

test('names every file that is missing', () => {
  write(1, 7, []);
  const { message } = complaint(7, 8);
  const missing = ['2_week_007', '1_week_008', '2_week_008'];
  const paths = missing.map((name) => join(folder, `restaurant_${name}.csv`)).join(', ');
  assert.is(
    message,
    `every week from start_week to end_week must have a file of each restaurant; got none at ${paths}`,
  );
});

test('refuses a file with the header of another', () => {
  write(1, 7, []);
  write(2, 7, [], `Order Number,${OTHERS}`);
  assert.is(
    complaint().message,
    `${join(folder, 'restaurant_2_week_007.csv')}:1 must have the columns Order ID, Order Date, Quantity, Product Price; got "Order Number,${OTHERS}"`,
  );
});

test('names file, line and column of values that are wrong, all at once', () => {
  write(1, 7, ['1,2018-10-31 19:24:00,Naan,-1,2,1', '2,yesterday,Naan,1,2,1']);
  write(2, 7, ['1,2018-10-31 19:24:00,Naan,1,,1']);
  const [first, second] = [1, 2].map((n) => join(folder, `restaurant_${n}_week_007.csv`));
  assert.is(
    complaint().message,
    [
      `${first}:2 column Quantity must be a number of at least 0; got "-1"`,
      `${first}:3 column Order Date must be a date and time; got "yesterday"`,
      `${second}:2 column Product Price must be a number of at least 0; got an empty cell`,
    ].join('\n'),
  );
});

test('says where no week has an order', () => {
  write(1, 7, []);
  write(2, 7, []);
  assert.is(
    complaint().message,
    'the weeks from start_week to end_week must have orders; got none',
  );
});

test.run();
