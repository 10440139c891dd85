/**
 * Expectations about rows as SQL conditions over one projection of the table, so that all of them are
 * counted in one aggregate, by any engine of the dialect.
 */
import { identifier, literal } from '../sql.ts';
import type { Column } from '../sql.ts';
import type { ColumnContract, ColumnType, Range, RowExpectation, Scalar } from './contract.ts';

/** Conditions over {@link projection}; a row is as expected when neither holds. */
export interface RowCheck {
  readonly missing: string;
  readonly unexpected: string;
  /** What a report shows of a row that is not as expected: a text. */
  readonly value: string;
}

/** Cell of a column, and its value: null where the cell is empty or not of the column's type. */
interface Names {
  readonly cell: string;
  readonly value: string;
}
export type Projected = ReadonlyMap<string, Names & { readonly type: ColumnType }>;

/** Names of the cells and values of those columns of the contract that the table has. */
export function nameColumns(
  contract: readonly ColumnContract[],
  columns: readonly Column[],
): Projected {
  const known = new Set(columns.map(({ name }) => name));
  const present = contract.filter(({ name }) => known.has(name));
  return new Map(
    present.map(({ name, type }, i) => [name, { cell: `cell_${i}`, value: `value_${i}`, type }]),
  );
}

/** Select list of the projection: every cell and every value. */
export function projection(projected: Projected): string[] {
  return [...projected].flatMap(([name, { cell, value, type }]) => [
    `${identifier(name)} AS ${cell}`,
    `${toValue(identifier(name), type)} AS ${value}`,
  ]);
}

/** @throws Error when `projected` lacks one of its columns. */
export function toRowCheck(expectation: RowExpectation, projected: Projected): RowCheck {
  const names = expectation.columns.map((column) => {
    const found = projected.get(column);
    if (found === undefined) throw new Error(`${column} is not projected`);
    return found;
  });
  const [{ cell, value, type }] = names;
  const shown = `CAST(${cell} AS VARCHAR)`;
  const isMissing = `${value} IS NULL`;
  switch (expectation.expectation) {
    case 'not_null':
      return { missing: 'FALSE', unexpected: `${cell} IS NULL`, value: `''` };
    case 'type':
      return {
        missing: `${cell} IS NULL`,
        unexpected: `${cell} IS NOT NULL AND ${isMissing}`,
        value: shown,
      };
    case 'between':
      return {
        missing: isMissing,
        unexpected: outside(value, expectation, (end) => toLiteral(end, type)),
        value: shown,
      };
    case 'length':
      return {
        missing: isMissing,
        unexpected: outside(`length(${value})`, expectation, String),
        value: shown,
      };
    case 'in_set':
      return {
        missing: isMissing,
        unexpected: notIn(value, expectation.values, type),
        value: shown,
      };
    case 'matches':
      return {
        missing: isMissing,
        unexpected: `NOT regexp_full_match(${value}, ${literal(expectation.regex)})`,
        value: shown,
      };
    case 'one_hot': {
      const values = names.map((name) => name.value);
      const sum = values.join(' + ');
      const isOneHot = `${sum} = 1 AND least(${values.join(', ')}) = 0 AND greatest(${values.join(', ')}) = 1`;
      return {
        missing: `(${sum}) IS NULL`,
        // least and greatest skip nulls, the sum does not
        unexpected: `(${sum}) IS NOT NULL AND NOT (${isOneHot})`,
        value: `printf('sum %g', ${sum})`,
      };
    }
  }
}

/** Condition that a value is this one of the contract. */
export function equals({ value, type }: Names & { readonly type: ColumnType }, to: Scalar): string {
  return `${value} = ${toLiteral(to, type)}`;
}

function outside<T>(value: string, { min, max }: Range<T>, show: (end: T) => string): string {
  const below = min === null ? [] : [`${value} < ${show(min)}`];
  const above = max === null ? [] : [`${value} > ${show(max)}`];
  return `(${[...below, ...above].join(' OR ')})`;
}

function notIn(value: string, values: readonly Scalar[], type: ColumnType): string {
  return `${value} NOT IN (${values.map((item) => toLiteral(item, type)).join(', ')})`;
}

function toLiteral(value: Scalar, type: ColumnType): string {
  switch (type) {
    case 'integer':
    case 'number':
      return `CAST(${Number(value)} AS DOUBLE)`;
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE';
    case 'date':
    case 'timestamp':
      return `CAST(${literal(String(value))} AS ${type})`;
    case 'text':
      return literal(String(value));
  }
}

/** NaN and the infinities are no values, of days neither; an integer may be written 3.0. */
export function toValue(cell: string, type: ColumnType): string {
  const number = `try_cast(${cell} AS DOUBLE)`;
  switch (type) {
    case 'number':
      return `CASE WHEN isfinite(${number}) THEN ${number} END`;
    case 'integer':
      return `CASE WHEN isfinite(${number}) AND ${number} = trunc(${number}) THEN ${number} END`;
    case 'date':
    case 'timestamp': {
      const time = `try_cast(${cell} AS ${type})`;
      return `CASE WHEN isfinite(${time}) THEN ${time} END`;
    }
    case 'boolean':
      return `try_cast(${cell} AS BOOLEAN)`;
    case 'text':
      return cell;
  }
}
