/** The page of a sales forecast. */
import type { SalesForecast } from '../forecasting/sales/forecast.ts';
import type { SalesParams } from '../forecasting/sales/sales-params.ts';
import type { Scores } from '../forecasting/sales/score.ts';
import type { SalesWorld } from '../forecasting/sales/world.ts';
import { formatCount, formatLevel, formatMeasure, formatPercent, formatScore } from './format.ts';
import type { Html } from './html.ts';
import { facts, figure, figures, keyNumbers, page, paragraph, table } from './page.ts';
import { drawSales } from './sales-charts.ts';
import type { ChartMonth } from './sales-charts.ts';

/** Months before the test that a chart shows. */
const N_HISTORY = 24;

export interface SalesReport {
  readonly world: SalesWorld;
  readonly forecast: SalesForecast;
  readonly params: SalesParams;
}

/** Same input, same bytes. */
export async function salesPage(report: SalesReport): Promise<string> {
  const { world, forecast, params } = report;
  const { months, items } = world;
  const first = months[forecast.startTest];
  const nTest = months.length - forecast.startTest;
  return page({
    title: 'Forecast of monthly sales',
    subtitle: `${formatCount(items.length)} items, ${nTest} months from ${first.slice(0, 7)}, each from the months before it, by ${params.model}`,
    sections: [
      { heading: 'How good it is', content: listScores(report) },
      { heading: 'What it is made of', content: describeModel(report) },
      { heading: 'Item by item', content: await drawItems(report) },
    ],
  });
}

function listScores({ forecast, params }: SalesReport): Html[] {
  const { scores, seasonalNaive, coverage } = forecast;
  if (scores === null || seasonalNaive === null) {
    return [paragraph('The sales of these months are not known yet.')];
  }
  const row = (name: string, { r2, mae, rmse, mase }: Scores): string[] => [
    name,
    formatScore(r2),
    formatMeasure(mae),
    formatMeasure(rmse),
    formatScore(mase),
  ];
  return [
    keyNumbers([
      { label: 'R²', value: formatScore(scores.r2), note: `on ${formatCount(scores.n)} sales` },
      { label: 'R² of the seasonal naive', value: formatScore(seasonalNaive.r2), note: 'y(M-12)' },
      {
        label: 'held by the interval',
        value: formatPercent(coverage!),
        note: `level ${formatLevel(params.level)}`,
      },
    ]),
    table({
      columns: ['model', 'R²', 'MAE', 'RMSE', 'MASE'].map((label, i) => ({
        label,
        isNumeric: i > 0,
      })),
      rows: [row(params.model, scores), row('seasonal naive', seasonalNaive)],
    }),
    paragraph(
      'MASE below 1: errors are smaller than those of the seasonal naive on the months before. The scores are of months that the model has not learnt from.',
    ),
  ];
}

function describeModel({ world, forecast, params }: SalesReport): Html[] {
  const used = Object.entries(params.data).flatMap(([name, file]) =>
    file === null ? [] : [`${name} (${file})`],
  );
  const about = facts([
    ['model', params.model],
    ['features', params.features.join(', ') || 'none'],
    ['data', used.join(', ')],
    [
      'learnt from',
      `${world.months[0].slice(0, 7)} to ${world.months[forecast.startTest - 1].slice(0, 7)}`,
    ],
  ]);
  if (forecast.parameters.length === 0) return [about];
  const end = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
  return [
    about,
    table({
      caption: `Parameters, with their interval of ${formatLevel(params.level)} where the model gives one`,
      columns: ['parameter', 'value', 'from', 'to'].map((label, i) => ({
        label,
        isNumeric: i > 0,
      })),
      rows: forecast.parameters.map(({ name, value, lo, hi }) => [
        name,
        value.toFixed(3),
        end(lo),
        end(hi),
      ]),
    }),
  ];
}

async function drawItems({ world, forecast, params }: SalesReport): Promise<Html[]> {
  const { items, months, sales } = world;
  const n = months.length;
  const sizeOf = (i: number): number =>
    sales.subarray(i * n, i * n + forecast.startTest).reduce((sum, value) => sum + (value || 0), 0);
  const largest = items
    .map((_, i) => i)
    .sort((a, b) => sizeOf(b) - sizeOf(a) || a - b)
    .slice(0, params.maxCharts);
  const charts: Html[] = [];
  for (const i of largest) {
    const rows = chartMonths({ world, forecast, params }, i);
    charts.push(
      figure({
        caption: items[i],
        svg: await drawSales(rows),
        description: `Sales of ${items[i]}, and their forecast from ${months[forecast.startTest]} on`,
      }),
    );
  }
  const shown = largest.length < items.length ? `The ${largest.length} largest items. ` : '';
  return [
    paragraph(
      `${shown}Sales as a line, forecasts dashed with their interval of ${formatLevel(params.level)}; a month tells its numbers under the pointer.`,
    ),
    figures(charts),
  ];
}

function chartMonths({ world, forecast }: SalesReport, i: number): ChartMonth[] {
  const { months, sales } = world;
  const { startTest, predictions, lo, hi } = forecast;
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return months.slice(Math.max(0, startTest - N_HISTORY)).map((month, k) => {
    const t = Math.max(0, startTest - N_HISTORY) + k;
    const at = i * months.length + t;
    const isTest = t >= startTest;
    return {
      month,
      sales: known(sales[at]),
      prediction: isTest ? predictions[at] : null,
      lo: isTest ? lo[at] : null,
      hi: isTest ? hi[at] : null,
    };
  });
}
