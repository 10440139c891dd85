/** Pages of the restaurants' pipeline: how good it was on folds of the past, and the week to come. */
import { rangeCoverage } from '../forecasting/restaurants/cross-validate.ts';
import type { Fold } from '../forecasting/restaurants/cross-validate.ts';
import { toCalendarDay, toTime } from '../forecasting/frequency.ts';
import { DAY, HOURLY } from '../forecasting/restaurants/hourly-features.ts';
import { mae } from '../metrics/regression.ts';
import { formatCount, formatMeasure, formatPercent } from './format.ts';
import type { Html } from './html.ts';
import { figure, figures, keyNumbers, page, paragraph, table } from './page.ts';
import type { Section } from './page.ts';
import { drawHours } from './restaurants-charts.ts';
import type { ForecastHours } from './restaurants-charts.ts';

const LEGEND =
  'What came as a line, the prediction dashed, in the range from the lowest to the highest of the forests.';
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

type Known = ForecastHours & { readonly actual: Float64Array };

/** Same input, same bytes. */
export function restaurantsValidationPage(
  forecasts: readonly Known[],
  folds: readonly Fold[],
): string {
  const first = dateOf(forecasts[0].start);
  const last = dateOf(forecasts.at(-1)!.start + forecasts.at(-1)!.actual.length - 1);
  const charts = forecasts.map((forecast, k) =>
    figure({
      caption: `Fold ${k}, ${dateOf(forecast.start)} to ${dateOf(forecast.start + forecast.actual.length - 1)}`,
      svg: drawHours(forecast, forecast.actual, [0, forecast.actual.length], 'days'),
      description: `Turnover by the hour and its forecast in fold ${k}`,
    }),
  );
  return page({
    title: 'Cross-validation of the turnover forecast',
    subtitle: `${folds.length} folds from ${first} to ${last}, each forecast by forests that learnt from all hours before it`,
    sections: [
      { heading: 'How good it is', content: listFolds(forecasts, folds) },
      { heading: 'Fold by fold', content: [paragraph(LEGEND), figures(charts)] },
    ],
  });
}

function listFolds(forecasts: readonly Known[], folds: readonly Fold[]): Html[] {
  const rows = forecasts.map((forecast, k) => {
    const { MAE0, MAE_MIN, MAE_MAX } = folds[k].metrics;
    return { hours: folds[k].trainEnd, ...{ MAE0, MAE_MIN, MAE_MAX }, ...compare(forecast) };
  });
  const mean = (key: keyof (typeof rows)[number]): number =>
    rows.reduce((sum, row) => sum + row[key], 0) / rows.length;
  const numeric = [
    'hours learnt from',
    'MAE0',
    'MAE_MIN',
    'MAE_MAX',
    'same hour last week',
    'held',
  ];
  return [
    scores({ mae: mean('MAE0'), lastWeek: mean('lastWeek'), coverage: mean('coverage') }),
    table({
      columns: [{ label: 'fold' }, ...numeric.map((label) => ({ label, isNumeric: true }))],
      rows: rows.map((row, k) => [
        String(k),
        formatCount(row.hours),
        ...[row.MAE0, row.MAE_MIN, row.MAE_MAX, row.lastWeek].map((value) => value.toFixed(2)),
        formatPercent(row.coverage),
      ]),
    }),
    paragraph(
      'MAE0 is the error of the prediction, MAE_MIN and MAE_MAX are those of the two ends of its range, all in the money of an hour.',
    ),
  ];
}

/** @param forecast - `actual` is null while the week is not over. Same input, same bytes. */
export function restaurantsForecastPage(
  week: number,
  forecast: ForecastHours & { readonly actual: Float64Array | null },
): string {
  const { start, prediction, actual } = forecast;
  const days = Array.from({ length: prediction.length / DAY }, (_, d) => d);
  const nameOf = (d: number): string => {
    const { weekday } = toCalendarDay(HOURLY, start + d * DAY);
    return `${WEEKDAYS[weekday - 1]}, ${dateOf(start + d * DAY)}`;
  };
  const charts = days.map((d) =>
    figure({
      caption: nameOf(d),
      svg: drawHours(forecast, actual, [d * DAY, (d + 1) * DAY], 'hours'),
      description: `Turnover of ${nameOf(d)} by the hour, and its forecast`,
    }),
  );
  const known = actual === null ? null : { ...forecast, actual };
  const sections: Section[] = [
    {
      heading: known === null ? 'The week' : 'How good it was',
      content: [
        known === null
          ? paragraph(`The turnover of week ${week} is not known yet.`)
          : scores({ mae: mae({ yTrue: known.actual, yPred: prediction }), ...compare(known) }),
        listDays(forecast, days.map(nameOf)),
      ],
    },
    { heading: 'Day by day', content: [paragraph(LEGEND), figures(charts)] },
  ];
  return page({
    title: `Turnover of week ${week}`,
    subtitle: `By the hour from ${dateOf(start)} to ${dateOf(start + prediction.length - 1)}, both restaurants together`,
    sections,
  });
}

function listDays(
  { prediction, lastWeek, actual }: ForecastHours & { readonly actual: Float64Array | null },
  names: readonly string[],
): Html {
  const sum = (values: Float64Array, d: number): string =>
    formatMeasure(
      values.subarray(d * DAY, (d + 1) * DAY).reduce((total, value) => total + value, 0),
    );
  const labels = ['predicted', 'came', 'the week before'];
  return table({
    caption: 'Turnover of the day',
    columns: [{ label: 'day' }, ...labels.map((label) => ({ label, isNumeric: true }))],
    rows: names.map((name, d) => [
      ...[name, sum(prediction, d), actual === null ? '–' : sum(actual, d), sum(lastWeek, d)],
    ]),
  });
}

function scores({
  mae,
  lastWeek,
  coverage,
}: Readonly<Record<'mae' | 'lastWeek' | 'coverage', number>>): Html {
  return keyNumbers([
    { label: 'MAE', value: mae.toFixed(2), note: 'of an hour' },
    { label: 'MAE of the same hour last week', value: lastWeek.toFixed(2) },
    { label: 'held by the range', value: formatPercent(coverage), note: 'of the hours' },
  ]);
}

function compare(forecast: Known): { lastWeek: number; coverage: number } {
  return {
    lastWeek: mae({ yTrue: forecast.actual, yPred: forecast.lastWeek }),
    coverage: rangeCoverage(forecast.actual, forecast),
  };
}

function dateOf(step: number): string {
  return toTime(HOURLY, step).slice(0, 10);
}
