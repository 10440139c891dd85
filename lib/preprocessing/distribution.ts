/** What the raw training rows look like, column by column, for those who compare later rows with them. */
import { identifier, literal } from '../sql.ts';
import type { Column, Database, Relation, Row } from '../sql.ts';

export interface NumericDistribution {
  readonly kind: 'number';
  /** Rows without a finite number. */
  readonly missing_count: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Values of rows at 10, 20 … 90 %, each one that occurs; null without values. */
  readonly deciles: readonly number[] | null;
}
export interface CategoricalDistribution {
  readonly kind: 'text' | 'time' | 'other';
  readonly missing_count: number;
  readonly n_distinct: number;
}
export interface Distribution {
  readonly n_samples: number;
  readonly columns: Readonly<Record<string, NumericDistribution | CategoricalDistribution>>;
}

const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Exact, so that the result depends neither on the row order nor on the thread count. */
export async function describeDistribution(
  database: Database,
  relation: Relation,
  columns: readonly Column[],
): Promise<Distribution> {
  const aggregates = columns.map((column, i) => `${describe(column)} AS ${identifier(`c${i}`)}`);
  const [row] = await database.query(
    `SELECT count(*) AS n_samples, ${aggregates.join(', ')} FROM ${relation.sql}`,
  );
  return {
    n_samples: Number(row.n_samples),
    columns: Object.fromEntries(
      columns.map(({ name }, i) => [name, JSON.parse(String(row[`c${i}`])) as NumericDistribution]),
    ),
  };
}

function describe({ name, kind }: Column): string {
  const column = identifier(name);
  if (kind !== 'number') {
    return `json_object('kind', ${literal(kind)}, 'missing_count', count(*) - count(${column}),
      'n_distinct', count(DISTINCT ${column}))`;
  }
  const x = `CASE WHEN isfinite(${column}::DOUBLE) THEN ${column}::DOUBLE END`;
  return `json_object('kind', 'number', 'missing_count', count(*) - count(${x}), 'min', min(${x}),
    'max', max(${x}), 'deciles', quantile_disc(${x}, [${DECILES.join(', ')}]))`;
}

/**
 * The first rows of each class by id (by place in the table where it has none), or of a target that is a number the
 * first row of each of so many equal parts of the rows in its order: few, varied, and the same whatever the engine.
 * Numbers are doubles, null where they are not finite; times and others are texts.
 *
 * @param options.perClass - Rows of each class at most.
 * @param options.nSpread - Rows in all at most.
 */
export async function selectGoldenRows(
  database: Database,
  relation: Relation,
  {
    target,
    id,
    columns,
    ...size
  }: { target: string; id: string; columns: readonly Column[] } & (
    { perClass: number } | { nSpread: number }
  ),
): Promise<Row[]> {
  const hasId = relation.columns.some(({ name }) => name === id);
  const label = identifier(target);
  const place = hasId ? identifier(id) : 'row_number() OVER ()';
  const values = columns.map(({ name, kind }, i) => {
    const column = identifier(name);
    const value =
      kind === 'number'
        ? `CASE WHEN isfinite(${column}::DOUBLE) THEN ${column}::DOUBLE END`
        : `${column}::VARCHAR`;
    return `${value} AS c${i}`;
  });
  const table = `(SELECT ${label} AS label, ${place} AS place, ${values.join(', ')} FROM ${relation.sql})`;
  const rows = await database.query(
    'perClass' in size
      ? `SELECT * FROM ${table}
         QUALIFY row_number() OVER (PARTITION BY label ORDER BY place) <= ${size.perClass}
         ORDER BY label, place`
      : `SELECT * FROM (SELECT *, ntile(${size.nSpread}) OVER (ORDER BY label, place) AS part FROM ${table})
         QUALIFY row_number() OVER (PARTITION BY part ORDER BY label, place) = 1
         ORDER BY label, place`,
  );
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, i) => [name, row[`c${i}`]] as const)),
  );
}
