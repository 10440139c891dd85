/** A long table of any series, from a file, as a panel; and what is known of the steps to come. */
import { fillGapsSql } from '../forecasting/fill-gaps.ts';
import type { FilledColumns } from '../forecasting/fill-gaps.ts';
import { parseFrequency } from '../forecasting/frequency.ts';
import type { Frequency } from '../forecasting/frequency.ts';
import { inferFrequency, withWeekday } from '../forecasting/infer-frequency.ts';
import type { ExogenousKind, Future, Panel } from '../forecasting/panel.ts';
import { readFuture } from '../forecasting/read-future.ts';
import { readPanel } from '../forecasting/read-panel.ts';
import { assertOneSeries, findColumns, findExogenous } from '../forecasting/series-columns.ts';
import type { ExogenousColumns, SeriesColumns } from '../forecasting/series-columns.ts';
import type { GapFill, SeriesParams } from '../forecasting/series-params.ts';
import { StageError } from '../errors.ts';
import { identifier, literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { openTable } from './tables.ts';

export interface SeriesTable {
  readonly panel: Panel;
  readonly columns: SeriesColumns;
  /** Type of the column of ids in SQL. */
  readonly idType: string;
  readonly incomplete: ExogenousColumns['incomplete'];
  /** What `future` tells of h steps. */
  readFuture(h: number): Promise<Future>;
}

/** @throws StageError E_DATA where a table lacks what a forecast needs, E_PARAMS for a frequency that is none. */
export async function readSeriesTable(
  database: FileDatabase,
  paths: { readonly in: string; readonly future: string | null },
  params: SeriesParams,
): Promise<SeriesTable> {
  const relation = await openTable(database, paths.in, 'history');
  const future = paths.future === null ? null : await openTable(database, paths.future, 'future');
  const columns = findColumns(relation, params);
  if (columns.id === null) await assertOneSeries(database, relation, columns.time);
  const freq = await findFrequency(database, relation, columns, params.freq);
  const { names, incomplete } = await findExogenous(database, relation, columns, params.exogenous);
  const kinds = kindsOf(names, future);
  const id = columns.id ?? 'unique_id';
  const named = await nameSeries(database, relation, columns, id);
  const filled = await fillGaps(
    database,
    named,
    freq,
    { ...columns, id, exogenous: names },
    params.fill,
  );
  const panel = await readPanel(database, filled, freq, { ...columns, id, exogenous: kinds });
  const [{ type }] = await database.query(
    `SELECT typeof(${identifier(id)}) AS type FROM ${named.sql} LIMIT 1`,
  );
  return {
    panel,
    columns,
    idType: String(type),
    incomplete,
    async readFuture(h) {
      if (future === null) return { h, columns: [] };
      const ahead = await nameSeries(database, future, columns, id);
      return await readFuture(database, ahead, panel, { id, time: columns.time }, h);
    },
  };
}

/** The weekday of weeks is that of the rows where none is asked for. */
async function findFrequency(
  database: FileDatabase,
  relation: Relation,
  columns: SeriesColumns,
  asked: string | null,
): Promise<Frequency> {
  if (asked === null) return await inferFrequency(database, relation, columns);
  const freq = parseFrequency(asked);
  return asked.includes('-') ? freq : await withWeekday(database, relation, columns.time, freq);
}

function kindsOf(names: readonly string[], future: Relation | null): Record<string, ExogenousKind> {
  const isAhead = (name: string): boolean => future?.columns.some((c) => c.name === name) ?? false;
  const kinds = names.map((name) => [name, isAhead(name) ? 'future' : 'past'] as const);
  if (future !== null && !kinds.some(([, kind]) => kind === 'future')) {
    throw new StageError(
      'E_DATA',
      `${future.source} must have an exogenous column of the history; got ${future.columns.map((c) => c.name).join(', ')}`,
      { hint: `these are ${names.join(', ') || 'none'}` },
    );
  }
  return Object.fromEntries(kinds);
}

/** A table without a column of series gets one, with the name of the target in it. */
async function nameSeries(
  database: FileDatabase,
  relation: Relation,
  { id, target }: SeriesColumns,
  name: string,
): Promise<Relation> {
  if (id !== null) return relation;
  const select = `SELECT *, ${literal(target)} AS ${identifier(name)} FROM ${relation.sql}`;
  const column = { name, kind: 'text' } as const;
  const view = `${relation.sql.replaceAll('"', '')}_named`;
  return await viewOf(
    database,
    { ...relation, columns: [...relation.columns, column] },
    view,
    select,
  );
}

async function fillGaps(
  database: FileDatabase,
  relation: Relation,
  freq: Frequency,
  columns: FilledColumns,
  fill: GapFill,
): Promise<Relation> {
  if (fill === 'none') return relation;
  const kind = freq.name === '1' ? 'number' : 'time';
  const typed = relation.columns.map((c) =>
    c.name === columns.time ? ({ ...c, kind } as const) : c,
  );
  const select = fillGapsSql(relation, freq, fill, columns);
  return await viewOf(database, { ...relation, columns: typed }, 'filled', select);
}

/** The relation as a query gives it. */
async function viewOf(
  database: FileDatabase,
  relation: Relation,
  name: string,
  select: string,
): Promise<Relation> {
  await database.run(`CREATE OR REPLACE TEMP VIEW ${identifier(name)} AS ${select}`);
  return { ...relation, sql: identifier(name) };
}
