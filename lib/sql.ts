/**
 * The small SQL dialect of the data stages: what DuckDB runs here and Spark can run where the data
 * outgrows one machine. Pure text; the connection is an argument.
 */

export type Value = number | bigint | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** What an algorithm needs of the table engine: rows of one query, BIGINT as numbers. */
export interface Database {
  query(sql: string): Promise<Row[]>;
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

/** `"name"`, quotes inside doubled. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `'text'`, quotes inside doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
