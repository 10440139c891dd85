/** What the cells of each column are, counted over the table. */
import { identifier } from '../sql.ts';
import type { Database, Relation, Row, Value } from '../sql.ts';
import { toValue } from './row-checks.ts';

export interface ColumnProfile {
  readonly name: string;
  /** Cells that are not empty, and how many of them can be read as a type. */
  readonly nPresent: number;
  readonly nNumbers: number;
  readonly nIntegers: number;
  readonly nBooleans: number;
  readonly nDates: number;
  readonly nTimestamps: number;
  /** Ends of the numbers; null where there is none. */
  readonly min: number | null;
  readonly max: number | null;
  /** The first day, `2026-01-31`; null where no cell holds one. */
  readonly firstDay: string | null;
  /** Distinct cells in the order of their numbers, then of their texts; null when they are too many. */
  readonly values: readonly string[] | null;
  /** Whether no two rows have the same cell. */
  readonly isUnique: boolean;
}

export interface Profile {
  readonly nRows: number;
  readonly columns: readonly ColumnProfile[];
}

/** Three times the standard error of approx_count_distinct and more. */
const APPROXIMATION = 0.2;

/** Aggregates over the text of a cell. */
type Facts = Readonly<Record<string, (cell: string) => string>>;
const OF_NUMBERS: Facts = {
  present: (cell) => `count(${cell})`,
  numbers: (cell) => `count(${toValue(cell, 'number')})`,
  integers: (cell) => `count(${toValue(cell, 'integer')})`,
  min: (cell) => `min(${toValue(cell, 'number')})`,
  max: (cell) => `max(${toValue(cell, 'number')})`,
  distinct: (cell) => `approx_count_distinct(${cell})`,
};
/** Slower to read; asked only of columns that hold other cells than numbers. */
const OF_OTHERS: Facts = {
  booleans: (cell) => `count(*) FILTER (WHERE lower(${cell}) IN ('true', 'false'))`,
  dates: (cell) => `count(CASE WHEN length(${cell}) <= 10 THEN ${toValue(cell, 'date')} END)`,
  timestamps: (cell) => `count(${toValue(cell, 'timestamp')})`,
  first_day: (cell) => `CAST(CAST(min(${toValue(cell, 'timestamp')}) AS DATE) AS VARCHAR)`,
};

/** @param maxValues - A column of more distinct values gets no list of them. */
export async function profileTable(
  database: Database,
  { sql, columns }: Relation,
  maxValues: number,
): Promise<Profile> {
  const cells = columns.map(({ name }) => `CAST(${identifier(name)} AS VARCHAR)`);
  const ask = async (items: readonly string[]): Promise<Row> =>
    items.length === 0 ? {} : (await database.query(`SELECT ${items.join(', ')} FROM ${sql}`))[0];
  const first = await ask([
    'count(*) AS n',
    ...cells.flatMap((cell, i) => toItems(OF_NUMBERS, cell, i)),
  ]);
  const nRows = Number(first.n);
  const second = await ask(
    cells.flatMap((cell, i) => {
      const [present, numbers, distinct] = ['present', 'numbers', 'distinct'].map((fact) =>
        Number(first[`${fact}_${i}`]),
      );
      return [
        ...(numbers < present ? toItems(OF_OTHERS, cell, i) : []),
        ...(distinct <= maxValues * (1 + APPROXIMATION) + 1
          ? [`to_json(list(DISTINCT ${cell}) FILTER (WHERE ${cell} IS NOT NULL)) AS values_${i}`]
          : []),
        ...(present === nRows && distinct >= nRows * (1 - APPROXIMATION)
          ? [`count(DISTINCT ${cell}) AS exact_${i}`]
          : []),
      ];
    }),
  );
  const profiles = columns.map(({ name }, i): ColumnProfile => {
    const fact = (key: string): Value => first[`${key}_${i}`] ?? second[`${key}_${i}`] ?? null;
    const values = JSON.parse(String(fact('values') ?? '[]')) as string[];
    return {
      name,
      nPresent: Number(fact('present')),
      nNumbers: Number(fact('numbers')),
      nIntegers: Number(fact('integers')),
      nBooleans: Number(fact('booleans')),
      nDates: Number(fact('dates')),
      nTimestamps: Number(fact('timestamps')),
      min: fact('min') as number | null,
      max: fact('max') as number | null,
      firstDay: fact('first_day') as string | null,
      values: values.length === 0 || values.length > maxValues ? null : values.toSorted(byNumber),
      isUnique: fact('exact') === nRows,
    };
  });
  return { nRows, columns: profiles };
}

function toItems(facts: Facts, cell: string, index: number): string[] {
  return Object.entries(facts).map(([name, toSql]) => `${toSql(cell)} AS ${name}_${index}`);
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : Number(a > b));
}
