/** The features of clicks: what `join@clicks` of pipelines/clicks adds, from tables in memory. */
import { COUNT, withInheritedCounts } from '../clicks/inherited.ts';
import { StageError } from '../errors.ts';
import { joinSelect } from '../joining/join.ts';
import type { JoinParams } from '../joining/declarations.ts';
import { assertTimes, microsecondsSql } from '../joining/times.ts';
import type { Bundle } from '../models/bundle.ts';
import { openScorer } from '../models/scorer.ts';
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { assertIds } from './ids.ts';
import { createTable, keepTable, readColumns } from './memory-tables.ts';
import type { TableColumns } from './memory-tables.ts';

/** A page view with an ad, as the tables of clicks have it, but for the click. */
export interface PageView {
  readonly user_id: number | string;
  readonly page_id: number | string;
  readonly ad_id: number | string;
  /** ISO 8601, in UTC where it has no zone. */
  readonly timestamp: string;
  /** Of a page that was not there in training. */
  readonly page_text?: string;
}

interface JoinedTables {
  readonly users: TableColumns;
  readonly pages: TableColumns;
  readonly join: JoinParams;
  readonly legacy: boolean;
}

/**
 * A table of click_id, clicked where `base` has it, and the features, in the order of `base`.
 *
 * @param seen - Tables of the clicks that are counted.
 */
export async function joinClicks(
  database: FileDatabase,
  base: Relation,
  seen: readonly Relation[],
  { users, pages, join, legacy }: JoinedTables,
): Promise<Relation> {
  const own = legacy
    ? await keepTable(database, 'counted', withInheritedCounts(base), base.source)
    : base;
  const tables = new Map([
    ['clicks', seen],
    ['users', [await createTable(database, 'user_clusters', users, 'the clusters of users')]],
    ['pages', [await createTable(database, 'page_rows', pages, 'the probabilities of pages')]],
  ]);
  const select = await joinSelect(database, own, tables, join, 'joined');
  const names = [
    ...base.columns.map(({ name }) => name).filter((name) => /^click(_id|ed)$/.test(name)),
    ...(legacy ? [COUNT] : []),
    ...join.columns.map(({ name }) => name),
  ];
  const columns = names.map(identifier).join(', ');
  return await keepTable(
    database,
    'click_features',
    `SELECT ${columns} FROM (${select})`,
    base.source,
  );
}

/** page_id, cluster and page_text of the pages of the table page_clusters, in their order. */
export async function openPages(database: FileDatabase, pages: Relation): Promise<Relation> {
  const query = `SELECT page_id, cluster, page_text FROM page_clusters JOIN ${pages.sql} USING (page_id)
    ORDER BY page_id`;
  return await keepTable(database, 'page_texts', query, pages.source);
}

/** page_id and probability_<cluster> of each page, by its text. */
export async function scorePages(
  database: FileDatabase,
  bundle: Bundle,
  pages: Relation,
): Promise<TableColumns> {
  const scorer = await openScorer(bundle, database, { threads: 2, warn: () => {} });
  const { classes } = bundle;
  const probabilities = classes.map((): number[] => []);
  try {
    for await (const block of scorer.score(pages))
      block.forEach((value, at) => probabilities[at % classes.length].push(value));
  } finally {
    scorer.dispose();
  }
  const named = classes.map((name, c) => [`probability_${name}`, probabilities[c]] as const);
  const { page_id: ids } = await readColumns(database, `SELECT page_id FROM ${pages.sql}`);
  return { page_id: ids, ...Object.fromEntries(named) };
}

interface Known extends Pick<JoinedTables, 'users' | 'pages' | 'join'> {
  readonly impressions: TableColumns;
  readonly pageModel: Bundle;
}

interface Views extends Pick<JoinedTables, 'pages' | 'join'> {
  /** click_id, user_id, page_id, page_text, ad_id, timestamp. */
  readonly views: Relation;
  /** What users saw before. */
  readonly seen: readonly Relation[];
}

/**
 * Page views as {@link joinClicks} takes them. A page that the model does not know is looked up by its text as well, so
 * that each view has the probabilities of its own; of one that it knows the text is passed over.
 *
 * @param table - user_id, page_id, ad_id, timestamp, and page_text where it has it.
 * @throws StageError E_DATA for a time that is none, an id that is none, or one of another kind than the model knows.
 */
export async function openViews(
  database: FileDatabase,
  model: Known,
  table: Relation,
): Promise<Views> {
  await assertTimes(database, table, 'timestamp');
  await assertIds(database, table, ['user_id', 'page_id', 'ad_id']);
  for (const id of ['user_id', 'page_id']) assertKind(table, id, model.impressions);
  await createTable(database, 'known_pages', model.pages, 'the pages of train');
  const isKnown = 'page_id IN (SELECT page_id FROM known_pages)';
  const hasTexts = table.columns.some(({ name }) => name === 'page_text');
  const text = hasTexts
    ? `CASE WHEN ${isKnown} THEN '' ELSE coalesce(CAST(page_text AS VARCHAR), '') END`
    : `''`;
  const time = `make_timestamptz(${microsecondsSql(table, 'timestamp')}) AS "timestamp"`;
  const views = await keepTable(
    database,
    'views',
    `SELECT row_number() OVER () AS click_id, user_id, page_id, ${text} AS page_text, ad_id, ${time}
     FROM ${table.sql}`,
    table.source,
  );
  await createTable(database, 'impressions', model.impressions, 'the clicks of train');
  const before = 'SELECT * REPLACE (make_timestamptz("timestamp") AS "timestamp") FROM impressions';
  const seen = [await keepTable(database, 'seen', before, 'the clicks of train')];
  const pages = await scoreUnknown(database, model, views, isKnown);
  return { views, seen, pages, join: lookUpByText(model.join) };
}

/** The pages of the model, of no text, and each page and text of the views beside, with its probabilities. */
async function scoreUnknown(
  database: FileDatabase,
  model: Known,
  views: Relation,
  isKnown: string,
): Promise<TableColumns> {
  const unknown = await keepTable(
    database,
    'unknown_pages',
    `SELECT DISTINCT page_id, page_text FROM ${views.sql} WHERE NOT ${isKnown} ORDER BY ALL`,
    views.source,
  );
  const scored = await scorePages(database, model.pageModel, unknown);
  const { page_text: texts = [] } = await readColumns(database, `FROM ${unknown.sql}`);
  const known = Object.entries(model.pages).map(([name, values]) => {
    return [name, [...values, ...(scored[name] ?? [])]] as const;
  });
  return {
    ...Object.fromEntries(known),
    page_text: [...model.pages.page_id.map(() => ''), ...texts],
  };
}

/** Pages have one key, page_id; with their texts in the table that is not enough. */
function lookUpByText(join: JoinParams): JoinParams {
  const columns = join.columns.map((column) =>
    column.lookup === 'pages' ? { ...column, on: ['page_id', 'page_text'] } : column,
  );
  return { ...join, columns };
}

function assertKind({ columns, source }: Relation, name: string, known: TableColumns): void {
  const kind = typeof known[name][0] === 'string' ? 'text' : 'number';
  const { kind: got } = columns.find((column) => column.name === name)!;
  if (got === kind) return;
  throw new StageError(
    'E_DATA',
    `${source} column ${name} must hold what the model was trained on, ${kind}; got ${got}`,
  );
}
