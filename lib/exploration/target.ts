/** The column to predict: classes or a quantity, and the label by which rows are counted. */
import { countRows, double, identifier, literal } from '../sql.ts';
import type { Database, Relation, Value } from '../sql.ts';
import { summarize } from './numeric-summary.ts';
import type { NumericSummary } from './numeric-summary.ts';
import { binStarts, countValues, toMarginal } from './value-counts.ts';
import type { ColumnReader } from './value-counts.ts';

export interface ClassCount {
  readonly value: string;
  readonly count: number;
}

export type Target =
  | {
      readonly name: string;
      readonly kind: 'classes';
      readonly missing_count: number;
      /** In the order of their numbers or texts; the last one may be {@link OTHERS}. */
      readonly classes: readonly ClassCount[];
    }
  | ({
      readonly name: string;
      readonly kind: 'quantity';
      readonly missing_count: number;
    } & NumericSummary);

/** What rows are counted by: the class, or the tenth of a quantity. */
export interface Labels {
  /** SQL of the index of the label, INTEGER, NULL for a row without a target; null: no row has one. */
  readonly sql: string | null;
  /** Rows of each label. */
  readonly totals: readonly number[];
  /** SQL of a target that is a quantity, DOUBLE; null for classes, and where there is none. */
  readonly quantity: string | null;
}

export const NO_LABELS: Labels = { sql: null, totals: [], quantity: null };

/** The rarest classes of a text target, together. */
export const OTHERS = '(others)';

/** A quantity is counted by tenths of its rows, by fewer in small tables. */
const MAX_PARTS = 10;
const MIN_ROWS_PER_PART = 30;

/**
 * @param name - Target; null, or a column that the table lacks: none.
 * @returns null for the target where there is none, or no row has it.
 */
export async function readTarget(
  database: Database & ColumnReader,
  relation: Relation,
  name: string | null,
  { maxClasses }: { readonly maxClasses: number },
): Promise<{ target: Target | null; labels: Labels }> {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (column === undefined) return { target: null, labels: NO_LABELS };
  const isNumeric = column.kind === 'number' || column.kind === 'time';
  const isClassed =
    !isNumeric ||
    (column.kind === 'number' &&
      (await hasFewIntegers(database, relation, column.name, maxClasses)));
  if (!isClassed)
    return await readQuantity(database, relation, column.name, column.kind === 'time');
  return await readClasses(database, relation, column.name, isNumeric, maxClasses);
}

async function hasFewIntegers(
  database: Database,
  { sql }: Relation,
  name: string,
  maxClasses: number,
): Promise<boolean> {
  const x = `${identifier(name)}::DOUBLE`;
  const rows = await database.query(
    `SELECT DISTINCT ${x} AS x FROM ${sql} WHERE isfinite(${x}) LIMIT ${maxClasses + 1}`,
  );
  return rows.length <= maxClasses && rows.every(({ x: value }) => Number.isInteger(value));
}

async function readClasses(
  database: Database,
  { sql }: Relation,
  name: string,
  isNumeric: boolean,
  maxClasses: number,
): Promise<{ target: Target | null; labels: Labels }> {
  const column = isNumeric ? identifier(name) : `${identifier(name)}::VARCHAR`;
  const isPresent = isNumeric ? `isfinite(${column}::DOUBLE)` : `${column} IS NOT NULL`;
  const rows = await database.query(
    `SELECT CASE WHEN ${isPresent} THEN ${column} END AS value, count(*) AS n
     FROM ${sql} GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  const present = rows.filter(({ value }) => value !== null);
  if (present.length === 0) return { target: null, labels: NO_LABELS };
  const kept = present.slice(0, present.length > maxClasses ? maxClasses - 1 : maxClasses);
  const sumOf = (some: typeof rows): number => some.reduce((sum, { n }) => sum + Number(n), 0);
  const nOthers = sumOf(present) - sumOf(kept);
  const ordered = kept.toSorted((a, b) => compare(a.value, b.value));
  const classes = [
    ...ordered.map(({ value, n }) => ({ value: String(value), count: Number(n) })),
    ...(nOthers > 0 ? [{ value: OTHERS, count: nOthers }] : []),
  ];
  const index = isNumeric
    ? indexAmong(
        `${column}::DOUBLE`,
        ordered.map(({ value }) => Number(value)),
      )
    : indexOfText(
        column,
        ordered.map(({ value }) => String(value)),
      );
  return {
    target: { name, kind: 'classes', missing_count: sumOf(rows) - sumOf(present), classes },
    labels: {
      sql: `CASE WHEN ${isPresent} THEN ${index} END`,
      totals: classes.map(({ count }) => count),
      quantity: null,
    },
  };
}

async function readQuantity(
  database: Database & ColumnReader,
  relation: Relation,
  name: string,
  isTime: boolean,
): Promise<{ target: Target | null; labels: Labels }> {
  const x = toDouble(name, isTime);
  const marginal = toMarginal((await countValues(database, relation, [x], null))[0]);
  const summary = summarize(marginal);
  if (summary === null) return { target: null, labels: NO_LABELS };
  const { nRows } = marginal;
  const nParts = Math.max(2, Math.min(MAX_PARTS, Math.floor(nRows / MIN_ROWS_PER_PART)));
  const starts = binStarts(marginal, nParts);
  const totals = starts.map(() => 0);
  marginal.values.forEach((value, i) => {
    totals[starts.findLastIndex((start) => value >= start)] += marginal.counts[i];
  });
  const n = await countRows(database, relation);
  return {
    target: { name, kind: 'quantity', missing_count: n - nRows, ...summary },
    labels: {
      sql: `CASE WHEN isfinite(${x}) THEN ${indexAmong(x, starts)} END`,
      totals,
      quantity: x,
    },
  };
}

/** SQL of a number or of the seconds of a time. */
export function toDouble(name: string, isTime: boolean): string {
  return isTime ? `epoch(${identifier(name)})::DOUBLE` : `${identifier(name)}::DOUBLE`;
}

/** SQL of the index of the last start that is not above x. */
export function indexAmong(x: string, starts: readonly number[]): string {
  const steps = starts.slice(1).map((start) => `CAST(${x} >= ${double(start)} AS INTEGER)`);
  return steps.length === 0 ? '0' : `(${steps.join(' + ')})`;
}

function indexOfText(column: string, values: readonly string[]): string {
  const members = values.map(literal).join(', ');
  return `coalesce(enum_code(try_cast(${column} AS ENUM(${members})))::INTEGER, ${values.length})`;
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : Number(x > y);
}
