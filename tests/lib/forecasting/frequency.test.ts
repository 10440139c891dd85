import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import {
  defaultSeasonLength,
  FREQUENCIES,
  parseFrequency,
  toCalendarDay,
  toStep,
  toTime,
} from '../../../lib/forecasting/frequency.ts';

const test = suite('frequencies');

test('count periods since 1970', () => {
  // 2023-07: 53 years and 6 months; 2024-04-01 is the 2,831st Monday
  const STEPS: [string, string, number][] = [
    ['h', '1970-01-02T01:00', 25],
    ['D', '1969-12-31', -1],
    ['W', '1970-01-05', 0],
    ['W-THU', '1970-01-01', 0],
    ['W-WED', '1970-01-07', 0],
    ['W', '2024-04-01', 2830],
    ['MS', '2023-07-01', 642],
    ['QS', '2023-07-01', 214],
    ['YS', '1965-01-01', -5],
    ['1', '-12', -12],
  ];
  for (const [freq, time, step] of STEPS) assert.is(toStep(parseFrequency(freq), time), step, freq);
});

test('turn every step into a time and back', () => {
  for (const name of [...FREQUENCIES, 'W-SUN', 'W-WED']) {
    const freq = parseFrequency(name);
    for (let step = -900; step < 3000; step += 7) assert.is(toStep(freq, toTime(freq, step)), step);
  }
});

test('know no step of what is no time, lies between two steps or has a zone', () => {
  const NONE: [string, string][] = [
    ...([
      ['D', 'soon'],
      ['D', '2024-02-30'],
      ['D', '2024-1-1'],
      ['D', ''],
    ] as [string, string][]),
    ...([
      ['h', '2024-01-01 10:30'],
      ['h', '2024-01-01T10:00:00Z'],
      ['D', '2024-01-01 24:00'],
    ] as [string, string][]),
    ...([
      ['MS', '2024-01-31'],
      ['QS', '2024-02-01'],
      ['W', '2024-04-02'],
      ['1', '1.5'],
    ] as [string, string][]),
  ];
  for (const [freq, time] of NONE)
    assert.is(toStep(parseFrequency(freq), time), null, `${freq} ${time}`);
});

test('take old spellings', () => {
  const names = ['H', 'M', 'Q', 'Y', 'W-SUN'].map((text) => parseFrequency(text).name);
  assert.equal(names, ['h', 'MS', 'QS', 'YS', 'W']);
  assert.is(parseFrequency('W-SUN').weekday, 7);
});

test('refuse others', () => {
  for (const text of ['', 'monthly', 'D-SUN', 'W-XYZ', 'toString']) {
    assert.throws(
      () => parseFrequency(text),
      (error: unknown) => error instanceof StageError && error.code === 'E_PARAMS',
      text,
    );
  }
});

test('have a calendar', () => {
  const freq = parseFrequency('h');
  const day = toCalendarDay(freq, toStep(freq, '2024-03-31 02:00')!);
  assert.equal(day, { year: 2024, month: 3, day: 31, weekday: 7, hour: 2 });
});

test('have season lengths', () => {
  assert.equal(
    ['h', 'D', 'W', 'MS', 'QS', 'YS', '1'].map((text) => defaultSeasonLength(parseFrequency(text))),
    [24, 7, 52, 12, 4, 1, 1],
  );
});

test.run();
