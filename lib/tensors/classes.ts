/** The classes of a target column, and their indices as labels. */
import { StageError, listExamples } from '../errors.ts';
import { identifier, literal } from '../sql.ts';
import type { Database, Relation, Value } from '../sql.ts';

/** Beyond it a target is a quantity or an id. */
const MAX_CLASSES = 10_000;

/**
 * The classes of a table: the distinct values of its target, integers in their order or texts in the
 * order of their code points; a boolean counts as the text false or true.
 *
 * @returns Classes, and rows of the table.
 * @throws StageError E_DATA when a value is missing or NaN, when numbers are no integers below 2^53, when
 *   the column holds neither numbers nor texts, or more than 10,000 different values.
 */
export async function findClasses(
  database: Database,
  relation: Relation,
  name: string,
): Promise<{ classes: (number | string)[]; nSamples: number }> {
  const kind = relation.columns.find((column) => column.name === name)!.kind;
  if (kind !== 'number' && kind !== 'text')
    throw createClassError(relation, name, `a ${kind} column`);
  const column = identifier(name);
  const rows = await database.query(
    `SELECT ${column} AS value, count(*) AS n FROM ${relation.sql}
     GROUP BY ${column} ORDER BY ${column} LIMIT ${MAX_CLASSES + 1}`,
  );
  if (rows.length > MAX_CLASSES) {
    throw createClassError(relation, name, `more than ${MAX_CLASSES} different values`);
  }
  const nMissing = rows
    .filter(({ value }) => value === null || Number.isNaN(value))
    .reduce((sum, { n }) => sum + Number(n), 0);
  if (nMissing > 0) throw await createMissingError(database, relation, name, nMissing);
  const values = rows.map(({ value }) => (typeof value === 'boolean' ? String(value) : value));
  const isClass = (value: Value): value is number | string =>
    typeof value === 'string' || Number.isSafeInteger(value);
  if (!values.every(isClass)) {
    throw createClassError(relation, name, listExamples(values.filter((value) => !isClass(value))));
  }
  return { classes: values, nSamples: rows.reduce((sum, { n }) => sum + Number(n), 0) };
}

/**
 * Expression of the index that the target of a row has among the classes, INTEGER.
 *
 * @param classes - Hold every value of the column.
 */
export function labelExpression(target: string, classes: readonly (number | string)[]): string {
  const column = identifier(target);
  const text = typeof classes[0] === 'number' ? `CAST(${column} AS BIGINT)` : column;
  const members = classes.map((value) => literal(String(value))).join(', ');
  return `enum_code(CAST(CAST(${text} AS VARCHAR) AS ENUM(${members})))::INTEGER`;
}

/** @throws StageError E_DATA when a table holds a class that train has not. */
export function assertKnownClasses(
  { source }: Relation,
  target: string,
  found: readonly (number | string)[],
  { classes, source: train }: { classes: readonly (number | string)[]; source: string },
): void {
  const known = new Set(classes);
  const unseen = found.filter((value) => !known.has(value));
  if (unseen.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${source} column ${target} must hold classes of ${train} alone; got ${listExamples(unseen, show)}`,
    { hint: 'split with split.stratify, or drop the rows of classes too rare to be in train' },
  );
}

async function createMissingError(
  database: Database,
  { sql, source }: Relation,
  target: string,
  nMissing: number,
): Promise<StageError> {
  const column = identifier(target);
  const [{ first }] = await database.query(
    `SELECT min(row_of_table) FILTER (${column} IS NULL OR ${column}::VARCHAR = 'nan') AS first
     FROM (SELECT row_number() OVER () AS row_of_table, ${column} FROM ${sql})`,
  );
  const got = `${nMissing} without a value (first: row ${first})`;
  return new StageError(
    'E_DATA',
    `${source} column ${target} must have a class in every row; got ${got}`,
    {
      hint: 'drop these rows before the split',
    },
  );
}

function createClassError({ source }: Relation, target: string, got: string): StageError {
  return new StageError(
    'E_DATA',
    `${source} column ${target} must hold classes, integers or texts; got ${got}`,
    {
      hint: 'name the target with base.target; tensorize.task=regression learns numbers, base.target=null writes every column as a feature',
    },
  );
}

function show(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
