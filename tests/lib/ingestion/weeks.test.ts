import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  WEEK_NUMBERINGS,
  firstDayOfWeek,
  formatDate,
  monthShares,
  parseDate,
} from '../../../lib/ingestion/weeks.ts';
import type { WeekNumbering } from '../../../lib/ingestion/weeks.ts';

type Weeks = Record<WeekNumbering, Record<string, [number, string, number, string]>>;
const golden = new URL('../../golden/monthly-sales/expected.json', import.meta.url);
const { weeks } = JSON.parse(readFileSync(golden, 'utf8')) as { weeks: Weeks };

const test = suite('weeks');

const begins = (yearWeek: number, numbering: WeekNumbering = 'strptime'): string | null => {
  const day = firstDayOfWeek(yearWeek, numbering);
  return day === null ? null : formatDate(day);
};

for (const numbering of WEEK_NUMBERINGS) {
  test(`${numbering} weeks of 1990 to 2040 begin where Python says, and no others are there`, () => {
    for (const [text, [first, firstDay, last, lastDay]] of Object.entries(weeks[numbering])) {
      const year = Number(text) * 100;
      assert.is(begins(year + first, numbering), firstDay);
      assert.is(begins(year + last, numbering), lastDay);
      for (let week = 0; week < 100; week++) {
        const day = firstDayOfWeek(year + week, numbering);
        assert.is(day !== null, week >= first && week <= last, `${year + week}`);
        if (day !== null) assert.is(day, parseDate(firstDay)! + 7 * (week - first));
      }
    }
  });
}

test('the last days of a year and the first of the next are one week under two numbers', () => {
  assert.is(begins(202052), '2020-12-28');
  assert.is(begins(202100), '2020-12-28');
  assert.is(begins(202053, 'iso'), '2020-12-28');
  assert.is(begins(202101), '2021-01-04');
});

test('a year that begins on a Monday has no week 00, and only a year with 53 Mondays a week 53', () => {
  assert.is(begins(202400), null);
  assert.is(begins(202401), '2024-01-01');
  assert.is(begins(202453), '2024-12-30');
  assert.is(begins(202053), null);
  assert.is(begins(202054), null);
  assert.is(begins(202300, 'iso'), null);
});

test('years before 1900 and after 2999 have no weeks and no days', () => {
  assert.is(begins(189952), null);
  assert.is(begins(190001), '1900-01-01');
  assert.is(begins(299952), '2999-12-30');
  assert.is(begins(300001), null);
  assert.is(parseDate('1899-12-31'), null);
  assert.is(parseDate('3000-01-01'), null);
});

test('dates are those that exist, as YYYY-MM-DD', () => {
  assert.is(parseDate('1970-01-01'), 0);
  assert.is(parseDate('2020-02-29'), 18_321);
  for (const text of [
    '2021-02-29',
    '2020-13-01',
    '2020-00-10',
    '2020-04-31',
    '2020-1-6',
    ' 2020-01-06',
    '2020-01-06T00:00',
    '20200106',
    '',
  ]) {
    // prettier-ignore
    assert.is(parseDate(text), null, text);
  }
});

test('days are written as they are read', () => {
  fc.assert(
    fc.property(fc.integer({ min: -25_567, max: 376_199 }), (day) => {
      assert.is(parseDate(formatDate(day)), day);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('seven days lie in one month, or in two that follow each other', () => {
  const sharesOf = (text: string): (readonly [number, number])[] =>
    monthShares(parseDate(text)!).map(({ yearMonth, nDays }) => [yearMonth, nDays]);
  assert.equal(sharesOf('2020-01-06'), [[202001, 7]]);
  assert.equal(sharesOf('2020-01-27'), [[202001, 5], [202002, 2]]); // prettier-ignore
  assert.equal(sharesOf('2020-12-28'), [[202012, 4], [202101, 3]]); // prettier-ignore
  assert.equal(sharesOf('2020-02-23'), [[202002, 7]]);
  assert.equal(sharesOf('2020-02-24'), [[202002, 6], [202003, 1]]); // prettier-ignore
  assert.equal(sharesOf('2021-02-22'), [[202102, 7]]);
  assert.equal(sharesOf('2020-12-31'), [[202012, 1], [202101, 6]]); // prettier-ignore
});

test('every day of a week lies in the month that its date says', () => {
  fc.assert(
    fc.property(fc.integer({ min: -25_567, max: 376_190 }), (firstDay) => {
      const months = new Map<number, number>();
      for (let day = firstDay; day < firstDay + 7; day++) {
        const month = Number(formatDate(day).slice(0, 7).replace('-', ''));
        months.set(month, (months.get(month) ?? 0) + 1);
      }
      const shares = monthShares(firstDay).map(({ yearMonth, nDays }) => [yearMonth, nDays]);
      assert.equal(shares, [...months]);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test.run();
