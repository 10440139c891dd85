import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { JOIN_SCHEMA, toJoinColumn } from '../../../lib/joining/declarations.ts';

const test = suite('declarations of join');

function problemsOf(value: unknown): string {
  try {
    JOIN_SCHEMA.columns.format(value);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('spells keys, times and windows out', () => {
  const count = { name: 'n', count: 'clicks' } as const;
  assert.equal(toJoinColumn({ ...count, on: 'user', window: '12h' }, 'time'), {
    ...{ name: 'n', kind: 'count', table: 'clicks', column: null, missing: null },
    on: [{ base: 'user', table: 'user' }],
    times: { base: 'time', table: 'time' },
    window: { microseconds: 12 * 3600 * 1e6 },
  });
  const { on, times, window } = toJoinColumn(
    { ...count, on: { user: 'id', ad: 'ad' }, window: 'day', time: 'at' },
    'time',
  );
  assert.equal(on, [
    { base: 'user', table: 'id' },
    { base: 'ad', table: 'ad' },
  ]);
  assert.equal(times, { base: 'time', table: 'at' });
  assert.is(window, 'day');
  const lookup = {
    name: 'city',
    lookup: 'users',
    on: ['user', 'ad'],
    column: 'city',
    missing: '?',
  };
  assert.equal(toJoinColumn(lookup, 'time'), {
    ...{ name: 'city', kind: 'lookup', table: 'users', column: 'city', missing: '?' },
    on: [
      { base: 'user', table: 'user' },
      { base: 'ad', table: 'ad' },
    ],
    ...{ times: null, window: null },
  });
  const duration = (text: string): unknown =>
    toJoinColumn({ ...count, on: 'user', window: text }, 'time').window;
  assert.equal(duration('7d'), { microseconds: 604_800_000_000 });
  assert.equal(duration('30m'), { microseconds: 1_800_000_000 });
  assert.equal(duration('90s'), { microseconds: 90_000_000 });
});

test('names every problem of a list at once, with the nearest known word', () => {
  assert.is(problemsOf('count'), 'a list of columns {name, <kind>: table, on}');
  assert.equal(
    problemsOf([
      3,
      { count: 'clicks', on: 'user', window: 'all' },
      { name: 'a', on: 'user' },
      { name: 'b', count: 'clicks', sum: 'clicks', on: 'user', window: 'all' },
      { name: 'c', count: 'clicks', on: 'user' },
      { name: 'd', count: 'clicks', on: 'user', window: 'week', column: 'price' },
      { name: 'e', lookup: 'users', on: [], column: 'city', window: 'day' },
      { name: 'f', lookup: 'users', on: {}, colum: 'city', missing: true },
      { name: 'g', sum: 'clicks', on: 'user', column: 'price', window: '0d', missing: 0 },
      { name: 'h', latest: '', on: 'user', column: 'price' },
    ]).split('; '),
    [
      'a list of columns',
      'item 1 must have a name',
      'item 2 must have a name',
      'a must name its table by one of lookup, latest, count, sum, mean',
      'b must name its table by one of lookup, latest, count, sum, mean',
      'c must have a window: all, day, or a duration as 7d, 12h, 30m or 90s',
      'd takes no column, being a count',
      'd must have a window: all, day, or a duration as 7d, 12h, 30m or 90s',
      'e takes no window, being a lookup',
      'e must have keys in on',
      'f has an unknown key colum',
      'did you mean column?',
      'f must have a column of the table',
      'f must have a number or a text as missing',
      'f must have keys in on',
      'g must have a window: all, day, or a duration as 7d, 12h, 30m or 90s',
      'g takes no missing, being a sum',
      'h must name its table by one of lookup, latest, count, sum, mean',
    ],
  );
  assert.is(problemsOf([{ name: 'n', count: 'clicks', on: 'user', window: 'all' }]), '');
});

test.run();
