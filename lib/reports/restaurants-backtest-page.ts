/** Page of the restaurants' backtest: each model's error week by week, and the last week hour by hour. */
import { BACKTEST_MODELS } from '../forecasting/restaurants/backtest.ts';
import type { BacktestModel, BacktestWeek } from '../forecasting/restaurants/backtest.ts';
import { toTime } from '../forecasting/frequency.ts';
import { HOURLY, WEEK } from '../forecasting/restaurants/hourly-features.ts';
import { renderChart, SERIES_COLOURS } from './charts.ts';
import { formatPercent } from './format.ts';
import type { Html } from './html.ts';
import { figure, figures, keyNumbers, page, paragraph, table } from './page.ts';
import { drawHours } from './restaurants-charts.ts';

const NAMES: Readonly<Record<BacktestModel, string>> = {
  forest: 'random forest',
  lightgbm: 'LightGBM',
  last_week: 'same hour last week',
};

/** Means over the weeks, as the metrics file has them. */
export type BacktestMeans = Readonly<Record<string, number | null>>;

/** Same input, same bytes. */
export async function restaurantsBacktestPage(
  weeks: readonly BacktestWeek[],
  means: BacktestMeans,
): Promise<string> {
  const [first, last] = [weeks[0], weeks.at(-1)!];
  return page({
    title: 'Backtest of the turnover forecast',
    subtitle: `Weeks ${first.week} to ${last.week}, each forecast at its first midnight from the weeks before it`,
    sections: [
      {
        heading: 'How good they are',
        content: [
          keyNumbers(
            BACKTEST_MODELS.map((model) => ({
              label: `MAE, ${NAMES[model]}`,
              value: means[`mae_${model}`]!.toFixed(2),
              note: noteOf(model, means),
            })),
          ),
          paragraph(
            'The forests are those of the pipeline. LightGBM learns the median from more weeks, and knows that the data set has day and month swapped for days 1 to 12 of a month: it sees the weekday that was meant, bank holidays, and how the hour went on the last 4, 8 and 26 days of that weekday. Its range is from the 10 % to the 90 % quantile.',
          ),
          paragraph(
            'An hour that no file has an order of counts as 0. Some weeks lack whole days; the columns "known days" leave these out.',
          ),
        ],
      },
      {
        heading: 'Week by week',
        content: [
          figures([
            figure({
              caption: 'Mean absolute error of an hour, by week',
              svg: await drawWeeks(weeks),
              description: 'A line for each model: its mean absolute error in each week',
            }),
          ]),
          listWeeks(weeks),
        ],
      },
      {
        heading: `Week ${last.week}, hour by hour`,
        content: [
          paragraph('What came as a line, the prediction dashed in its range.'),
          figures((['lightgbm', 'forest'] as const).map((m) => drawWeek(last, m))),
        ],
      },
    ],
  });
}

function noteOf(model: BacktestModel, means: BacktestMeans): string {
  const known = `${means[`mae_known_days_${model}`]!.toFixed(2)} on known days`;
  if (model === 'last_week') return known;
  const gain = formatPercent(means[`improvement_${model}`]!);
  return `${known}; ${gain} below last week, range holds ${formatPercent(means[`coverage_${model}`]!)}`;
}

async function drawWeeks(weeks: readonly BacktestWeek[]): Promise<Html> {
  const values = weeks.flatMap(({ week, scores }) =>
    BACKTEST_MODELS.map((model) => ({
      ...{ week, model: NAMES[model], mae: scores[model].mae },
      tip: `week ${week}, ${NAMES[model]}: ${scores[model].mae.toFixed(2)}`,
    })),
  );
  const colour = {
    field: 'model' as const,
    type: 'nominal' as const,
    title: null,
    scale: {
      domain: BACKTEST_MODELS.map((model) => NAMES[model]),
      range: [SERIES_COLOURS[1], SERIES_COLOURS[0], SERIES_COLOURS[9]],
    },
  };
  const x = { field: 'week', type: 'quantitative', title: 'week', scale: { zero: false, nice: false }, axis: { format: 'd' } } as const; // prettier-ignore
  const encoding = { x, y: { field: 'mae', type: 'quantitative', title: 'MAE' }, color: colour } as const; // prettier-ignore
  return await renderChart({
    data: { values },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.5 }, encoding },
      {
        mark: { type: 'point', filled: true, size: 28, opacity: 1 },
        encoding: { ...encoding, description: { field: 'tip', type: 'nominal' } },
      },
    ],
  });
}

function listWeeks(weeks: readonly BacktestWeek[]): Html {
  const labels = [
    ...BACKTEST_MODELS.map((model) => NAMES[model]),
    ...BACKTEST_MODELS.map((model) => `${NAMES[model]}, known days`),
    ...['range of forests', 'range of LightGBM'],
  ];
  return table({
    caption: 'MAE of an hour, and share of the hours within the range',
    columns: [
      ...[{ label: 'week' }, { label: 'from' }],
      ...labels.map((label) => ({ label, isNumeric: true })),
    ],
    rows: weeks.map(({ week, start, scores }) => [
      // hyphens that no line breaks at
      ...[String(week), toTime(HOURLY, start).slice(0, 10).replaceAll('-', '\u2011')],
      ...BACKTEST_MODELS.map((model) => scores[model].mae.toFixed(2)),
      ...BACKTEST_MODELS.map((model) => formatError(scores[model].maeOfKnownDays)),
      ...(['forest', 'lightgbm'] as const).map((model) => formatPercent(scores[model].coverage!)),
    ]),
  });
}

function formatError(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function drawWeek(
  { week, start, actual, forecasts }: BacktestWeek,
  model: 'forest' | 'lightgbm',
): Html {
  const hours = { start, ...forecasts[model], lastWeek: forecasts.last_week.prediction };
  return figure({
    caption: NAMES[model],
    svg: drawHours(hours, actual, [0, WEEK], 'days'),
    description: `Turnover by the hour of week ${week}, and its forecast by ${NAMES[model]}`,
  });
}
