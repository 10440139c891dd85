/**
 * The small SQL dialect of the data stages: what DuckDB runs here and Spark can run where the data
 * outgrows one machine. Pure text; the connection is an argument.
 */
import { StageError } from './errors.ts';
import { didYouMean } from './suggest.ts';

export type Value = number | bigint | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** What an algorithm needs of the table engine: rows of one query, BIGINT as numbers. */
export interface Database {
  query(sql: string): Promise<Row[]>;
  /** The same on one thread: sums of floating-point numbers come out alike to the last bit. */
  queryInOrder(sql: string): Promise<Row[]>;
}

export interface Column {
  readonly name: string;
  /** `number` takes all numeric types and booleans. */
  readonly kind: 'number' | 'text' | 'time' | 'other';
}

/** A table that queries can name, and its columns in order. */
export interface Relation {
  /** Stands after FROM. */
  readonly sql: string;
  readonly columns: readonly Column[];
  /** What messages call it: the file that it was read from. */
  readonly source: string;
}

/** How many rows the relation has. */
export async function countRows(
  database: Pick<Database, 'query'>,
  { sql }: Pick<Relation, 'sql'>,
): Promise<number> {
  const [{ n }] = await database.query(`SELECT count(*) AS n FROM ${sql}`);
  return Number(n);
}

/** Of messages that name a row and not a line of the file: cells may hold newlines. */
export const ROW_HINT = 'row 1 is the first below the header';

/** `"name"`, quotes inside doubled. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `'text'`, quotes inside doubled; a character 0, at which a parser would stop, is put in by its number. */
export function literal(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts[0] : `(${parts.join(' || chr(0) || ')})`;
}

/** The finite number as a DOUBLE, to the bit: without its exponent it would be read as a decimal. */
export function double(value: number): string {
  return value.toExponential();
}

/**
 * Asserts that `names` are columns of `relation`.
 *
 * @throws StageError E_DATA naming every one that is not, each with the nearest that is.
 */
export function assertColumns(
  relation: Pick<Relation, 'columns' | 'source'>,
  names: readonly string[],
): void {
  const known = relation.columns.map(({ name }) => name);
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  const wanted = missing.map((name) => `${name}${didYouMean(name, known)}`).join(', ');
  throw new StageError('E_DATA', `${relation.source} must have the column ${wanted}`, {
    hint: `its columns are ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
  });
}
