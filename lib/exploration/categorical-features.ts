/** Features without an order: texts, columns of 0 and 1, and one-hot groups of these. */
import type { OneHotGroup } from '../one-hot-groups.ts';
import { identifier } from '../sql.ts';
import type { Column, Database, Relation } from '../sql.ts';
import { associate, cramersV } from './association.ts';
import type { Association } from './association.ts';
import { N_COLUMNS_AT_ONCE } from './feature.ts';
import type { AnyFeature } from './feature.ts';
import type { Labels } from './target.ts';

export interface Category {
  readonly value: string;
  readonly count: number;
  /** Rows of each label of the target. */
  readonly by_label: readonly number[];
}

export interface CategoricalFeature extends AnyFeature {
  readonly kind: 'category' | 'binary' | 'one_hot';
  /** The columns of a one-hot group, in the order of `categories`; else empty. */
  readonly columns: readonly string[];
  readonly n_distinct: number;
  /** The most frequent values first; the columns of a group, and 0 and 1, in their own order. */
  readonly categories: readonly Category[];
  /** Rows of the values beyond the categories. */
  readonly other_count: number;
}

/** A cell may be a whole page. */
const MAX_VALUE_LENGTH = 100;

/** Rows of a column of 0 and 1, by label; the last one of each list is of rows without a label. */
export interface BinaryCounts {
  readonly zeros: readonly number[];
  readonly ones: readonly number[];
}

export async function countBinary(
  database: Database,
  { sql }: Relation,
  columns: readonly Column[],
  { sql: label, totals }: Labels,
): Promise<ReadonlyMap<string, BinaryCounts>> {
  const counts = new Map<string, BinaryCounts>();
  const nLabels = totals.length;
  for (let start = 0; start < columns.length; start += N_COLUMNS_AT_ONCE) {
    const batch = columns.slice(start, start + N_COLUMNS_AT_ONCE);
    const aggregates = batch.map(({ name }, i) => {
      const x = identifier(name);
      return `count(${x}) AS present_${i}, coalesce(sum(CAST(${x} AS TINYINT)), 0)::BIGINT AS ones_${i}`;
    });
    const rows = await database.query(
      `SELECT coalesce(${label ?? 'NULL'}, ${nLabels}) AS label, ${aggregates.join(', ')}
       FROM ${sql} GROUP BY 1`,
    );
    batch.forEach(({ name }, i) => {
      const ones = new Array<number>(nLabels + 1).fill(0);
      const zeros = new Array<number>(nLabels + 1).fill(0);
      for (const row of rows) {
        ones[Number(row.label)] = Number(row[`ones_${i}`]);
        zeros[Number(row.label)] = Number(row[`present_${i}`]) - Number(row[`ones_${i}`]);
      }
      counts.set(name, { ones, zeros });
    });
  }
  return counts;
}

export function describeGroup(
  { name, columns }: OneHotGroup,
  counted: ReadonlyMap<string, BinaryCounts>,
): CategoricalFeature {
  const categories = columns.map((column) => toCategory(column, counted.get(column)!.ones));
  return {
    name,
    kind: 'one_hot',
    missing_count: 0,
    association: associateCategories(categories.map((category) => category.by_label)),
    columns,
    n_distinct: categories.filter(({ count }) => count > 0).length,
    categories,
    other_count: 0,
  };
}

export function describeBinary(
  name: string,
  { zeros, ones }: BinaryCounts,
  { totals }: Labels,
  nRows: number,
): CategoricalFeature {
  const categories = [toCategory('0', zeros), toCategory('1', ones)];
  const missing = totals.map((total, label) => total - zeros[label] - ones[label]);
  return {
    name,
    kind: 'binary',
    missing_count: nRows - categories[0].count - categories[1].count,
    association: associateCategories([...categories.map(({ by_label }) => by_label), missing]),
    columns: [],
    n_distinct: categories.filter(({ count }) => count > 0).length,
    categories,
    other_count: 0,
  };
}

/** @param counts - Rows by label, those without one last. */
function toCategory(value: string, counts: readonly number[]): Category {
  return {
    value,
    count: counts.reduce((sum, count) => sum + count, 0),
    by_label: counts.slice(0, -1),
  };
}

export async function describeText(
  database: Database,
  { sql }: Relation,
  name: string,
  { sql: label, totals }: Labels,
  maxCategories: number,
): Promise<CategoricalFeature> {
  // place 0: no value; the places beyond the most frequent are one
  const rows = await database.query(
    `WITH counts AS (
       SELECT ${identifier(name)}::VARCHAR AS x, coalesce(${label ?? 'NULL'}, ${totals.length}) AS label, count(*) AS n
       FROM ${sql} GROUP BY ALL
     ), places AS (
       SELECT x, row_number() OVER (ORDER BY sum(n) DESC, x) AS place, count(*) OVER () AS n_distinct
       FROM counts WHERE x IS NOT NULL GROUP BY x
     )
     SELECT CASE WHEN place IS NULL THEN 0 ELSE least(place, ${maxCategories + 1}) END AS place, label, min(x) AS value, sum(n)::BIGINT AS n,
       max(n_distinct) AS n_distinct
     FROM counts LEFT JOIN places USING (x) GROUP BY ALL ORDER BY ALL`,
  );
  const places = Map.groupBy(rows, ({ place }) => Number(place));
  const categoryAt = (place: number): Category => {
    const counts = new Array<number>(totals.length + 1).fill(0);
    for (const row of places.get(place) ?? []) counts[Number(row.label)] = Number(row.n);
    return toCategory(shorten(String(places.get(place)?.[0].value ?? '')), counts);
  };
  const nDistinct = Math.max(0, ...rows.map((row) => Number(row.n_distinct)));
  const nKept = Math.min(nDistinct, maxCategories);
  const categories = Array.from({ length: nKept }, (_, i) => categoryAt(i + 1));
  const [missing, others] = [categoryAt(0), categoryAt(maxCategories + 1)];
  const isPresent = ({ count }: Category): boolean => count > 0;
  return {
    name,
    kind: 'category',
    missing_count: missing.count,
    association: associateCategories(
      [...categories, ...[others, missing].filter(isPresent)].map(({ by_label }) => by_label),
    ),
    columns: [],
    n_distinct: nDistinct,
    categories,
    other_count: others.count,
  };
}

function associateCategories(rows: readonly (readonly number[])[]): Association | null {
  const table = {
    nRows: rows.length,
    nColumns: rows[0]?.length ?? 0,
    counts: Float64Array.from(rows.flat()),
  };
  const association = associate(table);
  return association === null ? null : { ...association, cramers_v: cramersV(table) };
}

function shorten(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text;
}
