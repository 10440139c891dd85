/** The tables of the clicks' pipeline: checked, with one kind of id and of time in all of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadParams } from '../clicks/clicks-params.ts';
import { assertTimes, microsecondsSql } from '../joining/times.ts';
import { assertColumns, countRows } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { assertCells } from './assert-cells.ts';
import type { FileDatabase } from './database.ts';
import { assertIds, assertOnce, assertSameKind } from './ids.ts';
import { keepTable } from './memory-tables.ts';
import { openTable, writeTable } from './tables.ts';

const REQUEST = ['user_id', 'page_id', 'timestamp'];
const CLICK = [...REQUEST, 'ad_id', 'clicked'];
const SPLITS = ['train', 'test'] as const;
export type ClickSplit = (typeof SPLITS)[number];

export interface ClickTables {
  /** user_id, page_id, timestamp; by split. */
  readonly requests: ReadonlyMap<ClickSplit, Relation>;
  /** click_id (row of the file, from 1), user_id, page_id, ad_id, clicked, timestamp; by split. */
  readonly clicks: ReadonlyMap<ClickSplit, Relation>;
  /** user_id, each once, and attributes. */
  readonly users: Relation;
  /** page_id, each once, and page_text, empty where it is not known: of all pages that any table names. */
  readonly pages: Relation;
}

/**
 * Tables in the order of their files; times are moments in UTC, whatever zones and formats they are written in.
 *
 * @throws StageError E_DATA where a file or column is missing, an id is empty, a broken number, or of another kind than
 *   elsewhere, a time is none, a click is neither 0 nor 1, or a user or page has two rows.
 */
export async function openClickTables(
  database: FileDatabase,
  folder: string,
  params: LoadParams,
): Promise<ClickTables> {
  const open = async (
    file: string,
    name: string,
    columns: readonly string[],
  ): Promise<Relation> => {
    const relation = await openTable(database, join(folder, file), `raw_${name}`);
    await assertRows(database, relation, columns);
    return relation;
  };
  const raw = {
    users: await open(params.users, 'users', ['user_id']),
    pages: await open(params.pages, 'pages', ['page_id', 'page_text']),
    requests: new Map<ClickSplit, Relation>(),
    clicks: new Map<ClickSplit, Relation>(),
  };
  for (const split of SPLITS) {
    raw.requests.set(split, await open(params.requests[split], `requests_${split}`, REQUEST));
    raw.clicks.set(split, await open(params.clicks[split], `clicks_${split}`, CLICK));
  }
  const logs = [...raw.requests.values(), ...raw.clicks.values()];
  assertSameKind([raw.users, ...logs], 'user_id');
  assertSameKind([raw.pages, ...logs], 'page_id');
  await assertOnce(database, raw.users, 'user_id');
  await assertOnce(database, raw.pages, 'page_id');
  const requests = new Map<ClickSplit, Relation>();
  const clicks = new Map<ClickSplit, Relation>();
  for (const [split, relation] of raw.requests)
    requests.set(
      split,
      await keepTable(database, `requests_${split}`, selectLog(relation, REQUEST), relation.source),
    );
  for (const [split, relation] of raw.clicks) {
    const log = `SELECT row_number() OVER () AS click_id, * FROM (${selectLog(relation, CLICK)})`;
    clicks.set(split, await keepTable(database, `clicks_${split}`, log, relation.source));
  }
  const users = await keepTable(database, 'users', `FROM ${raw.users.sql}`, raw.users.source);
  const pages = await keepTable(database, 'pages', selectPages(raw.pages, logs), raw.pages.source);
  return { requests, clicks, users, pages };
}

/** @returns One line for people, and the rows of each table. */
export async function writeClickTables(
  database: FileDatabase,
  { requests, clicks, users, pages }: ClickTables,
  paths: Readonly<Record<'requests' | 'clicks' | 'users' | 'pages', string>>,
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  for (const [folder, tables] of [
    [paths.requests, requests],
    [paths.clicks, clicks],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    for (const [split, { sql }] of tables)
      await writeTable(database, `FROM ${sql}`, join(folder, `${split}.parquet`));
  }
  const nUsers = await writeTable(database, `FROM ${users.sql}`, paths.users);
  const nPages = await writeTable(database, `FROM ${pages.sql}`, paths.pages);
  const nTrain = await countRows(database, clicks.get('train')!);
  const nTest = await countRows(database, clicks.get('test')!);
  return {
    message: `${nTrain} train and ${nTest} test clicks, ${nUsers} users, ${nPages} pages`,
    ...{ n_train: nTrain, n_test: nTest, n_users: nUsers, n_pages: nPages },
  };
}

async function assertRows(
  database: FileDatabase,
  relation: Relation,
  columns: readonly string[],
): Promise<void> {
  assertColumns(relation, columns);
  const ids = columns.filter((name) => name.endsWith('_id'));
  await assertIds(database, relation, ids);
  if (columns.includes('timestamp')) await assertTimes(database, relation, 'timestamp');
  if (columns.includes('clicked'))
    await assertCells(database, relation, 'clicked', 'be 0 or 1', 'number IN (0, 1)');
}

/** Named columns of a log, its times as moments. */
function selectLog(relation: Relation, columns: readonly string[]): string {
  const time = `make_timestamptz(${microsecondsSql(relation, 'timestamp')}) AS "timestamp"`;
  const others = columns.filter((name) => name !== 'timestamp');
  return `SELECT ${[...others, time].join(', ')} FROM ${relation.sql}`;
}

function selectPages(pages: Relation, logs: readonly Relation[]): string {
  const named = logs.map(({ sql }) => `SELECT page_id FROM ${sql}`).join(' UNION ');
  return `SELECT page_id, coalesce(CAST(page_text AS VARCHAR), '') AS page_text FROM ${pages.sql}
    UNION ALL SELECT page_id, '' FROM (${named}) WHERE page_id NOT IN (SELECT page_id FROM ${pages.sql})
    ORDER BY page_id`;
}
