/**
 * Drafts a contract from a table, for a person to edit: what was there, with room around it, and comments
 * that say what to look at. Pure: the table and the engine are arguments.
 */
import { stringify } from 'yaml';
import { foldNames } from '../column-names.ts';
import { findOneHotGroups } from '../one-hot-groups.ts';
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import type { ColumnType } from './contract.ts';
import { profileTable } from './profile.ts';
import type { ColumnProfile } from './profile.ts';

export interface InferOptions {
  /** A column of at most so many distinct values gets the set of them. */
  readonly maxValues: number;
  /** Ranges reach beyond what was seen by this share of it, at least 0. */
  readonly margin: number;
  /** Column of the classes; null: none. */
  readonly target: string | null;
  /** Lines of the file that are no rows. */
  readonly nMalformed: number;
}

/** From this share of its cells on, a column is of a type, and the other cells are strays. */
const MOSTLY = 0.95;
/** A set is drafted where each value was seen so often on average. */
const MIN_ROWS_PER_VALUE = 5;
/** A class must keep this share of the rows that it was seen in. */
const SHARE_OF_CLASS = 0.5;

/** Ends of ranges are multiples of 1e-12, or of more. */
const MIN_EXPONENT = -12;

/** A line of the draft for a column: its expectations, and the remark behind them. */
interface ColumnDraft {
  readonly name: string;
  readonly spec: string;
  readonly remark: string;
}

/** @returns The text of a contract that the table meets, but for malformed lines. */
export async function inferContract(
  database: Database,
  relation: Relation,
  options: InferOptions,
): Promise<string> {
  const { nRows, columns } = await profileTable(database, relation, options.maxValues);
  const binary = columns.filter(({ values }) => values?.every((v) => v === '0' || v === '1'));
  const groups = await findOneHotGroups(
    database,
    relation,
    binary.map(({ name }) => name),
  );
  const oneHot = new Set(groups.flatMap((group) => group.columns));
  const minPerClass = await minRowsPerClass(database, relation, options.target);
  const drafts = columns.map((column) =>
    draftColumn(
      column,
      nRows,
      oneHot.has(column.name),
      column.name === options.target ? minPerClass : null,
      options,
    ),
  );
  const minRows = Math.floor(nRows * (1 - Math.min(1, options.margin)));
  return [
    `# Drafted from ${relation.source} by timberline validate --infer: what was there, not what must be.`,
    '# Read every line: put in what is possible for ranges, add to sets what may come, drop what is chance.',
    '# docs/contracts.md describes the expectations.',
    ...(options.nMalformed > 0
      ? [
          `# ${options.nMalformed} lines were no rows (other number of cells, or not UTF-8): mend them.`,
        ]
      : []),
    `rows: { min: ${minRows} }  # ${nRows} rows seen`,
    'unknown_columns: refuse',
    'column_order: exact',
    '',
    'columns:',
    ...foldColumns(drafts),
    ...(groups.length > 0 ? ['', 'one_hot:'] : []),
    ...groups.map((group) => {
      const names = foldNames(group.columns);
      const members = names === null ? `[${group.columns.map(plain).join(', ')}]` : plain(names);
      return `  ${plain(group.name)}: ${members}`;
    }),
    '',
  ].join('\n');
}

/**
 * The ends of a range that holds [min, max] with room for `margin` of it on both sides: round numbers, of
 * the sign of what was seen.
 */
export function widen(min: number, max: number, margin: number): { min: number; max: number } {
  const span = Math.min(Number.MAX_VALUE, max - min || Math.abs(max) || 1);
  const exponent = Math.max(MIN_EXPONENT, Math.floor(Math.log10(span)) - 1);
  // a quotient by 100 has not the error of a product with 0.01
  const [step, parts] = exponent < 0 ? [1, 10 ** -exponent] : [10 ** exponent, 1];
  const low = (Math.floor(((min - span * margin) * parts) / step) * step) / parts;
  const high = (Math.ceil(((max + span * margin) * parts) / step) * step) / parts;
  return {
    min: Math.min(min, Math.max(min >= 0 ? 0 : -Number.MAX_VALUE, low)),
    max: Math.max(max, Math.min(max <= 0 ? 0 : Number.MAX_VALUE, high)),
  };
}

function draftColumn(
  column: ColumnProfile,
  nRows: number,
  isOneHot: boolean,
  minPerClass: number | null,
  { margin }: InferOptions,
): ColumnDraft {
  const { name, nPresent, values } = column;
  const { type, share } = typeOf(column);
  const isNumeric = type === 'integer' || type === 'number';
  const isSet =
    (type === 'integer' || type === 'text') &&
    values !== null &&
    share === 1 &&
    nPresent >= MIN_ROWS_PER_VALUE * values.length;
  const items: string[] = [
    share === 1 ? `type: ${type}` : `type: { is: ${type}, mostly: ${roundDown(share)} }`,
  ];
  const remarks: string[] = share === 1 ? [] : [`a few cells are no ${type}: mend them`];
  if (nPresent === nRows) items.push('not_null: true');
  else {
    if (nPresent > 0) items.push(`not_null: { mostly: ${roundDown(nPresent / nRows)} }`);
    remarks.push(`${nRows - nPresent} rows without a value`);
  }
  if (isOneHot) items.push('in_set: [0, 1]');
  else if (isSet)
    items.push(
      `in_set: [${values.map((value) => (type === 'text' ? plain(value) : Number(value))).join(', ')}]`,
    );
  else if (isNumeric && column.min !== null && column.max !== null) {
    const { min, max } = widen(column.min, column.max, margin);
    const ends = type === 'integer' ? [Math.floor(min), Math.ceil(max)] : [min, max];
    items.push(`between: { min: ${ends[0]}, max: ${ends[1]} }`);
    remarks.push(`seen ${column.min} to ${column.max}`);
  } else if ((type === 'date' || type === 'timestamp') && column.firstDay !== null) {
    items.push(`between: { min: ${column.firstDay} }`);
  }
  if (column.isUnique) {
    items.push('unique: true');
    remarks.push('differs in every row: an id?');
  }
  if (isSet && minPerClass !== null) items.push(`rows_per_value: { min: ${minPerClass} }`);
  return { name, spec: `{ ${items.join(', ')} }`, remark: remarks.join(', ') };
}

/** The narrowest type of (nearly) all cells, and the share of the cells that are of it. */
function typeOf(column: ColumnProfile): { type: ColumnType; share: number } {
  const { nPresent, nNumbers, nIntegers, nBooleans, nDates, nTimestamps } = column;
  const candidates: readonly [ColumnType, number][] = [
    ['boolean', nBooleans],
    [nIntegers === nNumbers ? 'integer' : 'number', nNumbers],
    ['date', nDates],
    ['timestamp', nTimestamps],
  ];
  for (const [type, n] of candidates) {
    if (nPresent > 0 && n >= MOSTLY * nPresent) return { type, share: n / nPresent };
  }
  return { type: 'text', share: 1 };
}

/** Columns of one name but for a number that follow each other and are alike stand in one line. */
function foldColumns(drafts: readonly ColumnDraft[]): string[] {
  const lines: string[] = [];
  for (let start = 0, end; start < drafts.length; start = end) {
    const { spec, remark } = drafts[start];
    end = start + 1;
    while (end < drafts.length && drafts[end].spec === spec && foldable(drafts, start, end)) end++;
    const names = drafts.slice(start, end).map(({ name }) => name);
    const comment = remark !== '' && names.length === 1 ? `  # ${remark}` : '';
    lines.push(`  ${plain(foldNames(names) ?? names[0])}: ${spec}${comment}`);
  }
  return lines;
}

const foldable = (drafts: readonly ColumnDraft[], start: number, end: number): boolean =>
  foldNames(drafts.slice(start, end + 1).map(({ name }) => name)) !== null;

/** Rows that the rarest class must keep; null where there is no target among the columns. */
async function minRowsPerClass(
  database: Database,
  { sql, columns }: Relation,
  target: string | null,
): Promise<number | null> {
  if (target === null || columns.every(({ name }) => name !== target)) return null;
  const column = identifier(target);
  const [row] = await database.query(
    `SELECT min(n) AS n FROM (SELECT count(*) AS n FROM ${sql} WHERE ${column} IS NOT NULL GROUP BY ${column})`,
  );
  return Math.ceil(Number(row.n) * SHARE_OF_CLASS);
}

/** Down to three decimals, so that the table itself meets it. */
function roundDown(share: number): number {
  return Math.floor(share * 1000) / 1000;
}

/** A name or a text as YAML has it, in a flow too; a range of names ends in braces, which a key may hold. */
function plain(text: string): string {
  const body = text.replace(/\{\d+\.\.\d+\}$/, '');
  const isPlain = /^[\p{L}_][\p{L}\p{N}_ ./-]*$/u.test(body) && stringify(body).trimEnd() === body;
  return isPlain ? text : JSON.stringify(text);
}
