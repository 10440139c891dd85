/** The joined features of the shown ads, in memory, as the tests of their signal read them. */
import { COUNT, withInheritedCounts } from '../clicks/inherited.ts';
import { requireNames } from '../column-names.ts';
import { StageError } from '../errors.ts';
import { daySql, microsecondsSql } from '../joining/times.ts';
import { assertUnits } from '../signal/feature-table.ts';
import type { FeatureTable } from '../signal/feature-table.ts';
import { buildFeatureTable, numberUnits } from '../signal/build-table.ts';
import type { GroupOfColumns } from '../signal/build-table.ts';
import type { UserDays } from '../signal/user-days.ts';
import type { SignalParams } from '../signal/signal-params.ts';
import { assertColumns, countRows, identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { readRows } from '../tensors/read-rows.ts';
import type { FileDatabase } from './database.ts';
import { openTable, openTables } from './tables.ts';

/** Tells the order of the file. */
const LINE = 'click_id';
const NEEDED = [LINE, 'user_id', 'timestamp', 'clicked', COUNT];

export interface ShownAds {
  readonly table: FeatureTable;
  /** The same with the count that was inherited in the place of {@link COUNT}. */
  readonly inheritedCount: FeatureTable;
  /** The same rows with the attributes of their users alone, one-hot. */
  readonly attributes: FeatureTable;
  /** Probabilities of a click of the rows of test, by the inherited method. */
  readonly inherited: Float64Array;
  readonly days: UserDays;
}

/**
 * @param paths.in - Folder of train and test.
 * @param paths.attributes - Table of users: user_id, each once, and attributes.
 * @param paths.inherited - Predictions of the rows of test: click_id, probability_1.
 * @throws StageError E_DATA for tables that lack a column or a row, or hold what is no number; E_PARAMS for groups
 *   that do not fit them.
 */
export async function readShownAds(
  database: FileDatabase,
  paths: { readonly in: string; readonly inherited: string; readonly attributes: string },
  params: SignalParams,
): Promise<ShownAds> {
  const { relations } = await openTables(database, paths.in);
  const splits = ['train', 'test'].map((name) => requireSplit(relations, name, paths.in));
  for (const split of splits) assertColumns(split, NEEDED);
  if (params.groups.length === 0) {
    throw new StageError(
      'E_PARAMS',
      'signal.groups must name at least one group of columns; got none',
    );
  }
  const ordered = splits.map((split): Relation => ({
    ...split,
    sql: `(SELECT * FROM ${split.sql} ORDER BY ${LINE})`,
  }));
  const names = splits[0].columns.map(({ name }) => name);
  const groups: GroupOfColumns[] = [];
  for (const { name, columns, of } of params.groups) {
    if (of !== undefined) for (const split of splits) assertColumns(split, [of]);
    groups.push({
      name,
      columns: requireNames(columns, names, 'signal.groups'),
      units: of === undefined ? null : await readUnits(database, ordered, of),
    });
  }
  if (!groups.some(({ columns }) => columns.includes(COUNT))) {
    throw new StageError(
      'E_PARAMS',
      `signal.groups must have a group of ${COUNT}, in whose place the inherited count is set`,
    );
  }
  const wanted = [...new Set(['clicked', ...groups.flatMap(({ columns }) => columns)])];
  const columns = await readColumns(database, ordered, wanted);
  const labels = {
    y: toLabels(columns.get('clicked')!, paths.in),
    nTrain: await countRows(database, splits[0]),
  };
  const build = (values: Map<string, Float64Array>): FeatureTable =>
    buildFeatureTable(values, labels, groups, params.categorical);
  const table = build(columns);
  assertUnits(table);
  const counts = await readInheritedCounts(database, ordered);
  return {
    table,
    inheritedCount: build(new Map([...columns, [COUNT, counts]])),
    attributes: await readAttributes(database, paths.attributes, ordered, labels),
    inherited: await readInherited(database, paths.inherited, ordered[1]),
    days: await readUserDays(database, splits),
  };
}

function requireSplit(
  relations: ReadonlyMap<string, Relation>,
  name: string,
  folder: string,
): Relation {
  const found = relations.get(name);
  if (found !== undefined) return found;
  throw new StageError('E_DATA', `${folder} must hold train and test; got no ${name}`);
}

async function readColumns(
  database: FileDatabase,
  splits: readonly Relation[],
  names: readonly string[],
): Promise<Map<string, Float64Array>> {
  const parts: Float32Array[] = [];
  for (const split of splits) {
    const options = { target: null, id: '', columns: names };
    const { columns, X } = await readRows(database, split, options);
    const places = names.map((name) => columns.indexOf(name));
    parts.push(X.map((_, at) => X[at - (at % names.length) + places[at % names.length]]));
  }
  const whole = Float64Array.from(parts.flatMap((part) => [...part]));
  return new Map(
    names.map((name, j) => [name, whole.filter((_, at) => at % names.length === j)] as const),
  );
}

async function readUnits(
  database: FileDatabase,
  splits: readonly Relation[],
  key: string,
): Promise<Int32Array> {
  const keys: string[] = [];
  for (const { sql } of splits) {
    const rows = await database.query(
      `SELECT CAST(${identifier(key)} AS VARCHAR) AS unit FROM ${sql}`,
    );
    keys.push(...rows.map(({ unit }) => String(unit)));
  }
  return numberUnits(keys);
}

function toLabels(values: Float64Array, source: string): Int32Array {
  const wrong = values.find((value) => value !== 0 && value !== 1);
  if (wrong === undefined) return Int32Array.from(values);
  throw new StageError('E_DATA', `${source} column clicked must be 0 or 1; got ${wrong}`);
}

/** What {@link withInheritedCounts} makes of each split, in its order. */
async function readInheritedCounts(
  database: FileDatabase,
  splits: readonly Relation[],
): Promise<Float64Array> {
  const counts: number[] = [];
  for (const split of splits) {
    const shown = { ...split, sql: `(SELECT ${LINE}, user_id, "timestamp" FROM ${split.sql})` };
    const [own] = await database.readDoubles(
      `SELECT CAST(${COUNT} AS DOUBLE) FROM (${withInheritedCounts(shown)}) ORDER BY ${LINE}`,
    );
    counts.push(...own);
  }
  return Float64Array.from(counts);
}

async function readAttributes(
  database: FileDatabase,
  file: string,
  splits: readonly Relation[],
  labels: Pick<FeatureTable, 'y' | 'nTrain'>,
): Promise<FeatureTable> {
  const users = await openTable(database, file, 'attributes');
  assertColumns(users, ['user_id']);
  const names = users.columns.map(({ name }) => name).filter((name) => name !== 'user_id');
  const columns = new Map<string, Float64Array>();
  for (const name of names) {
    const values: string[] = [];
    for (const { sql } of splits) {
      const rows = await database.query(
        `SELECT CAST(of_user.value AS VARCHAR) AS value FROM ${sql} AS shown
         LEFT JOIN (SELECT user_id, ${identifier(name)} AS value FROM ${users.sql}) AS of_user USING (user_id)
         ORDER BY ${LINE}`,
      );
      values.push(...rows.map(({ value }) => String(value)));
    }
    columns.set(name, Float64Array.from(numberUnits(values)));
  }
  const groups = [{ name: 'attributes', columns: names, units: null }];
  return buildFeatureTable(columns, labels, groups, names);
}

async function readInherited(
  database: FileDatabase,
  file: string,
  test: Relation,
): Promise<Float64Array> {
  const predictions = await openTable(database, file, 'inherited');
  assertColumns(predictions, [LINE, 'probability_1']);
  const [probabilities] = await database.readDoubles(
    `SELECT coalesce(CAST(probability_1 AS DOUBLE), 'nan'::DOUBLE)
     FROM ${test.sql} LEFT JOIN ${predictions.sql} USING (${LINE}) ORDER BY ${LINE}`,
  );
  if (probabilities.every((p) => p > 0 && p < 1)) return probabilities;
  throw new StageError(
    'E_DATA',
    `${file} must hold a probability_1 between 0 and 1 for each ${LINE} of ${test.source}`,
    { hint: 'predict the rows of the same test split' },
  );
}

async function readUserDays(
  database: FileDatabase,
  [train, test]: readonly Relation[],
): Promise<UserDays> {
  const [days] = await database.query(
    `SELECT count(*) AS n, count(*) FILTER (WHERE n > 1) AS repeated
     FROM (SELECT count(*) AS n FROM ${train.sql} GROUP BY user_id, ${daySql(microsecondsSql(train, 'timestamp'))})`,
  );
  const rows = await database.queryInOrder(
    `SELECT ${COUNT} AS seen, count(*) AS n, avg(clicked) AS rate
     FROM (SELECT ${COUNT}, clicked FROM ${train.sql} UNION ALL SELECT ${COUNT}, clicked FROM ${test.sql})
     GROUP BY ${COUNT} ORDER BY ${COUNT}`,
  );
  return {
    nUserDays: Number(days.n),
    nWithSecondAd: Number(days.repeated),
    byCount: rows.map(({ seen, n, rate }) => ({
      adsSeen: Number(seen),
      nRows: Number(n),
      clickRate: Number(rate),
    })),
  };
}
