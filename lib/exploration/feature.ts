/** What all features have in common. */
import type { Association } from './association.ts';

export interface AnyFeature {
  /** Of the column, or of the one-hot group. */
  readonly name: string;
  /** Rows without a value, NaN and infinity among them. */
  readonly missing_count: number;
  /** null where there is no target, or nothing to tell. */
  readonly association: Association | null;
}

/** Aggregates of one query at most; a table may have thousands of columns. */
export const N_COLUMNS_AT_ONCE = 500;
