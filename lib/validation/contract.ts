/** A data contract: what a raw table must be. Plain data; docs/contracts.md describes each expectation. */

export const COLUMN_TYPES = ['integer', 'number', 'boolean', 'date', 'timestamp', 'text'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];
export type Scalar = number | string | boolean;

export interface ColumnContract {
  readonly name: string;
  readonly type: ColumnType;
  /** False: the table may lack the column. */
  readonly isRequired: boolean;
}

interface Expected<Name extends string> {
  readonly expectation: Name;
  /** Columns of the contract that it is about. */
  readonly columns: readonly string[];
  /** Least share in [0, 1] of the values that must be as expected; missing values do not count. */
  readonly mostly: number;
  /** Line of the contract. */
  readonly line: number;
}
/** Both ends are included; null leaves an end open. */
export interface Range<T> {
  readonly min: T | null;
  readonly max: T | null;
}

/** What every row must be. */
export type RowExpectation =
  | Expected<'type'>
  | Expected<'not_null'>
  | (Expected<'between'> & Range<number | string>)
  | (Expected<'in_set'> & { readonly values: readonly Scalar[] })
  /** A regular expression (RE2) that the whole text matches. */
  | (Expected<'matches'> & { readonly regex: string })
  /** Characters of a text. */
  | (Expected<'length'> & Range<number>)
  /** One of the columns is 1, the others are 0. */
  | (Expected<'one_hot'> & { readonly name: string });

export type Expectation =
  | RowExpectation
  /** No two rows agree in all of the columns. */
  | Expected<'unique'>
  /** Each of the values is in at least `min` rows. */
  | (Expected<'rows_per_value'> & { readonly values: readonly Scalar[]; readonly min: number });

export interface Contract {
  /** The file that it was read from. */
  readonly source: string;
  readonly rows: Range<number> & { readonly line: number };
  readonly unknownColumns: 'refuse' | 'allow';
  readonly columnOrder: 'exact' | 'any';
  readonly columns: readonly ColumnContract[];
  readonly expectations: readonly Expectation[];
}
