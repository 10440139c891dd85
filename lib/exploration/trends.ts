/** How a quantity runs along a feature: its quartiles where the feature is so and so large. */
import { identifier, literal } from '../sql.ts';
import type { Database, Relation, Row } from '../sql.ts';
import { isNumeric } from './features.ts';
import type { CategoricalFeature } from './categorical-features.ts';
import type { Feature } from './features.ts';
import { indexAmong, toDouble } from './target.ts';
import { binStarts, countValues, toMarginal } from './value-counts.ts';
import type { ColumnReader } from './value-counts.ts';

export interface TrendPoint {
  /** Median of the feature in the bin, or the category. */
  readonly x: number | string;
  readonly count: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}
export interface Trend {
  readonly name: string;
  readonly points: readonly TrendPoint[];
}

const N_BINS = 20;
const N_CATEGORIES = 12;

/**
 * @param target - SQL of a DOUBLE.
 * @param features - In the order of the trends; a feature without a value has none.
 */
export async function describeTrends(
  database: Database & ColumnReader,
  relation: Relation,
  target: string,
  features: readonly Feature[],
): Promise<Trend[]> {
  const trends: Trend[] = [];
  for (const feature of features) {
    const rows = isNumeric(feature)
      ? await alongNumber(database, relation, target, feature.name, feature.kind === 'time')
      : await alongCategory(database, relation, target, feature);
    const points = rows.map(({ x, n, quartiles }): TrendPoint => {
      const [q1, median, q3] = quartiles as unknown as number[];
      return { x: x as number | string, count: Number(n), q1, median, q3 };
    });
    if (points.length > 0) trends.push({ name: feature.name, points });
  }
  return trends;
}

const quartilesOf = (target: string): string =>
  `count(*) AS n, quantile_cont(${target}, [0.25, 0.5, 0.75]) AS quartiles`;

async function alongNumber(
  database: Database & ColumnReader,
  relation: Relation,
  target: string,
  name: string,
  isTime: boolean,
): Promise<Row[]> {
  const x = toDouble(name, isTime);
  const [counts] = await countValues(database, relation, [x], null);
  const starts = binStarts(toMarginal(counts), N_BINS);
  return await database.query(
    `SELECT ${indexAmong(x, starts)} AS place, quantile_cont(${x}, 0.5) AS x, ${quartilesOf(target)}
     FROM ${relation.sql} WHERE isfinite(${x}) AND isfinite(${target}) GROUP BY 1 ORDER BY 1`,
  );
}

async function alongCategory(
  database: Database,
  { sql }: Relation,
  target: string,
  feature: CategoricalFeature,
): Promise<Row[]> {
  const { name, kind, columns, categories } = feature;
  const shown = categories
    .toSorted((a, b) => b.count - a.count)
    .slice(0, N_CATEGORIES)
    .map(({ value }) => value);
  const value =
    kind === 'one_hot'
      ? `CASE ${columns.map((column) => `WHEN ${identifier(column)} = 1 THEN ${literal(column)}`).join(' ')} END`
      : kind === 'binary'
        ? `CASE WHEN ${identifier(name)}::DOUBLE = 1 THEN '1' WHEN ${identifier(name)} IS NOT NULL THEN '0' END`
        : `${identifier(name)}::VARCHAR`;
  return await database.query(
    `SELECT * FROM (SELECT ${value} AS x, ${quartilesOf(target)} FROM ${sql} WHERE isfinite(${target}) GROUP BY 1)
     WHERE x IN (${shown.map(literal).join(', ')}) ORDER BY n DESC, x`,
  );
}
