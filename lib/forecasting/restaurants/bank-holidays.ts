/** Bank holidays of England and Wales by rule, without those proclaimed or moved for a single year. */
const MONDAY = 1;

/**
 * New Year's Day, Good Friday, Easter Monday, the early May, spring and summer holidays, Christmas and Boxing Day; what
 * falls on a weekend is made up for on the next working day.
 *
 * @returns Dates, `2019-04-19`, ascending.
 * @see Banking and Financial Dealings Act 1971, schedule 1, and the yearly proclamations under section 1
 */
export function bankHolidays(year: number): string[] {
  const easter = easterSunday(year);
  const mayMondays = mondaysOf(year, 5);
  const days = [
    substitute([utc(year, 1, 1)]),
    [addDays(easter, -2), addDays(easter, 1)],
    [mayMondays[0], mayMondays.at(-1)!, mondaysOf(year, 8).at(-1)!],
    substitute([utc(year, 12, 25), utc(year, 12, 26)]),
  ];
  return days.flat().map((day) => day.toISOString().slice(0, 10));
}

/** Each day, or the first working day after it that none of those before it takes. */
function substitute(days: readonly Date[]): Date[] {
  const isWeekend = (day: Date): boolean => day.getUTCDay() === 0 || day.getUTCDay() === 6;
  const taken = days.filter((day) => !isWeekend(day));
  const isTaken = (day: Date): boolean => taken.some((other) => +other === +day);
  for (const day of days.filter(isWeekend)) {
    let other = day;
    while (isWeekend(other) || isTaken(other)) other = addDays(other, 1);
    taken.push(other);
  }
  return taken.toSorted((a, b) => +a - +b);
}

function mondaysOf(year: number, month: number): Date[] {
  return Array.from({ length: 31 }, (_, i) => utc(year, month, i + 1)).filter(
    (day) => day.getUTCMonth() === month - 1 && day.getUTCDay() === MONDAY,
  );
}

/** @see Meeus (1998), Astronomical Algorithms, 2nd edition, chapter 8 */
function easterSunday(year: number): Date {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return utc(year, month, (h + l - 7 * m + 33 * month + 19) % 32);
}

function utc(year: number, month: number, day: number): Date {
  return new Date(Date.UTC(year, month - 1, day));
}

function addDays(day: Date, n: number): Date {
  return new Date(+day + n * 86_400_000);
}
