/**
 * Time as whole steps: periods of a frequency since 1970, so that a series is an array and a lag a distance.
 *
 * Times are those of a clock on the wall, without a zone. Every day has 24 hours: in the night when clocks go
 * forward the hour that nobody saw is a step like any other, and the hour that comes twice in autumn is one
 * step, which the caller adds up or averages before.
 */
import { StageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';

/** As pandas spells them; `1`: times are integers. */
export const FREQUENCIES = ['h', 'D', 'W', 'MS', 'QS', 'YS', '1'] as const;
export type FrequencyName = (typeof FREQUENCIES)[number];

export interface Frequency {
  readonly name: FrequencyName;
  /** Day on which weeks begin, 1 (Monday) to 7 (Sunday); other frequencies do not look at it. */
  readonly weekday: number;
}

const OLD_SPELLINGS = new Map<string, FrequencyName>(
  Object.entries({
    H: 'h',
    d: 'D',
    w: 'W',
    M: 'MS',
    ME: 'MS',
    Q: 'QS',
    QE: 'QS',
    Y: 'YS',
    A: 'YS',
    YE: 'YS',
  } as const),
);

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/**
 * @param text - `h, D, W, MS, QS, YS, 1`, an old spelling (`H, M, Q, Y` …), or `W-SUN` for a weekday; `W` alone
 *   begins on Monday until the data say otherwise.
 * @throws StageError E_PARAMS
 */
export function parseFrequency(text: string): Frequency {
  const [base, day] = text.split('-');
  const name = FREQUENCIES.find((known) => known === base) ?? OLD_SPELLINGS.get(base);
  const weekday = day === undefined ? 1 : WEEKDAYS.indexOf(day.toUpperCase()) + 1;
  if (name !== undefined && weekday > 0 && (day === undefined || name === 'W')) {
    return { name, weekday };
  }
  throw new StageError(
    'E_PARAMS',
    `freq must be one of ${FREQUENCIES.join(', ')}; got ${text}${didYouMean(text, FREQUENCIES)}`,
    { hint: 'hours, days, weeks (W-SUN: from Sundays), months, quarters, years, or integers' },
  );
}

/** Steps after which a pattern comes again, where nothing else is said. */
export function defaultSeasonLength({ name }: Frequency): number {
  return { h: 24, D: 7, W: 52, MS: 12, QS: 4, YS: 1, '1': 1 }[name];
}

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;

/** `2024-03-31`, `2024-03-31 14:00`, `2024-03-31T14:00:00`, with any fraction of the second that is 0. */
const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?$/;

/**
 * @param time - ISO text without a zone, or of an integer for the frequency `1`.
 * @returns null when it is none, or lies between two steps.
 */
export function toStep(freq: Frequency, time: string): number | null {
  if (freq.name === '1') return /^-?\d+$/.test(time) ? Number(time) : null;
  const milliseconds = parseTime(time);
  if (milliseconds === null) return null;
  const step = stepAt(freq, milliseconds);
  return millisecondsAt(freq, step) === milliseconds ? step : null;
}

/** ISO text of the beginning of a step: a date, with the hour for `h`; the integer itself for `1`. */
export function toTime(freq: Frequency, step: number): string {
  if (freq.name === '1') return String(step);
  const text = new Date(millisecondsAt(freq, step)).toISOString();
  return freq.name === 'h' ? text.slice(0, 19) : text.slice(0, 10);
}

/** Milliseconds of UTC at which a step begins, were its clock one of UTC; the integer itself for `1`. */
export function millisecondsOfStep(freq: Frequency, step: number): number {
  return freq.name === '1' ? step : millisecondsAt(freq, step);
}

/** What a calendar says of the beginning of a step. */
export interface CalendarDay {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
  /** 1 (Monday) to 7 (Sunday). */
  readonly weekday: number;
  /** 0 to 23. */
  readonly hour: number;
}

/** @throws Error for the frequency `1`, which has no calendar. */
export function toCalendarDay(freq: Frequency, step: number): CalendarDay {
  if (freq.name === '1') throw new Error('integers have no calendar');
  const date = new Date(millisecondsAt(freq, step));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() || 7,
    hour: date.getUTCHours(),
  };
}

/** Step that a date lies in, also where it is not the step's beginning; null when it is no date. */
export function stepOfDate(freq: Frequency, time: string): number | null {
  if (freq.name === '1') return toStep(freq, time);
  const milliseconds = parseTime(time);
  return milliseconds === null ? null : stepAt(freq, milliseconds);
}

function parseTime(time: string): number | null {
  const parts = TIME.exec(time);
  if (parts === null) return null;
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const milliseconds = Date.UTC(year!, month! - 1, day, hour, minute, second);
  const date = new Date(milliseconds);
  const isReal = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day && hour < 24;
  return isReal && minute < 60 && second < 60 ? milliseconds : null;
}

function stepAt({ name, weekday }: Frequency, milliseconds: number): number {
  if (name === 'h') return Math.floor(milliseconds / HOUR);
  const day = Math.floor(milliseconds / DAY);
  if (name === 'D') return day;
  if (name === 'W') return Math.floor((day - firstDayOf(weekday)) / 7);
  const date = new Date(milliseconds);
  const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  return Math.floor(months / MONTHS[name]!);
}

function millisecondsAt({ name, weekday }: Frequency, step: number): number {
  if (name === 'h') return step * HOUR;
  if (name === 'D') return step * DAY;
  if (name === 'W') return (step * 7 + firstDayOf(weekday)) * DAY;
  return Date.UTC(1970, step * MONTHS[name]!, 1);
}

const MONTHS: Readonly<Record<string, number>> = { MS: 1, QS: 3, YS: 12 };

/** Day since 1970 on which the first whole week of 1970 began. */
function firstDayOf(weekday: number): number {
  return (weekday - EPOCH_WEEKDAY + 7) % 7;
}
