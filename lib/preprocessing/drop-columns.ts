/**
 * Columns that carry nothing, or nothing of their own: named ones, constant ones, those mostly missing,
 * and one of each pair that is almost the same. Decided on the rows of `fit` alone.
 */
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { assertColumns, identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';

export interface DropColumnsOptions {
  /** Dropped whatever they hold. */
  readonly columns: readonly string[];
  /** Whether to drop columns with one value in all rows, and those with none. */
  readonly constant: boolean;
  /** Share of missing values above which a column is dropped; null: none is. */
  readonly maxMissingShare: number | null;
  /** Absolute Pearson correlation above which the later column of a pair is dropped; null: none is. */
  readonly maxCorrelation: number | null;
  /** Columns that are never dropped by a rule. */
  readonly keep: readonly string[];
}

export interface DroppedColumn {
  readonly name: string;
  readonly reason: 'named' | 'constant' | 'missing' | 'correlation';
  /** "0.92 missing", "correlation 0.98 with Elevation". */
  readonly detail: string;
}

export interface DroppedColumns extends FittedState<'timberline-columns'> {
  readonly dropped: readonly DroppedColumn[];
}

/** Shares and correlations are rounded, for people. */
const N_DECIMALS = 6;

/**
 * @throws StageError E_DATA when a named column is missing, or is one of `keep`, or when none would be left.
 */
export async function fitDropColumns(
  database: Database,
  fit: Relation,
  options: DropColumnsOptions,
): Promise<DroppedColumns> {
  assertColumns(fit, options.columns);
  const kept = options.columns.filter((name) => options.keep.includes(name));
  if (kept.length > 0) {
    throw new StageError(
      'E_DATA',
      `drop-columns.columns must not name target or id; got ${kept.join(', ')}`,
    );
  }
  const dropped: DroppedColumn[] = options.columns.map((name) => ({
    name,
    reason: 'named',
    detail: 'named in drop-columns.columns',
  }));
  const rest = (): Relation['columns'] =>
    fit.columns.filter(
      ({ name }) => !options.keep.includes(name) && !dropped.some((drop) => drop.name === name),
    );
  dropped.push(...(await findEmpty(database, fit, rest(), options)));
  if (options.maxCorrelation !== null) {
    dropped.push(...(await findCorrelated(database, fit, rest(), options.maxCorrelation)));
  }
  if (rest().length === 0) {
    throw new StageError(
      'E_DATA',
      `${fit.source} must keep at least one column; got all of them dropped`,
      {
        hint: 'a rule of drop-columns is too strict for this table',
      },
    );
  }
  return { format: 'timberline-columns', version: 1, dropped };
}

/** Select statement of all columns of `sql` but the dropped ones. */
export function dropColumnsSelect({ dropped }: DroppedColumns, sql: string): string {
  if (dropped.length === 0) return `SELECT * FROM ${sql}`;
  const names = dropped.map(({ name }) => identifier(name)).join(', ');
  return `SELECT * EXCLUDE (${names}) FROM ${sql}`;
}

export function parseDroppedColumns(value: unknown, source: string): DroppedColumns {
  return parseFittedState<DroppedColumns>(
    value,
    'timberline-columns',
    ({ dropped }) =>
      Array.isArray(dropped) && dropped.every((d) => isRecord(d) && typeof d.name === 'string'),
    source,
  );
}

async function findEmpty(
  database: Database,
  fit: Relation,
  columns: Relation['columns'],
  { constant, maxMissingShare }: DropColumnsOptions,
): Promise<DroppedColumn[]> {
  if (columns.length === 0) return [];
  const aggregates = columns.flatMap(({ name }, i) => {
    const column = identifier(name);
    const isOne = `(min(${column}) = max(${column}) AND count(${column}) = count(*))`;
    return [
      `(count(${column}) = 0 OR ${isOne}) AS constant${i}`,
      `1 - count(${column}) / count(*) AS missing${i}`,
    ];
  });
  const [row] = await database.query(`SELECT ${aggregates.join(', ')} FROM ${fit.sql}`);
  const candidates = columns.filter((_, i) => row[`constant${i}`] === true);
  const isConstant = constant ? await findConstant(database, fit, candidates) : () => false;
  return columns.flatMap(({ name }, i): DroppedColumn[] => {
    const missing = round(Number(row[`missing${i}`]));
    if (isConstant(name)) {
      const detail = missing === 1 ? 'no value in any row' : 'one value in all rows';
      return [{ name, reason: 'constant', detail }];
    }
    if (maxMissingShare !== null && missing > maxMissingShare) {
      return [{ name, reason: 'missing', detail: `${missing} of its values missing` }];
    }
    return [];
  });
}

/** Counts values, since the minimum and maximum that a Parquet file knows may leave NaN out. */
async function findConstant(
  database: Database,
  fit: Relation,
  candidates: Relation['columns'],
): Promise<(name: string) => boolean> {
  if (candidates.length === 0) return () => false;
  const counts = candidates.map(({ name }, i) => `count(DISTINCT ${identifier(name)}) AS n${i}`);
  const [row] = await database.query(`SELECT ${counts.join(', ')} FROM ${fit.sql}`);
  return (name) =>
    candidates.some((candidate, i) => candidate.name === name && Number(row[`n${i}`]) < 2);
}

/** In table order: a column that a kept one before it stands for is dropped. */
async function findCorrelated(
  database: Database,
  fit: Relation,
  columns: Relation['columns'],
  maxCorrelation: number,
): Promise<DroppedColumn[]> {
  const names = columns.filter(({ kind }) => kind === 'number').map(({ name }) => name);
  const pairs = names.flatMap((later, j) =>
    names.slice(0, j).map((earlier) => ({ earlier, later })),
  );
  if (pairs.length === 0) return [];
  const aggregates = pairs.map(
    ({ earlier, later }, i) =>
      `corr(${identifier(earlier)}::DOUBLE, ${identifier(later)}::DOUBLE) AS pair${i}`,
  );
  const [row] = await database.queryInOrder(`SELECT ${aggregates.join(', ')} FROM ${fit.sql}`);
  const dropped = new Map<string, DroppedColumn>();
  pairs.forEach(({ earlier, later }, i) => {
    const correlation = round(Number(row[`pair${i}`]));
    // a constant column has none (NaN), and is above no limit
    const isAbove = Math.abs(correlation) > maxCorrelation;
    if (!isAbove || dropped.has(earlier) || dropped.has(later)) return;
    const detail = `correlation ${correlation} with ${earlier}`;
    dropped.set(later, { name: later, reason: 'correlation', detail });
  });
  return [...dropped.values()];
}

function round(value: number): number {
  return Number(value.toFixed(N_DECIMALS));
}
