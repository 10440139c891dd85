/** What a table is joined with, as declared in the group `join`. */
import { either, isRecord, list, map, shaped, text } from '../params/schema.ts';
import type { Parameter, Params } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';

/** Kinds of column, by the key that names the table. */
export const JOIN_KINDS = {
  lookup: 'the cell of the row with the same keys, of which there is one at most',
  latest: 'the cell of the last row of the same keys strictly before (as-of join)',
  count: 'how many rows of the same keys there are strictly before, within the window',
  sum: 'the sum of their cells, 0 without any',
  mean: 'the mean of their cells',
} as const;
export type JoinKind = keyof typeof JOIN_KINDS;
const KIND_NAMES = Object.keys(JOIN_KINDS) as JoinKind[];

/** Keys of both sides: `user_id`, `[user_id, ad_id]`, or `{user_id: id}` where the table calls it otherwise. */
type Keys = string | readonly string[] | Readonly<Record<string, string>>;

/** A column as the parameters declare it; exactly one kind names the table. */
export interface JoinDeclaration extends Partial<Record<JoinKind, string>> {
  readonly name: string;
  readonly on: Keys;
  /** Column of the table; `count` has none. */
  readonly column?: string;
  /** What stands where there is no row or an empty cell; without it the cell is empty. */
  readonly missing?: string | number;
  /** `all`, `day` (the same day of the calendar, in UTC) or a duration as `7d`, `12h`, `30m`, `90s`. */
  readonly window?: string;
  /** Column of the times of the table, where it is not `join.time`. */
  readonly time?: string;
}

export type JoinWindow = 'all' | 'day' | { readonly microseconds: number };

/** A declaration whose keys, window and times are spelt out. */
export interface JoinColumn {
  readonly name: string;
  readonly kind: JoinKind;
  readonly table: string;
  readonly on: readonly { readonly base: string; readonly table: string }[];
  readonly column: string | null;
  readonly missing: string | number | null;
  /** null: a look-up knows no time. */
  readonly times: { readonly base: string; readonly table: string } | null;
  /** null: a look-up, or `latest`. */
  readonly window: JoinWindow | null;
}

const DURATION = /^([1-9][0-9]{0,5})([dhms])$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** What each kind needs and takes, beside name and on. */
const NEEDS: Readonly<Record<JoinKind, readonly string[]>> = {
  lookup: ['column'],
  latest: ['column'],
  count: ['window'],
  sum: ['column', 'window'],
  mean: ['column', 'window'],
};
const TAKES: Readonly<Record<JoinKind, readonly string[]>> = {
  lookup: ['missing'],
  latest: ['missing', 'time'],
  count: ['time'],
  sum: ['time'],
  mean: ['missing', 'time'],
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What each key may be; `range` completes "must have". */
const KEYS: Readonly<
  Record<string, { readonly range: string; readonly holds: (value: unknown) => boolean }>
> = {
  column: { range: 'a column of the table', holds: isText },
  window: {
    range: 'a window: all, day, or a duration as 7d, 12h, 30m or 90s',
    holds: (value) => isText(value) && (/^(all|day)$/.test(value) || DURATION.test(value)),
  },
  missing: {
    range: 'a number or a text as missing',
    holds: (value) => typeof value === 'string' || Number.isFinite(value),
  },
  time: { range: 'a column of times as time', holds: isText },
};

const textSchema = { type: 'string', minLength: 1 };

const COLUMNS: Parameter<readonly JoinDeclaration[]> = shaped(
  {
    default: [] as readonly JoinDeclaration[],
    doc:
      'New columns, each {name, <kind>: table, on: keys, column, window, missing}: ' +
      KIND_NAMES.map((kind) => `${kind} (${JOIN_KINDS[kind]})`).join('; ') +
      '. on is a column of both tables, a list of them, or {column: column of the table}; window is all, day (of the calendar, UTC) or a duration as 7d, its start included. Before is earlier in time: rows of the same time do not see each other.',
    range: 'a list of columns {name, lookup | latest | count | sum | mean: table, on}',
    jsonSchema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'on'],
        additionalProperties: false,
        properties: {
          name: textSchema,
          ...Object.fromEntries(KIND_NAMES.map((kind) => [kind, textSchema])),
          on: {
            anyOf: [
              textSchema,
              { type: 'array', minItems: 1, items: textSchema },
              { type: 'object', minProperties: 1, additionalProperties: textSchema },
            ],
          },
          column: textSchema,
          window: { type: 'string', pattern: `^(all|day|[1-9][0-9]{0,5}[dhms])$` },
          missing: { type: ['string', 'number'] },
          time: textSchema,
        },
      },
    },
  },
  (value) => {
    if (!Array.isArray(value)) throw new Error('a list of columns {name, <kind>: table, on}');
    const problems = value.flatMap((item: unknown, i) => findProblems(item, i));
    if (problems.length > 0) throw new Error(`a list of columns; ${problems.join('; ')}`);
  },
);

const path = text({ default: 'x.csv', doc: '' });

export const JOIN_SCHEMA = {
  tables: map(
    either(path, list(path, { default: [], doc: '', minLength: 1 }), { default: 'x.csv', doc: '' }),
    {
      default: {},
      doc: 'Tables to join with, by name: a path, a pattern as data/clicks-*.csv, or a list of these, one below the other; below the folder of --tables where that is given.',
    },
  ),
  time: text({
    default: 'timestamp',
    doc: 'Column of times of the table and of those it is joined with; ISO 8601, in UTC where a time has no zone.',
  }),
  columns: COLUMNS,
};
export type JoinParams = Params<typeof JOIN_SCHEMA>;

/** Spells a checked declaration out. */
export function toJoinColumn(declaration: JoinDeclaration, time: string): JoinColumn {
  const kind = kindsOf(declaration)[0];
  const { name, column = null, missing = null } = declaration;
  return {
    ...{ name, kind, column, missing, table: declaration[kind]!, on: toKeys(declaration.on) },
    times: kind === 'lookup' ? null : { base: time, table: declaration.time ?? time },
    window: declaration.window === undefined ? null : toWindow(declaration.window),
  };
}

function toKeys(on: Keys): JoinColumn['on'] {
  const pairs: readonly (readonly [string, string])[] =
    typeof on === 'string'
      ? [[on, on]]
      : Array.isArray(on)
        ? (on as readonly string[]).map((name) => [name, name] as const)
        : Object.entries(on);
  return pairs.map(([base, table]) => ({ base, table }));
}

function toWindow(window: string): JoinWindow {
  if (window === 'all' || window === 'day') return window;
  const [, count, unit] = DURATION.exec(window)!;
  return { microseconds: Number(count) * UNIT_SECONDS[unit] * 1e6 };
}

function kindsOf(item: object): JoinKind[] {
  return KIND_NAMES.filter((kind) => (item as Record<string, unknown>)[kind] !== undefined);
}

/** What is wrong with one item of the list, whatever the tables. */
function findProblems(item: unknown, i: number): string[] {
  const label = isRecord(item) && isText(item.name) ? item.name : `item ${i + 1}`;
  if (!isRecord(item) || !isText(item.name)) return [`${label} must have a name`];
  const known = ['name', 'on', ...KIND_NAMES, ...Object.keys(KEYS)];
  const unknown = Object.keys(item)
    .filter((key) => !known.includes(key))
    .map((key) => `${label} has an unknown key ${key}${didYouMean(key, known)}`);
  const kinds = kindsOf(item);
  if (kinds.length !== 1 || !isText(item[kinds[0]])) {
    return [...unknown, `${label} must name its table by one of ${KIND_NAMES.join(', ')}`];
  }
  const problems = Object.entries(KEYS).flatMap(([key, { range, holds }]) => {
    const isNeeded = NEEDS[kinds[0]].includes(key);
    if (item[key] === undefined) return isNeeded ? [`${label} must have ${range}`] : [];
    if (!isNeeded && !TAKES[kinds[0]].includes(key)) {
      return [`${label} takes no ${key}, being a ${kinds[0]}`];
    }
    return holds(item[key]) ? [] : [`${label} must have ${range}`];
  });
  return [...unknown, ...problems, ...(isKeys(item.on) ? [] : [`${label} must have keys in on`])];
}

function isKeys(on: unknown): on is Keys {
  if (isText(on)) return true;
  const names = Array.isArray(on) ? on : isRecord(on) ? Object.values(on) : [];
  return names.length > 0 && names.every(isText);
}
