/** The page of the forecast of any series. */
import { millisecondsOfStep } from '../forecasting/frequency.ts';
import type { FrequencyName } from '../forecasting/frequency.ts';
import { seriesOf } from '../forecasting/panel.ts';
import { drawForecast } from './forecast-chart.ts';
import type { ChartStep } from './forecast-chart.ts';
import { formatCount, formatMeasure, formatPercent } from './format.ts';
import { markup } from './html.ts';
import type { Html } from './html.ts';
import { facts, figure, figures, keyNumbers, page, paragraph, table } from './page.ts';
import {
  countSeries,
  countSteps,
  describeErrors,
  formatError,
  formatTime,
  METRIC_LABELS,
} from './series-text.ts';
import type { SeriesReport } from './series-text.ts';

/** Series that the table has; a longer one helps nobody. */
const MAX_ROWS = 500;
/** Steps of history that a chart shows at most. */
const MAX_HISTORY = 120;

const TIME_FORMATS: Readonly<Record<FrequencyName, string | null>> = {
  h: '%d %b %H:%M',
  D: '%d %b %y',
  W: '%b %y',
  MS: '%b %y',
  QS: '%b %y',
  YS: '%Y',
  '1': null,
};

/** Same input, same bytes. */
export async function seriesPage(report: SeriesReport): Promise<string> {
  const { panel, plan } = report;
  const n = panel.ids.length;
  return page({
    title: n === 1 ? `Forecast of ${panel.ids[0]}` : `Forecast of ${countSeries(n)}`,
    subtitle:
      `${countSteps(plan.h, panel.freq.name)} ahead, by the models that cross-validation chose ${n === 1 ? '' : 'for each'}`.trimEnd(),
    sections: [
      { heading: 'How good it is', content: listScores(report) },
      { heading: 'Charts', content: await drawSeries(report) },
      { heading: 'Series by series', content: listSeries(report) },
      { heading: 'How it was made', content: describePlan(report) },
    ],
  });
}

function listScores({ panel, forecast }: SeriesReport): Html[] {
  const { scores, intervals, reference } = forecast;
  const naive = scores.models.find(({ name }) => name === reference)!;
  const row = (name: string, chosen: string, metrics: typeof scores.choice): string[] => [
    name,
    ...(['mase', 'smape', 'mae', 'rmse'] as const).map((key) => formatError(key, metrics?.[key])),
    chosen,
  ];
  const models = scores.models.map(({ name, nSeries, nChosen, metrics }) =>
    row(
      nSeries < panel.ids.length ? `${name} (${countSeries(nSeries)})` : name,
      formatCount(nChosen),
      metrics,
    ),
  );
  const choice = scores.choice === null ? [] : [row('the choice', '', scores.choice)];
  return [
    keyNumbers([
      {
        label: 'MASE of the choice',
        value: formatError('mase', scores.choice?.mase),
        note: 'on windows that it had not seen',
      },
      { label: `MASE of the ${reference}`, value: formatError('mase', naive.metrics?.mase) },
      ...intervals.map(({ level, coverage }) => ({
        label: `held by the interval of ${level} %`,
        value: coverage === null ? '–' : formatPercent(coverage),
        note: 'made and held at the cutoffs of the past',
      })),
    ]),
    table({
      columns: ['model', 'MASE', 'sMAPE', 'MAE', 'RMSE', 'chosen for'].map((label, i) => ({
        label,
        isNumeric: i > 0,
      })),
      rows: [...models, ...choice],
    }),
    paragraph(
      `Means over ${scores.nWindows === 1 ? 'one window' : `${scores.nWindows} windows`} of cross-validation. The choice is scored as it would have been made before each window, from the windows before. MASE below 1: errors are smaller than those of the season before, on the history.`,
    ),
  ];
}

async function drawSeries(report: SeriesReport): Promise<Html[]> {
  const { panel, plan, params, forecast } = report;
  const shown = panel.ids.slice(0, params.maxCharts);
  const yTitle = null;
  const charts: Html[] = [];
  for (const [i, id] of shown.entries()) {
    charts.push(
      figure({
        caption: `${id}: ${forecast.models[i].join(' + ')}`,
        svg: await drawForecast(listSteps(report, i), {
          timeFormat: TIME_FORMATS[panel.freq.name],
          yTitle,
        }),
        description: `${id}: history, and its forecast ${countSteps(plan.h, panel.freq.name)} ahead`,
      }),
    );
  }
  const some = shown.length < panel.ids.length ? `The first ${shown.length} series. ` : '';
  const levels = forecast.intervals.map(({ level }) => `${level} %`).join(' and ');
  return [
    paragraph(
      `${some}History as a line, the forecast dashed${levels && ` with its intervals of ${levels}`}, dotted what the same model forecast of the last ${countSteps(plan.h, panel.freq.name)} before they came. A step tells its numbers under the pointer.`,
    ),
    figures(charts),
  ];
}

function listSteps({ panel, plan, forecast }: SeriesReport, i: number): ChartStep[] {
  const { id, start, y } = seriesOf(panel, i);
  const { h, seasonLength } = plan;
  const nHistory = Math.min(y.length, MAX_HISTORY, Math.max(3 * h, 2 * seasonLength, 24));
  const windowPlace = forecast.lastWindow.history.ids.indexOf(id);
  // the widest below the others
  const intervals = forecast.intervals.toSorted((a, b) => b.level - a.level);
  return Array.from({ length: nHistory + h }, (_, k) => {
    const t = y.length - nHistory + k;
    const time = formatTime(panel.freq, start + t);
    const x = millisecondsOfStep(panel.freq, start + t);
    const at = i * h + t - y.length;
    const before = t - (y.length - h);
    if (t < y.length) {
      const past =
        windowPlace >= 0 && before >= 0
          ? forecast.lastWindow.forecast[windowPlace * h + before]
          : null;
      const tip = `${time}: ${formatMeasure(y[t])}${past === null ? '' : `, forecast ${formatMeasure(past)}`}`;
      return { x, actual: y[t], forecast: null, bounds: [], past, tip };
    }
    const bounds = intervals.map(({ lo, hi }) => [lo[at], hi[at]] as const);
    const [lo, hi] = bounds.at(-1) ?? [];
    const range = lo === undefined ? '' : ` (${formatMeasure(lo)} to ${formatMeasure(hi!)})`;
    const tip = `${time}: forecast ${formatMeasure(forecast.forecast[at])}${range}`;
    return { x, actual: null, forecast: forecast.forecast[at], bounds, past: null, tip };
  });
}

function listSeries({ panel, plan, params, forecast }: SeriesReport): Html[] {
  const { h } = plan;
  const label = METRIC_LABELS[params.metric];
  const [narrowest] = forecast.intervals.toSorted((a, b) => a.level - b.level);
  const unbroken = (text: string): Html => markup`<span class="range">${text}</span>`;
  const rows = panel.ids
    .slice(0, MAX_ROWS)
    .map((id, i) => [
      id,
      unbroken(forecast.models[i].join(' + ')),
      formatError(params.metric, forecast.scores.chosenErrors[i]),
      formatError(params.metric, forecast.scores.referenceErrors[i]),
      unbroken(formatTime(panel.freq, panel.starts[i] + panel.offsets[i + 1] - panel.offsets[i])),
      formatMeasure(forecast.forecast[i * h]),
      narrowest === undefined
        ? '–'
        : `${formatMeasure(narrowest.lo[i * h])} to ${formatMeasure(narrowest.hi[i * h])}`,
    ]);
  const headings = [
    'series',
    'model',
    label,
    `${label} of the ${forecast.reference}`,
    'next',
    'forecast',
    narrowest === undefined ? 'interval' : `interval of ${narrowest.level} %`,
  ];
  const nMore = panel.ids.length - rows.length;
  return [
    table({
      columns: headings.map((heading, i) => ({
        label: heading,
        isNumeric: i === 2 || i === 3 || i > 4,
      })),
      rows,
    }),
    ...(nMore > 0 ? [paragraph(`… and ${formatCount(nMore)} more.`)] : []),
    paragraph(`${describeErrors(params.metric)}, so smaller than it will be on what comes.`),
  ];
}

function describePlan({ panel, plan }: SeriesReport): Html[] {
  const { h, seasonLength, lags, nWindows, stepSize } = plan;
  const name = panel.freq.name;
  const columns = (kind: string): string =>
    panel.exogenous
      .filter((column) => column.kind === kind)
      .map((column) => column.name)
      .join(', ') || 'none';
  return [
    facts([
      ['rows', formatCount(panel.y.length)],
      ['season', countSteps(seasonLength, name)],
      [
        'windows of cross-validation',
        `${nWindows}, ${countSteps(stepSize, name)} apart, ${countSteps(h, name)} each`,
      ],
      ['lags of models on features', lags.join(', ')],
      ['columns known up to now', columns('past')],
      ['columns known ahead', columns('future')],
    ]),
    paragraph(
      'Every candidate forecasts each window from what was known before it; a series gets the models of its smallest mean errors, learnt again from all of its history; its forecast is their mean. Intervals are conformal: as wide as the errors were so many steps ahead that the choice had not seen, those of all series together, each over the spread of its history.',
    ),
  ];
}
