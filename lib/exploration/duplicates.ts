/** Rows that repeat others, and rows that contradict them. */
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';

export interface Duplicates {
  /** Rows that are equal to an earlier one in every feature and the target. */
  readonly duplicate_count: number;
  /** Different rows that occur more than once. */
  readonly group_count: number;
  /** How often the most frequent of them occurs; 0 where there is none. */
  readonly largest_group: number;
  /** Rows that share all features with a row of another target; null without a target. */
  readonly contradiction_count: number | null;
}

/**
 * Exact: a hash finds the rows that may repeat, and only these are compared.
 *
 * @param features - Columns that make a row what it is, without its id.
 */
export async function countDuplicates(
  database: Database,
  { sql }: Relation,
  features: readonly string[],
  target: string | null,
): Promise<Duplicates> {
  if (features.length === 0) {
    return {
      duplicate_count: 0,
      group_count: 0,
      largest_group: 0,
      contradiction_count: target === null ? null : 0,
    };
  }
  const columns = features.map((name, i) => `${identifier(name)} AS c${i}`).join(', ');
  const aliases = features.map((_, i) => `c${i}`).join(', ');
  const label = target === null ? 'NULL' : identifier(target);
  const [row] = await database.query(
    `WITH rows_of_table AS NOT MATERIALIZED (SELECT ${label} AS label, ${columns} FROM ${sql}),
     keyed AS NOT MATERIALIZED (SELECT hash(${aliases}) AS key, * FROM rows_of_table),
     repeated AS (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1),
     equal AS (SELECT ${aliases}, label, count(*) AS n FROM keyed SEMI JOIN repeated USING (key) GROUP BY ALL),
     alike AS (SELECT sum(n) AS n, count(*) AS n_labels FROM equal GROUP BY ${aliases})
     SELECT (SELECT coalesce(sum(n - 1), 0)::BIGINT FROM equal) AS duplicate_count,
       (SELECT count(*) FROM equal WHERE n > 1) AS group_count,
       (SELECT coalesce(max(n), 0) FROM equal WHERE n > 1) AS largest_group,
       (SELECT coalesce(sum(n), 0)::BIGINT FROM alike WHERE n_labels > 1) AS contradiction_count`,
  );
  return {
    duplicate_count: Number(row.duplicate_count),
    group_count: Number(row.group_count),
    largest_group: Number(row.largest_group),
    contradiction_count: target === null ? null : Number(row.contradiction_count),
  };
}
