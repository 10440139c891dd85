/** What the raw training rows look like, column by column, for those who compare later rows with them. */
import { countRows, identifier } from '../sql.ts';
import type { Column, Database, Relation, Row } from '../sql.ts';

export interface NumericDistribution {
  readonly kind: 'number';
  /** Rows without a finite number. */
  readonly missing_count: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Values of rows at 10, 20 … 90 %, each one that occurs; null without values. */
  readonly deciles: readonly number[] | null;
  readonly n_distinct: number;
  /** Population standard deviation (divisor n); null without values. */
  readonly std: number | null;
  /** Rows of each value, ascending; null where there are none or more than 20 of them. */
  readonly counts: readonly (readonly [value: number, count: number])[] | null;
  /** Values of rows at 0.25, 0.75 … 99.75 %, each one that occurs; null where `counts` says all. */
  readonly quantiles: readonly number[] | null;
}
export interface CategoricalDistribution {
  readonly kind: 'text' | 'time' | 'other';
  readonly missing_count: number;
  readonly n_distinct: number;
  /** Rows of each text; null of other kinds, of more than 1,000 texts, and where a text has not two rows on average. */
  readonly counts: Readonly<Record<string, number>> | null;
  /** Of the texts in characters, where `counts` does not say what they are; null of other kinds. */
  readonly lengths: NumericDistribution | null;
}
export interface Distribution {
  readonly n_samples: number;
  readonly columns: Readonly<Record<string, NumericDistribution | CategoricalDistribution>>;
}

/** Shares of the rows, as fractions: whole numbers keep the comparison with counts exact. */
interface Shares {
  readonly numerators: readonly number[];
  readonly denominator: number;
}
const DECILES: Shares = { numerators: [1, 2, 3, 4, 5, 6, 7, 8, 9], denominator: 10 };
const N_QUANTILES = 200;
const QUANTILES: Shares = {
  numerators: Array.from({ length: N_QUANTILES }, (_, i) => 2 * i + 1),
  denominator: 2 * N_QUANTILES,
};
const MAX_NUMBERS = 20;
const MAX_TEXTS = 1000;

/** The table engine, as far as a distribution needs it. */
export interface CountingDatabase extends Pick<Database, 'query'> {
  /** The columns of a query, each DOUBLE without NULL, in the order of its rows. */
  readDoubles(sql: string): Promise<Float64Array[]>;
}

/** Exact, so that the result depends neither on the row order nor on the thread count. */
export async function describeDistribution(
  database: CountingDatabase,
  relation: Relation,
  columns: readonly Column[],
): Promise<Distribution> {
  const nSamples = await countRows(database, relation);
  const described: [string, NumericDistribution | CategoricalDistribution][] = [];
  // one by one: the distinct values of a column are in memory
  for (const { name, kind } of columns) {
    const x = identifier(name);
    const facts =
      kind === 'number'
        ? await describeNumbers(database, relation, x, nSamples)
        : await describeTexts(database, relation, { x, kind, nSamples });
    described.push([name, facts]);
  }
  return { n_samples: nSamples, columns: Object.fromEntries(described) };
}

async function describeNumbers(
  database: CountingDatabase,
  { sql }: Pick<Relation, 'sql'>,
  expression: string,
  nSamples: number,
): Promise<NumericDistribution> {
  const { values, counts } = await countNumbers(database, sql, expression);
  const nValues = counts.reduce((n, count) => n + count, 0);
  const areFew = values.length <= MAX_NUMBERS;
  const isEmpty = values.length === 0;
  return {
    kind: 'number',
    missing_count: nSamples - nValues,
    min: values.at(0) ?? null,
    max: values.at(-1) ?? null,
    deciles: isEmpty ? null : quantilesOf(values, counts, DECILES),
    n_distinct: values.length,
    std: isEmpty ? null : standardDeviation(values, counts),
    counts: areFew && !isEmpty ? Array.from(values, (value, i) => [value, counts[i]]) : null,
    quantiles: areFew ? null : quantilesOf(values, counts, QUANTILES),
  };
}

/**
 * The finite numbers of an expression, ascending and distinct, with the rows of each.
 *
 * @param sql - Table, as it stands after FROM.
 */
export async function countNumbers(
  database: Pick<CountingDatabase, 'readDoubles'>,
  sql: string,
  expression: string,
): Promise<{ values: Float64Array; counts: Float64Array }> {
  const [values = new Float64Array(0), counts = values] = await database.readDoubles(
    `SELECT ${expression}::DOUBLE AS value, count(*)::DOUBLE FROM ${sql}
     WHERE isfinite(value) GROUP BY value ORDER BY value`,
  );
  return { values, counts };
}

/** Population standard deviation (divisor n) of values with their rows. */
export function standardDeviation(values: Float64Array, counts: Float64Array): number {
  const nValues = counts.reduce((n, count) => n + count, 0);
  const mean = values.reduce((sum, value, i) => sum + value * (counts[i] / nValues), 0);
  return Math.sqrt(
    values.reduce((sum, value, i) => sum + (value - mean) ** 2 * (counts[i] / nValues), 0),
  );
}

/** The least value that each share of the rows does not exceed. */
function quantilesOf(
  values: Float64Array,
  counts: Float64Array,
  { numerators, denominator }: Shares,
): number[] {
  const nValues = counts.reduce((n, count) => n + count, 0);
  let [at, reached] = [0, counts[0]];
  return numerators.map((numerator) => {
    while (reached * denominator < numerator * nValues) reached += counts[++at];
    return values[at];
  });
}

async function describeTexts(
  database: CountingDatabase,
  relation: Relation,
  column: { x: string; kind: CategoricalDistribution['kind']; nSamples: number },
): Promise<CategoricalDistribution> {
  const { x, kind, nSamples } = column;
  const [row] = await database.query(
    `SELECT count(${x}) AS n, count(DISTINCT ${x}) AS n_distinct FROM ${relation.sql}`,
  );
  const [nValues, nDistinct] = [Number(row.n), Number(row.n_distinct)];
  const facts = { kind, missing_count: nSamples - nValues, n_distinct: nDistinct };
  if (kind !== 'text' || nValues === 0) return { ...facts, counts: null, lengths: null };
  if (areCategories(nDistinct, nValues)) {
    const counts = Object.fromEntries(await countTexts(database, relation.sql, x));
    return { ...facts, counts, lengths: null };
  }
  const lengths = await describeNumbers(database, relation, `length(${x})`, nSamples);
  return { ...facts, counts: null, lengths };
}

/** The texts of a column with the rows of each, in order of code points. */
export async function countTexts(
  database: Pick<CountingDatabase, 'query'>,
  sql: string,
  column: string,
): Promise<Map<string, number>> {
  const rows = await database.query(
    `SELECT ${column} AS value, count(*) AS n FROM ${sql} WHERE value IS NOT NULL
     GROUP BY value ORDER BY value`,
  );
  return new Map(rows.map(({ value, n }) => [String(value), Number(n)]));
}

/** Whether texts are few enough, and repeat enough, to be told apart one by one; else their lengths are looked at. */
export function areCategories(nDistinct: number, nValues: number): boolean {
  return nDistinct <= MAX_TEXTS && 2 * nDistinct <= nValues;
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
