/**
 * Which rows are train, valid and test: decided by hash, group or time, never by position in memory.
 *
 * Rows are ordered by a key and the parts are filled one after the other: test takes the smallest keys,
 * valid the next, train the rest. So a part is a range of keys, a condition on the row alone, and writing
 * it is a filter. The key is the hash of seed and row id, or of seed and group, or the time backwards.
 */
import { StageError, listExamples } from '../errors.ts';
import { rowHash } from './row-hash.ts';
import { PARTS, apportion, countParts } from './apportion.ts';
import type { PartSizes } from './apportion.ts';
import { assertColumns, identifier, literal } from '../sql.ts';
import type { Database, Relation, Row } from '../sql.ts';

export interface SplitOptions extends PartSizes {
  readonly seed: number;
  readonly id: string;
  readonly target: string | null;
  /** null: where the table has the target, and neither group nor time is set. */
  readonly stratify: boolean | null;
  readonly group: string | null;
  readonly time: string | null;
}

export interface SplitPlan {
  /** How the rows were told apart, for people. */
  readonly manner: string;
  /** Gives the `part` of every row of the relation, in its order, as the place in {@link PARTS}. */
  readonly query: string;
}

/** More classes than this are a number that was taken for a class. */
const MAX_CLASSES = 1000;

/**
 * Asserts what the declarations of single parameters cannot say.
 *
 * @throws StageError E_PARAMS with all problems at once.
 */
export function assertSplitOptions(options: SplitOptions): void {
  const { group, time, stratify, target } = options;
  const sizes = PARTS.map((part) => options[`${part}Size`]);
  const problems: string[] = [];
  const given = sizes.filter((size) => size !== null);
  const shares = given.filter((size) => size > 0 && size < 1);
  const isOfShares = shares.length > 0;
  const sum = given.reduce((total, size) => total + size, 0);
  if (given.length < sizes.length - 1) {
    problems.push('at most one of train_size, valid_size and test_size may be null (the rest)');
  }
  if (isOfShares && given.some((size) => size >= 1)) {
    problems.push('train_size, valid_size and test_size must be all shares or all counts');
  } else if (isOfShares && given.length === sizes.length && Math.abs(sum - 1) > 1e-9) {
    problems.push(`train_size, valid_size and test_size must add up to 1 as shares; got ${sum}`);
  } else if (isOfShares && given.length < sizes.length && sum >= 1) {
    problems.push(`the shares must leave something for the size that is null; got ${sum} in all`);
  }
  if (options.trainSize === 0) problems.push('train_size must not be 0');
  if (group !== null && time !== null) problems.push('group and time exclude each other');
  for (const [name, column] of Object.entries({ group, time })) {
    if (column !== null && stratify === true) {
      problems.push(`stratify must be false or null where ${name} is set; got true`);
    }
  }
  if (stratify === true && target === null) {
    problems.push('stratify needs base.target, the column of the classes; got null');
  }
  if (problems.length > 0) {
    throw new StageError('E_PARAMS', `split: ${problems.join('\n  split: ')}`, {
      hint: 'docs/params.md lists every parameter with its range and default',
    });
  }
}

/**
 * Decides the part of every row.
 *
 * - Stratified: within each class the rows of the smallest hashes are test, the next valid. Sizes are
 *   exact, and the rows of a class in a part differ from its share by less than 1.
 * - At random: the same with all rows as one class.
 * - By group: groups are ordered by their hash; a part takes whole groups, as many as come nearest to its
 *   size, at least one.
 * - By time: test takes the latest times, valid those before; rows of one time stay together, as many
 *   times as come nearest to the size, at least one.
 *
 * @param relation - Holds `id`, whose values are distinct and not null.
 * @param options - As {@link assertSplitOptions} accepts them.
 * @throws StageError E_DATA when a column is missing, when class,
 *   group or time is missing in a row, when a class has one row, or when the rows do not fill the parts.
 */
export async function planSplit(
  database: Database,
  relation: Relation,
  options: SplitOptions,
): Promise<SplitPlan> {
  const { id, target, group, time } = options;
  assertColumns(
    relation,
    [id, group, time].filter((name) => name !== null),
  );
  if (group !== null) return await planBlocks(database, relation, options, group, 'group');
  if (time !== null) return await planBlocks(database, relation, options, time, 'time');
  const hasTarget = relation.columns.some(({ name }) => name === target);
  if (target !== null && options.stratify === true) assertColumns(relation, [target]);
  const classes = options.stratify !== false && hasTarget ? target : null;
  return await planRows(database, relation, options, classes);
}

async function planRows(
  database: Database,
  relation: Relation,
  options: SplitOptions,
  target: string | null,
): Promise<SplitPlan> {
  const label = target === null ? literal('') : `CAST(${identifier(target)} AS VARCHAR)`;
  const classes = await countClasses(database, relation, label, target);
  const nRows = classes.reduce((sum, { count }) => sum + count, 0);
  const parts = countParts(nRows, options, relation.source);
  const counts = apportion(
    classes.map(({ count }) => count),
    parts,
  );
  const key = rowHash(options.seed, options.id);
  // the last row of test, and of test and valid together, in the order of the hashes
  const ends = counts.map(([test, valid]) => [test, test + valid]);
  const rows = await database.query(
    `SELECT label, position, key FROM (
       SELECT label, key, row_number() OVER (PARTITION BY label ORDER BY key) AS position
       FROM (SELECT ${label} AS label, ${key} AS key FROM ${relation.sql}))
     WHERE ${classes
       .map((c, row) => `(label = ${literal(c.label)} AND position IN (${ends[row].join(', ')}))`)
       .join(' OR ')}`,
  );
  const keys = new Map(rows.map((row) => [`${row.position}:${row.label}`, String(row.key)]));
  const last = (end: 0 | 1): string => {
    // no hash is smaller than the empty text: a part without rows of the class takes none
    const ofClass = classes.map(({ label: name }, row) =>
      literal(keys.get(`${ends[row][end]}:${name}`) ?? ''),
    );
    if (target === null) return ofClass[0];
    const cases = classes.map(
      ({ label: name }, row) => `WHEN ${literal(name)} THEN ${ofClass[row]}`,
    );
    return `CASE label ${cases.join(' ')} END`;
  };
  return {
    manner: target === null ? 'at random' : `stratified by ${target}`,
    query: partsQuery(
      `SELECT ${key} AS key, ${target === null ? 'NULL' : identifier(target)} AS label FROM ${relation.sql}`,
      `key <= ${last(0)}`,
      `key <= ${last(1)}`,
    ),
  };
}

async function countClasses(
  database: Database,
  relation: Relation,
  label: string,
  target: string | null,
): Promise<{ label: string; count: number }[]> {
  if (target !== null) await assertPresent(database, relation, target, 'split.stratify');
  const rows = await database.query(
    `SELECT ${label} AS label, count(*) AS count FROM ${relation.sql} GROUP BY 1 ORDER BY 1 LIMIT ${MAX_CLASSES + 1}`,
  );
  const classes = rows.map((row) => ({ label: String(row.label), count: Number(row.count) }));
  const hint = 'drop or merge rare classes, or set split.stratify to false';
  if (classes.length > MAX_CLASSES) {
    throw new StageError(
      'E_DATA',
      `${relation.source} column ${target} must have at most ${MAX_CLASSES} classes to be stratified; got more`,
      { hint: 'set split.stratify to false where the target is a number' },
    );
  }
  const single = classes.filter(({ count }) => target !== null && count < 2);
  if (single.length > 0) {
    throw new StageError(
      'E_DATA',
      `${relation.source} column ${target} must have at least 2 rows of every class to be stratified; got 1 row of ${listExamples(single, (c) => `class ${c.label}`)}`,
      { hint },
    );
  }
  return classes;
}

/** Whole blocks of rows (a group, a time) in the order of their keys. */
async function planBlocks(
  database: Database,
  relation: Relation,
  options: SplitOptions,
  column: string,
  kind: 'group' | 'time',
): Promise<SplitPlan> {
  await assertPresent(database, relation, column, `split.${kind}`);
  if (kind === 'time') assertOrdered(relation, column);
  const block = identifier(column);
  const key = kind === 'group' ? rowHash(options.seed, column) : block;
  const order = kind === 'group' ? 'key' : 'key DESC';
  const placed = `(SELECT key, sum(count) OVER (ORDER BY ${order}) AS n_rows, row_number() OVER (ORDER BY ${order}) AS position
    FROM (SELECT ${key} AS key, count(*) AS count FROM ${relation.sql} GROUP BY 1))`;
  const [{ n_rows: nRows, n_blocks: nBlocks }] = await database.query(
    `SELECT max(n_rows) AS n_rows, max(position) AS n_blocks FROM ${placed}`,
  );
  const parts = countParts(Number(nRows), options, relation.source);
  const needed = PARTS.map((part) => (parts[part] > 0 ? 1 : 0));
  if (Number(nBlocks) < needed[0] + needed[1] + needed[2]) {
    throw new StageError(
      'E_DATA',
      `${relation.source} column ${column} must have a ${kind} for every part; got ${nBlocks} in all`,
      { hint: `set a size to 0, or split without split.${kind}` },
    );
  }
  const cut = async (size: number, low: number, high: number): Promise<Row | undefined> => {
    const [row] = await database.query(
      `SELECT CAST(key AS VARCHAR) AS key, position FROM ${placed}
       WHERE position BETWEEN ${low} AND ${high} ORDER BY abs(n_rows - ${size}), n_rows LIMIT 1`,
    );
    return row;
  };
  const nOthers = Number(nBlocks) - needed[1] - needed[2];
  const test = parts.test > 0 ? await cut(parts.test, 1, nOthers) : undefined;
  const nTest = Number(test?.position ?? 0);
  const size = parts.test + parts.valid;
  const valid = parts.valid > 0 ? await cut(size, nTest + 1, Number(nBlocks) - 1) : test;
  const comparison = kind === 'group' ? '<=' : '>=';
  const isWithin = (last: Row | undefined): string =>
    last === undefined ? 'false' : `key ${comparison} ${literal(String(last.key))}`;
  return {
    manner: kind === 'group' ? `by groups of ${column}` : `by time of ${column}`,
    query: partsQuery(`SELECT ${key} AS key FROM ${relation.sql}`, isWithin(test), isWithin(valid)),
  };
}

function partsQuery(keys: string, isTest: string, isTestOrValid: string): string {
  return `SELECT CASE WHEN ${isTest} THEN 0 WHEN ${isTestOrValid} THEN 1 ELSE 2 END AS part FROM (${keys})`;
}

async function assertPresent(
  database: Database,
  relation: Relation,
  column: string,
  parameter: string,
): Promise<void> {
  const kind = relation.columns.find(({ name }) => name === column)?.kind;
  const value = identifier(column);
  // NaN equals itself here, unlike in arithmetic
  const isMissing = `${value} IS NULL${kind === 'number' ? ` OR CAST(${value} AS DOUBLE) = CAST('NaN' AS DOUBLE)` : ''}`;
  const [row] = await database.query(
    `SELECT count(*) AS count FROM ${relation.sql} WHERE ${isMissing}`,
  );
  if (row.count === 0) return;
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${column} must have a value in every row for ${parameter}; got ${row.count} rows without`,
    { hint: 'drop these rows or fill them before split' },
  );
}

function assertOrdered(relation: Relation, column: string): void {
  const kind = relation.columns.find(({ name }) => name === column)?.kind;
  if (kind === 'number' || kind === 'time') return;
  throw new StageError(
    'E_DATA',
    `${relation.source} column ${column} must be of dates, times or numbers for split.time; got text`,
    { hint: 'write dates as 2026-01-31, times as 2026-01-31 23:59:59' },
  );
}
