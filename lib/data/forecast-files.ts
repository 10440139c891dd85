/** The files of a forecast: of any series, or of the monthly sales. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import type { Log } from '../cli/log.ts';
import { StageError } from '../errors.ts';
import { joinNames } from '../forecasting/models/ensemble.ts';
import type { ForecastParams } from '../forecasting/forecast-params.ts';
import { forecastSeries } from '../forecasting/forecast-series.ts';
import type { SeriesForecast } from '../forecasting/forecast-series.ts';
import { planForecast } from '../forecasting/forecast-plan.ts';
import { toTime } from '../forecasting/frequency.ts';
import type { ForecastContext } from '../forecasting/model.ts';
import { chooseCandidates } from '../forecasting/models/choose-candidates.ts';
import { seasonalNaive } from '../forecasting/models/seasonal-naive.ts';
import { listSeriesScores, toSeriesMessage } from './series-scores.ts';
import type { SeriesParams } from '../forecasting/series-params.ts';
import { seriesPage } from '../reports/series-page.ts';
import { describeSeries } from '../reports/series-text.ts';
import { identifier } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { writeJson } from './json-files.ts';
import { forecastSalesFiles } from './sales-forecast-files.ts';
import { readSeriesTable } from './series-table.ts';
import type { SeriesTable } from './series-table.ts';
import { endingOf, ENDINGS, writeTable } from './tables.ts';

export interface ForecastPaths {
  /** A table of series; a folder, or null: the sales. */
  readonly in: string | null;
  readonly future: string | null;
  readonly out: string;
  readonly metrics: string;
  readonly page: string;
}
type Result = Promise<{ readonly message: string; readonly [fact: string]: unknown }>;

/** What the frame gives, beside the plan. */
export type RunContext = Pick<ForecastContext, 'rng' | 'signal' | 'threads' | 'startProgress'> & {
  readonly log: Log;
};

/** @throws StageError E_USAGE when there is a table of the future, and none of the past. */
export async function forecastFiles(
  database: FileDatabase,
  paths: ForecastPaths,
  params: ForecastParams,
  run: RunContext,
): Result {
  const { in: input, future } = paths;
  if (input !== null && isTable(input)) {
    return await forecastSeriesFiles(database, { ...paths, in: input }, params.series, run);
  }
  if (future === null) return await forecastSalesFiles(database, input, params, paths);
  throw new StageError('E_USAGE', `--future goes with a table in --in; got ${input ?? 'no --in'}`);
}

function isTable(path: string): boolean {
  return existsSync(path)
    ? statSync(path).isFile()
    : ENDINGS.some((ending) => path.endsWith(ending));
}

/**
 * Forecasts every series of a long table by the model that cross-validation chooses for it, and writes what came out.
 *
 * @returns One line for people, and the scores as they were written.
 */
async function forecastSeriesFiles(
  database: FileDatabase,
  paths: ForecastPaths & { readonly in: string },
  params: SeriesParams,
  run: RunContext,
): Result {
  endingOf(paths.out); // said now, and not when all is forecast
  const table = await readSeriesTable(database, paths, params);
  if (table.incomplete.length > 0) {
    run.log.warn(`columns with empty cells are left out: ${table.incomplete.join(', ')}`);
  }
  const { panel } = table;
  const plan = planForecast(panel, params);
  const forecast = await forecastSeries(
    panel,
    await table.readFuture(plan.h),
    plan,
    {
      candidates: chooseCandidates(params.models),
      nModels: params.nModels,
      reference: seasonalNaive,
      metric: params.metric,
      level: params.level,
    },
    // what a library says of candidates that are too large for few rows is no news to the user
    { ...run, ...plan, level: params.level ?? [], warn: (message) => run.log.record(message, {}) },
  );
  await writeForecast(database, table, plan.h, forecast, paths.out);
  const scores = listSeriesScores(panel, plan, params.metric, forecast);
  writeJson(paths.metrics, scores);
  const report = { panel, plan, params, forecast };
  writeFileSync(paths.page, await seriesPage(report));
  run.log.info(describeSeries(report));
  return { message: toSeriesMessage(scores), ...scores };
}

/** Rows of `id, time, y_hat, lo-80, hi-80, …, model`, the first two as the table read names them. */
async function writeForecast(
  database: FileDatabase,
  { panel, columns, idType }: SeriesTable,
  h: number,
  { forecast, intervals, models }: SeriesForecast,
  file: string,
): Promise<void> {
  const bounds = intervals.flatMap(({ level, lo, hi }) => [
    { name: `lo-${level}`, values: lo },
    { name: `hi-${level}`, values: hi },
  ]);
  const numbers = [{ name: 'y_hat', values: forecast }, ...bounds];
  await database.run(
    `CREATE OR REPLACE TEMP TABLE forecast (id VARCHAR, ds VARCHAR, model VARCHAR, ${numbers.map((_, j) => `v${j} DOUBLE`).join(', ')})`,
  );
  const appender = await database.createAppender('forecast');
  for (let at = 0; at < forecast.length; at++) {
    const i = Math.floor(at / h);
    const end = panel.starts[i] + panel.offsets[i + 1] - panel.offsets[i];
    appender.appendVarchar(panel.ids[i]);
    appender.appendVarchar(toTime(panel.freq, end + (at % h)));
    appender.appendVarchar(joinNames(models[i]));
    for (const { values } of numbers) appender.appendDouble(values[at]);
    appender.endRow();
  }
  appender.closeSync();
  const timeType = { h: 'TIMESTAMP', '1': 'BIGINT' }[panel.freq.name as string] ?? 'DATE';
  const select = [
    ...(columns.id === null ? [] : [`CAST(id AS ${idType}) AS ${identifier(columns.id)}`]),
    `CAST(ds AS ${timeType}) AS ${identifier(columns.time)}`,
    ...numbers.map(({ name }, j) => `v${j} AS ${identifier(name)}`),
    'model',
  ];
  await writeTable(database, `SELECT ${select.join(', ')} FROM forecast`, file);
}
