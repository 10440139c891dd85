/** What there is to know of each feature: its values, and what it tells about the target. */
import { findOneHotGroups } from '../one-hot-groups.ts';
import { findBinary, queryColumns } from '../preprocessing/column-facts.ts';
import { identifier } from '../sql.ts';
import type { Column, Database, Relation, Row } from '../sql.ts';
import { analyseVariance, areaUnderCurve, associate, binTable, cramersV } from './association.ts';
import type { Association } from './association.ts';
import { boxOf, summarize } from './numeric-summary.ts';
import type { Box, NumericSummary } from './numeric-summary.ts';
import { toDouble } from './target.ts';
import type { Labels } from './target.ts';
import { countValues, toMarginal } from './value-counts.ts';
import type { ColumnReader } from './value-counts.ts';

interface AnyFeature {
  /** Of the column, or of the one-hot group. */
  readonly name: string;
  /** Rows without a value, NaN and infinity among them. */
  readonly missing_count: number;
  /** null where there is no target, or nothing to tell. */
  readonly association: Association | null;
}

export interface NumericFeature extends AnyFeature {
  readonly kind: 'number' | 'time';
  /** Rows of NaN and infinity. */
  readonly non_finite_count: number;
  /** null where no row has a value; of a time in seconds since 1970. */
  readonly summary: NumericSummary | null;
  /** By class, in the order of the target; null for a class without a value. Empty for a quantity. */
  readonly boxes: readonly (Box | null)[];
}

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

export type Feature = NumericFeature | CategoricalFeature;

/** Numbers and times, which have an order. */
export function isNumeric(feature: Feature): feature is NumericFeature {
  return feature.kind === 'number' || feature.kind === 'time';
}

/** Aggregates of one query at most; a table may have thousands of columns. */
const N_COLUMNS_AT_ONCE = 500;
/** A cell may be a whole page. */
const MAX_VALUE_LENGTH = 100;

/** @returns In table order; a one-hot group stands where its first column does. */
export async function describeFeatures(
  database: Database & ColumnReader,
  relation: Relation,
  columns: readonly Column[],
  {
    labels,
    isClassed,
    maxCategories,
  }: { labels: Labels; isClassed: boolean; maxCategories: number },
): Promise<Feature[]> {
  const numbers = columns.filter(({ kind }) => kind === 'number');
  const ranges = await inBatches(numbers, (batch) =>
    queryColumns(database, relation, batch, (x) => ({
      min: `min(${x})::DOUBLE`,
      max: `max(${x})::DOUBLE`,
      present: `count(${x})`,
    })),
  );
  const binary = await findBinary(database, relation, numbers, ranges);
  const groups = await findOneHotGroups(database, { ...relation, columns }, [...binary]);
  const counted = await countBinary(
    database,
    relation,
    numbers.filter(({ name }) => binary.has(name)),
    labels,
  );
  const [{ n }] = await database.query(`SELECT count(*) AS n FROM ${relation.sql}`);
  const nRows = Number(n);
  const grouped = new Map(groups.flatMap((group) => group.columns.map((name) => [name, group])));
  const features: Feature[] = [];
  for (const column of columns) {
    const { name, kind } = column;
    const group = grouped.get(name);
    if (group !== undefined && group.columns[0] !== name) continue;
    if (group !== undefined) features.push(describeGroup(group, counted));
    else if (binary.has(name))
      features.push(describeBinary(name, counted.get(name)!, labels, nRows));
    else if (kind === 'number' || kind === 'time') {
      const nPresent = Number(ranges[numbers.indexOf(column)]?.present ?? NaN);
      features.push(
        await describeNumber(database, relation, column, { labels, isClassed, nRows, nPresent }),
      );
    } else features.push(await describeText(database, relation, name, labels, maxCategories));
  }
  return features;
}

async function inBatches(
  columns: readonly Column[],
  ask: (batch: readonly Column[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < columns.length; start += N_COLUMNS_AT_ONCE) {
    rows.push(...(await ask(columns.slice(start, start + N_COLUMNS_AT_ONCE))));
  }
  return rows;
}

/** Rows of a column of 0 and 1, by label; the last one of each list is of rows without a label. */
interface BinaryCounts {
  readonly zeros: readonly number[];
  readonly ones: readonly number[];
}

async function countBinary(
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

function describeGroup(
  { name, columns }: { name: string; columns: readonly string[] },
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

function describeBinary(
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

async function describeNumber(
  database: ColumnReader,
  relation: Relation,
  { name, kind }: Column,
  {
    labels,
    isClassed,
    nRows,
    nPresent,
  }: { labels: Labels; isClassed: boolean; nRows: number; nPresent: number },
): Promise<NumericFeature> {
  const counts = await countValues(database, relation, toDouble(name, kind === 'time'), labels.sql);
  const marginal = toMarginal(counts);
  const { totals } = labels;
  const association = totals.length < 2 ? null : associate(binTable(counts, totals));
  const toBox = (label: number): Box | null => {
    const ofLabel = toMarginal(counts, label);
    return ofLabel.nRows === 0 ? null : boxOf(ofLabel);
  };
  return {
    name,
    kind: kind === 'time' ? 'time' : 'number',
    missing_count: nRows - marginal.nRows,
    // a time is either there or not
    non_finite_count: kind === 'time' ? 0 : nPresent - marginal.nRows,
    association:
      association === null
        ? null
        : {
            ...association,
            ...(isClassed ? analyseVariance(counts, totals.length) : {}),
            auc: isClassed && totals.length === 2 ? areaUnderCurve(counts) : null,
          },
    summary: summarize(marginal),
    boxes: isClassed ? totals.map((_, label) => toBox(label)) : [],
  };
}

async function describeText(
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
     SELECT coalesce(least(place, ${maxCategories + 1}), 0) AS place, label, min(x) AS value, sum(n)::BIGINT AS n,
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
