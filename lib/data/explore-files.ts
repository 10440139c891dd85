/** The files of an exploration: JSON, and the page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exploration } from '../exploration/explore.ts';
import type { ExploreParams } from '../exploration/explore-params.ts';
import type { ExplorationReport } from '../reports/explore-distributions.ts';
import { explorePage } from '../reports/explore-page.ts';
import { formatCount } from '../reports/format.ts';
import { literal } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { didYouMean } from '../suggest.ts';
import type { FileDatabase } from './database.ts';
import { writeJson } from './json-files.ts';
import { endingOf, openTable } from './tables.ts';

/** Numbers of a row group; DuckDB holds one in memory. */
const MAX_CELLS = 8_000_000;

/**
 * Opens a table that is read many times: CSV is parsed once, into a Parquet file of `folder`.
 *
 * @throws StageError E_DATA as {@link openTable} does.
 */
export async function openExplored(
  database: FileDatabase,
  file: string,
  folder: string,
): Promise<Relation> {
  const relation = await openTable(database, file, 'explored');
  if (endingOf(file) === '.parquet') return relation;
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, 'explored.parquet');
  const nRows = Math.max(2048, Math.floor(MAX_CELLS / relation.columns.length));
  await database.run(
    `COPY (FROM ${relation.sql}) TO ${literal(copy)} (FORMAT parquet, ROW_GROUP_SIZE ${nRows})`,
  );
  return { ...(await openTable(database, copy, 'explored')), source: file };
}

/** Says that a table is explored without the target that was asked for: most often that is another table's. */
export function noteTarget(
  { columns, source }: Relation,
  target: string | null,
  warn: (message: string) => void,
): void {
  const names = columns.map(({ name }) => name);
  if (target === null || names.includes(target)) return;
  warn(
    `${source} has no target ${target}${didYouMean(target, names)}: explored without one; --set base.target=… names it`,
  );
}

/** @returns One line for people, and what a program would ask first. */
export async function writeExploration(
  paths: { readonly out: string; readonly page: string },
  exploration: Exploration,
  names: Pick<ExplorationReport, 'classNames' | 'units'>,
  params: ExploreParams,
): Promise<{ readonly message: string; readonly [fact: string]: unknown }> {
  const { target, n_samples, n_columns, features, duplicates, findings } = exploration;
  writeJson(paths.out, exploration);
  const html = await explorePage({
    exploration,
    ...names,
    maxCharts: params.maxCharts,
    maxCorrelation: params.maxCorrelation,
    about: [
      ['Data', exploration.data],
      ['Rows and columns', `${formatCount(n_samples)} x ${formatCount(n_columns)}`],
      ['Id, no feature', exploration.id ?? 'none'],
      [
        'Suspected leak',
        `tells ${params.leakShare} of the target, or AUC or rank correlation ${params.leakScore}`,
      ],
      ['Named correlation', `above ${params.maxCorrelation}`],
      ['Nearly constant', `one value in more than ${params.constantShare} of the rows`],
    ],
  });
  writeFileSync(paths.page, html);
  const nSuspects = findings.leak_suspects.length;
  const leaks = nSuspects === 1 ? '1 suspected leak' : `${nSuspects || 'no'} suspected leaks`;
  return {
    message: `${n_samples} rows, ${features.length} features, ${duplicates.duplicate_count} repeated rows${target === null ? ', no target' : `, ${leaks}`}`,
    n_samples,
    n_columns,
    n_features: features.length,
    target: target?.name ?? null,
    leak_suspects: findings.leak_suspects,
    params: exploration.suggestions.params,
  };
}
