/** Steps of a frequency as SQL, the same as frequency.ts has them. */
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { Frequency } from './frequency.ts';

/** `2024-03-31T02:00:00Z`, `… +02:00`: an instant, which no clock on the wall shows alike. */
const ZONE = String.raw`([zZ]|[0-9]:?[0-9]{2} ?[+-][0-9]{2}(:?[0-9]{2})?)$`;

/** The column as TIMESTAMP, as INTEGER for the frequency `1`; NULL where it is none, or has a zone. */
export function timeSql({ columns }: Relation, name: string, freq: Frequency): string {
  const column = identifier(name);
  const kind = columns.find((known) => known.name === name)!.kind;
  if (freq.name === '1') {
    const isWhole = `TRY_CAST(${column} AS DOUBLE) = floor(TRY_CAST(${column} AS DOUBLE))`;
    return kind === 'time'
      ? 'CAST(NULL AS INTEGER)'
      : `(CASE WHEN ${isWhole} THEN TRY_CAST(${column} AS INTEGER) END)`;
  }
  if (kind === 'time') return `CAST(${column} AS TIMESTAMP)`;
  if (kind === 'number') return 'CAST(NULL AS TIMESTAMP)';
  return `(CASE WHEN NOT regexp_matches(${column}, '${ZONE}') THEN TRY_CAST(${column} AS TIMESTAMP) END)`;
}

const DAYS = `date_diff('day', TIMESTAMP '1970-01-01'`;
const PARTS = { h: 'hour', D: 'day', W: 'day', MS: 'month', QS: 'quarter', YS: 'year' } as const;

/** Step that a time lies in. */
export function stepSql({ name, weekday }: Frequency, time: string): string {
  if (name === '1') return time;
  if (name === 'W') {
    const first = (weekday + 3) % 7;
    return `CAST(floor((${DAYS}, ${time}) - ${first}) / 7.0) AS INTEGER)`;
  }
  return `CAST(date_diff('${PARTS[name]}', TIMESTAMP '1970-01-01', ${time}) AS INTEGER)`;
}

/** Whether a time begins its step. */
export function onGridSql({ name, weekday }: Frequency, time: string): string {
  if (name === '1') return `${time} IS NOT NULL`;
  const isWhole = `date_trunc('${PARTS[name]}', ${time}) = ${time}`;
  return name === 'W' ? `(${isWhole} AND ${weekdaySql(time)} = ${weekday})` : `(${isWhole})`;
}

/** 1 (Monday) to 7 (Sunday). */
export function weekdaySql(time: string): string {
  return `isodow(${time})`;
}
