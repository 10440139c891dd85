/**
 * How good the choice of `forecast` is on values that nothing saw: the last h of each series are held back, and
 * forecast by every candidate alone and by the choice, with the share that the intervals hold.
 *
 * `node bench/series.ts --in walmart/sales.csv --id-col store --target-col weekly_sales`, and
 * `node bench/series.ts --wide data/raw/m4_weekly.csv` (a series a row) print the tables of docs/forecasting.md.
 */
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withDatabase } from '../lib/data/database.ts';
import { readSeriesTable } from '../lib/data/series-table.ts';
import { measureCoverage } from '../lib/forecasting/conformal.ts';
import { planForecast } from '../lib/forecasting/forecast-plan.ts';
import { forecastSeries } from '../lib/forecasting/forecast-series.ts';
import { parseFrequency } from '../lib/forecasting/frequency.ts';
import { scoreForecast } from '../lib/forecasting/metrics.ts';
import { chooseCandidates } from '../lib/forecasting/models/choose-candidates.ts';
import { seasonalNaive } from '../lib/forecasting/models/seasonal-naive.ts';
import { cutPanel, panelOf } from '../lib/forecasting/panel.ts';
import type { Panel } from '../lib/forecasting/panel.ts';
import { SERIES_SCHEMA } from '../lib/forecasting/series-params.ts';
import { resolveParams } from '../lib/params/resolve.ts';
import { createRng } from '../lib/rng.ts';
import { showNoProgress } from '../lib/progress.ts';

const { values: options } = parseArgs({
  options: {
    in: { type: 'string', default: 'walmart/sales.csv' },
    wide: { type: 'string' },
    'id-col': { type: 'string' },
    'target-col': { type: 'string' },
    h: { type: 'string', default: '13' },
    'n-models': { type: 'string', default: '3' },
    models: { type: 'string' },
  },
});

async function readPanel(): Promise<Panel> {
  if (options.wide !== undefined) {
    const rows = parse(readFileSync(options.wide), { from_line: 2 }) as string[][];
    const series = rows.map(([id, ...cells]): [string, number[]] => [
      id,
      cells.filter((cell) => cell !== '').map(Number),
    ]);
    return panelOf(parseFrequency('W'), Object.fromEntries(series));
  }
  const columns = { id_col: options['id-col'] ?? null, target_col: options['target-col'] ?? null };
  const { params } = resolveParams({
    params: {
      schema: SERIES_SCHEMA,
      prefix: 'series',
      sources: [{ name: 'the command line', values: columns }],
    },
  });
  const paths = { in: options.in, future: null };
  return await withDatabase(
    { threads: 2, memoryMb: 1024 },
    async (database) => (await readSeriesTable(database, paths, params)).panel,
  );
}

const panel = await readPanel();
const h = Number(options.h);
const places = panel.ids.map((_, i) => i);
const history = cutPanel(panel, places, (_i, length) => [0, length - h]);
const actual = cutPanel(panel, places, (_i, length) => [length - h, length]).y;
const asked = { h, seasonLength: null, lags: null, nWindows: null, stepSize: null };
const plan = planForecast(history, asked);
const context = {
  ...plan,
  level: [],
  threads: 2,
  rng: (purpose: string) => createRng(1, 'bench', purpose),
  signal: new AbortController().signal,
  warn: () => {},
  startProgress: showNoProgress,
};

const print = (name: string, forecast: Float64Array, start: number): void => {
  const { smape, mase } = scoreForecast(actual, forecast, history, plan.seasonLength).all;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(
    `| ${name} | ${smape.toFixed(2)} | ${mase?.toFixed(3) ?? '–'} | ${seconds} s |\n`,
  );
};

process.stdout.write(
  `| of ${panel.ids.length} series | sMAPE | MASE | seconds |\n|---|---|---|---|\n`,
);
const candidates = chooseCandidates(options.models?.split(',') ?? null);
const future = { h, columns: [] };
for (const model of candidates) {
  const start = performance.now();
  const fitted = await model.fit(history, context);
  print(model.name, await fitted.predict(h, future), start);
}
const start = performance.now();
const nModels = Number(options['n-models']);
const choice = await forecastSeries(
  history,
  future,
  plan,
  { candidates, nModels, reference: seasonalNaive, metric: 'mase', level: null },
  context,
);
print('the choice', choice.forecast, start);
for (const interval of choice.intervals) {
  const share = (100 * measureCoverage(interval, actual, h).all).toFixed(1);
  process.stdout.write(`interval of ${interval.level} %: holds ${share} %\n`);
}
