/** What is known of the columns of a table, asked in one pass. */
import { StageError, listExamples } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Column, Relation, Row } from '../sql.ts';

/** The table engine, as far as a scaler needs it. */
export interface OrderedDatabase {
  query(sql: string): Promise<Row[]>;
  /** On one thread, so that sums of doubles are the same on every machine. */
  queryInOrder(sql: string): Promise<Row[]>;
}

/** Aggregates of every column in one pass: `expressions` by name, from the quoted column. */
export async function queryColumns(
  database: Pick<OrderedDatabase, 'query'>,
  relation: Relation,
  columns: readonly Column[],
  expressions: (column: string, index: number) => Record<string, string>,
): Promise<Row[]> {
  if (columns.length === 0) return [];
  const wanted = columns.map(({ name }, i) => expressions(identifier(name), i));
  const selected = wanted.flatMap((aggregates, i) =>
    Object.entries(aggregates).map(([name, sql]) => `${sql} AS ${name}_${i}`),
  );
  const [row] = await database.query(`SELECT ${selected.join(', ')} FROM ${relation.sql}`);
  return wanted.map((aggregates, i) =>
    Object.fromEntries(Object.keys(aggregates).map((name) => [name, row[`${name}_${i}`]])),
  );
}

/**
 * Asserts that columns hold finite numbers.
 *
 * @param refuseMissing - Whether NULL is refused as NaN and infinity are.
 * @throws StageError E_DATA naming every column that does not, with a count and the first rows.
 */
export async function assertFinite(
  database: OrderedDatabase,
  relation: Relation,
  columns: readonly Column[],
  refuseMissing: boolean,
): Promise<void> {
  const conditions = (x: string): string =>
    `(${refuseMissing ? `${x} IS NULL OR ` : ''}NOT isfinite(${x}::DOUBLE))`;
  const whole = await findWhole(database, relation);
  const isWhole = ({ name }: Column): boolean => whole.has(name);
  const [wholes, others] = [columns.filter(isWhole), columns.filter((c) => !isWhole(c))];
  // of whole numbers the engine knows the missing ones by heart, and there is no NaN
  const missing = await queryColumns(database, relation, refuseMissing ? wholes : [], (x) => ({
    bad: `count(*) - count(${x})`,
  }));
  const unfit = await queryColumns(database, relation, others, (x) => ({
    bad: `count(*) FILTER (${conditions(x)})`,
  }));
  const counts = columns.map(
    (column) =>
      (isWhole(column) ? missing[wholes.indexOf(column)] : unfit[others.indexOf(column)]) ?? {
        bad: 0,
      },
  );
  const bad = columns.filter((_, i) => Number(counts[i].bad) > 0);
  if (bad.length === 0) return;
  const examples = await Promise.all(
    bad.map(async ({ name }) => {
      const rows = await database.query(
        `SELECT line, value FROM (SELECT row_number() OVER () AS line, ${identifier(name)} AS value FROM ${relation.sql})
         WHERE ${conditions('value')} ORDER BY line LIMIT 3`,
      );
      const count = Number(counts[columns.findIndex((column) => column.name === name)].bad);
      const shown = rows.map(({ line, value }) => `row ${line}: ${value ?? 'missing'}`).join(', ');
      return `${name} (${count} ${count === 1 ? 'value' : 'values'}; ${shown})`;
    }),
  );
  throw new StageError(
    'E_DATA',
    `${relation.source} must have finite numbers in the columns to scale; got ${listExamples(examples)}`,
    {
      hint: 'normalize.missing = mean or median fills missing values; mend or drop NaN and infinity before',
    },
  );
}

/** Columns of integers and booleans, whose facts the engine takes from the statistics of the file. */
async function findWhole(
  database: OrderedDatabase,
  { sql }: Relation,
): Promise<ReadonlySet<unknown>> {
  const rows = await database.query(`DESCRIBE ${sql}`);
  const isWhole = (type: unknown): boolean => /INT|^BOOLEAN/.test(String(type));
  return new Set(
    rows.filter((row) => isWhole(row.column_type)).map(({ column_name: name }) => name),
  );
}

/** Columns of 0 and 1 alone. */
export async function findBinary(
  database: OrderedDatabase,
  relation: Relation,
  columns: readonly Column[],
  ranges: readonly Row[],
): Promise<ReadonlySet<string>> {
  const whole = await findWhole(database, relation);
  const within = columns.filter((_, i) => Number(ranges[i].min) >= 0 && Number(ranges[i].max) <= 1);
  const others = within.filter(({ name }) => !whole.has(name));
  const facts = await queryColumns(database, relation, others, (x) => ({
    binary: `bool_and(${x} IN (0, 1))`,
  }));
  const isBinary = (column: Column): boolean =>
    whole.has(column.name) || facts[others.indexOf(column)].binary === true;
  return new Set(within.filter(isBinary).map(({ name }) => name));
}
