/** The forecast of any series as text for a terminal. */
import { joinNames } from '../forecasting/models/ensemble.ts';
import type { ForecastPlan } from '../forecasting/forecast-plan.ts';
import type { SeriesForecast } from '../forecasting/forecast-series.ts';
import { toTime } from '../forecasting/frequency.ts';
import type { Frequency, FrequencyName } from '../forecasting/frequency.ts';
import type { ForecastMetrics } from '../forecasting/metrics.ts';
import type { Panel } from '../forecasting/panel.ts';
import type { ChoiceMetric, SeriesParams } from '../forecasting/series-params.ts';
import { formatCount, formatMeasure } from './format.ts';

export interface SeriesReport {
  readonly panel: Panel;
  readonly plan: ForecastPlan;
  readonly params: SeriesParams;
  readonly forecast: SeriesForecast;
}

/** Series that a terminal shows. */
const MAX_SERIES = 12;
/** Letters of a name that a terminal shows. */
const MAX_ID = 24;
/** Steps ahead that a terminal shows of each. */
const MAX_STEPS = 3;

export const METRIC_LABELS = { mase: 'MASE', mae: 'MAE', rmse: 'RMSE', smape: 'sMAPE' } as const;

const STEP_NAMES: Readonly<Record<FrequencyName, string>> = {
  h: 'hour',
  D: 'day',
  W: 'week',
  MS: 'month',
  QS: 'quarter',
  YS: 'year',
  '1': 'step',
};

/** "13 weeks". */
export function countSteps(n: number, freq: FrequencyName): string {
  return `${formatCount(n)} ${STEP_NAMES[freq]}${n === 1 ? '' : 's'}`;
}

/** "1 series", "45 series". */
export const countSeries = (n: number): string => `${formatCount(n)} series`;

/** MASE and sMAPE with three decimals, so that they stand below each other. */
export function formatError(metric: ChoiceMetric, value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return metric === 'mase' || metric === 'smape' ? value.toFixed(3) : formatMeasure(value);
}

/** What the errors of each series are of. */
export const describeErrors = (metric: ChoiceMetric): string =>
  `${METRIC_LABELS[metric]} of each series: on the windows its models were chosen by`;

/** "2024-03-31", "2024-03-31 14:00". */
export function formatTime(freq: Frequency, step: number): string {
  return toTime(freq, step).replace('T', ' ').replace(/:00$/, '');
}

/** Models with their scores, then the series with their model, its error and the next values. */
export function describeSeries(report: SeriesReport): string {
  return [...describeModels(report), '', ...describeNextValues(report)].join('\n');
}

function describeModels({ forecast: { scores } }: SeriesReport): string[] {
  const numbers = (of: ForecastMetrics | null): string[] =>
    (['mase', 'smape', 'mae'] as const).map((key) => formatError(key, of?.[key]));
  const rows = scores.models.map(({ name, nChosen, metrics }) => [
    name,
    ...numbers(metrics),
    nChosen === 0 ? '' : countSeries(nChosen),
  ]);
  const choice = scores.choice === null ? [] : [['the choice', ...numbers(scores.choice), '']];
  return align([['model', 'MASE', 'sMAPE', 'MAE', 'chosen for'], ...rows, ...choice], 1);
}

function describeNextValues({ panel, plan, params, forecast }: SeriesReport): string[] {
  const { h } = plan;
  const nSteps = Math.min(h, MAX_STEPS);
  const steps = Array.from({ length: nSteps }, (_, k) => k);
  const shown = panel.ids.slice(0, MAX_SERIES);
  const end = (i: number): number => panel.starts[i] + panel.offsets[i + 1] - panel.offsets[i];
  const isAligned = shown.every((_, i) => end(i) === end(0));
  const heads = steps.map((k) => (isAligned ? formatTime(panel.freq, end(0) + k) : `+${k + 1}`));
  const label = METRIC_LABELS[params.metric];
  const rows = shown.map((id, i) => [
    id.length > MAX_ID ? `${id.slice(0, MAX_ID)}…` : id,
    joinNames(forecast.models[i]),
    formatError(params.metric, forecast.scores.chosenErrors[i]),
    formatError(params.metric, forecast.scores.referenceErrors[i]),
    ...steps.map((k) => formatMeasure(forecast.forecast[i * h + k])),
  ]);
  const nMore = panel.ids.length - shown.length;
  return [
    ...align([['series', 'model', label, forecast.reference, ...heads], ...rows], 2),
    ...(nMore > 0 ? [`  … and ${formatCount(nMore)} more series`] : []),
    `  (${describeErrors(params.metric)})`,
  ];
}

/** Rows as columns, the first `nWords` to the left and numbers to the right. */
function align(rows: readonly (readonly string[])[], nWords: number): string[] {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const pad = (cell: string, j: number): string =>
    j < nWords ? cell.padEnd(widths[j]) : cell.padStart(widths[j]);
  return rows.map((row) => `  ${row.map(pad).join('  ')}`.trimEnd());
}
