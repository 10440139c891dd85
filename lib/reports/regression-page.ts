/** The page of `evaluate` for a model that predicts a number. */
import type { RegressionEvaluation } from '../metrics/evaluate-numbers.ts';
import type { NumericSliceGroup } from '../metrics/numeric-slices.ts';
import { gateVerdicts, type EvaluationReport } from './evaluation-page.ts';
import {
  formatCount,
  formatLevel,
  formatMeasure,
  formatPercent,
  formatRows,
  formatScore,
} from './format.ts';
import type { Html } from './html.ts';
import { intervalChart } from './interval-chart.ts';
import { numericBut } from './names.ts';
import {
  facts,
  figure,
  figures,
  keyNumbers,
  page,
  paragraph,
  table,
  type Section,
} from './page.ts';
import { calibrationChart, errorChart, scatterChart } from './regression-charts.ts';
import { trainingSections } from './training-section.ts';

export interface RegressionReport extends Omit<EvaluationReport, 'evaluation' | 'classNames'> {
  readonly evaluation: RegressionEvaluation;
}

/** The whole document; same input, same bytes. */
export async function regressionPage(report: RegressionReport): Promise<string> {
  const { evaluation, target } = report;
  const { metrics } = evaluation;
  const sections: Section[] = [
    { heading: 'In short', content: [headline(evaluation), ...gateVerdicts(report.gates)] },
    ...baselines(evaluation),
    { heading: 'How far off it is', content: await errors(evaluation) },
    { heading: 'Where it predicts too much or too little', content: await calibration(evaluation) },
    ...(await slices(evaluation)),
    ...(await trainingSections(report.history)),
    { heading: 'Model and data', content: [facts(report.about)] },
  ];
  return page({
    title: `Evaluation: ${target}`,
    subtitle:
      `Off by ${formatMeasure(metrics.mae!)} on average in ` +
      `${formatRows(metrics.n_samples)} that training never saw.`,
    sections,
  });
}

function headline({ metrics, confidenceLevel }: RegressionEvaluation): Html {
  const level = formatLevel(confidenceLevel);
  const { r2_low: low, r2_high: high } = metrics;
  return keyNumbers([
    {
      label: 'RMSE',
      value: formatMeasure(metrics.rmse!),
      note: `root mean squared error; ${level} interval ${formatMeasure(metrics.rmse_low)} to ${formatMeasure(metrics.rmse_high)}`,
    },
    { label: 'MAE', value: formatMeasure(metrics.mae!), note: 'mean absolute error' },
    {
      label: 'Median error',
      value: formatMeasure(metrics.median_absolute_error!),
      note: 'half the rows are off by less',
    },
    {
      label: 'R²',
      value: formatScore(metrics.r2),
      note:
        low === null
          ? 'share of the variance that is predicted'
          : `share of the variance that is predicted; ${level} interval ${formatScore(low)} to ${formatScore(high)}`,
    },
    {
      label: 'Mean error',
      value: formatMeasure(metrics.mean_error),
      note: 'above 0, too much is predicted',
    },
  ]);
}

function baselines({ baselines: others, metrics }: RegressionEvaluation): Section[] {
  if (others.length === 0) return [];
  const [best] = others;
  const spared = 1 - metrics.rmse! / best.rmse!;
  const gain =
    spared > 0
      ? `The root mean squared error is ${formatPercent(spared)} lower than that of the best of them, ${best.name}.`
      : `The root mean squared error is no lower than that of the best of them, ${best.name}.`;
  const rows = [{ ...metrics, name: 'the model' }, ...others];
  return [
    {
      heading: 'What simpler models reach',
      content: [
        paragraph(gain),
        table({
          caption: 'All on the same rows.',
          columns: ['Model', 'RMSE', 'MAE', 'Median error', 'R²'].map(numericBut('Model')),
          rows: rows.map(({ name, rmse, mae, median_absolute_error: median, r2 }) => [
            name,
            ...[rmse, mae, median].map((value) => formatMeasure(value!)),
            formatScore(r2),
          ]),
        }),
      ],
    },
  ];
}

async function errors({ predictions, metrics }: RegressionEvaluation): Promise<Html[]> {
  const absolute = predictions.yPred.map((y, i) => Math.abs(y - predictions.yTrue[i])).sort();
  const within = (share: number): string =>
    formatMeasure(absolute[Math.ceil(share * absolute.length) - 1]);
  const summary = `Of all rows 50 % are within ${formatMeasure(metrics.median_absolute_error!)} of the truth, 90 % within ${within(0.9)}, 99 % within ${within(0.99)}; the furthest is ${within(1)} off.`;
  return [
    paragraph(summary),
    figures([
      figure({
        caption:
          'Predicted against actual: points on the dashed line are right. At most 500 rows, spread evenly over the order of the actual numbers.',
        description: `Scatter chart of predicted against actual numbers. R² ${formatScore(metrics.r2)}.`,
        svg: await scatterChart(predictions),
      }),
      figure({
        caption:
          'Errors: how many rows are off by how much. The rarest hundredth stands in the last bars.',
        description: `Histogram of predicted less actual numbers. ${summary}`,
        svg: await errorChart(predictions),
      }),
    ]),
  ];
}

async function calibration({ calibration: bands }: RegressionEvaluation): Promise<Html[]> {
  return [
    figures([
      figure({
        caption:
          'Bands of about a tenth of the predictions each. Above the dashed line too little is predicted, below it too much.',
        description: bands
          .map(({ actual, prediction }) => `${formatMeasure(prediction)}: ${formatMeasure(actual)}`)
          .join(', '),
        svg: await calibrationChart(bands),
      }),
    ]),
    table({
      caption: 'By predicted number.',
      columns: ['Predicted', 'Rows', 'Mean predicted', 'Mean actual', 'Difference'].map(
        numericBut('Predicted'),
      ),
      rows: bands.map(({ name, nSamples, actual, prediction }) => [
        name,
        formatCount(nSamples),
        formatMeasure(prediction),
        formatMeasure(actual),
        formatMeasure(prediction - actual),
      ]),
    }),
  ];
}

/** No section where no slices are declared. */
async function slices(evaluation: RegressionEvaluation): Promise<Section[]> {
  const { slices: groups, metrics } = evaluation;
  if (groups.length === 0) return [];
  const level = formatLevel(evaluation.confidenceLevel);
  const charts = groups.map(async ({ by, slices: rows }) =>
    figure({
      caption: `Mean absolute error by ${by}, with its ${level} interval; the dashed line is that of all rows.`,
      description: rows.map(({ name, mae }) => `${name}: ${formatMeasure(mae)}`).join(', '),
      svg: await intervalChart(
        rows.map(({ name, mae, maeLow, maeHigh, nSamples }) => ({
          ...{ name, low: maeLow, value: mae, high: maeHigh },
          description: `${name}: ${formatMeasure(mae)} off on the mean of ${formatRows(nSamples)}`,
        })),
        'mean absolute error',
        metrics.mae!,
      ),
    }),
  );
  return [
    {
      heading: 'Where it is better and where worse',
      content: [
        paragraph(
          `Few rows make a wide interval: slices whose intervals overlap may be equally good. Intervals: ${level}, of a mean.`,
        ),
        figures(await Promise.all(charts)),
        ...groups.map(sliceTable),
      ],
    },
  ];
}

function sliceTable({ by, slices: rows }: NumericSliceGroup): Html {
  return table({
    caption: `By ${by}. Mean error: above 0, too much is predicted.`,
    columns: ['Slice', 'Rows', 'RMSE', 'MAE', 'Interval', 'Mean error'].map(numericBut('Slice')),
    rows: rows.map((slice) => [
      slice.name,
      formatCount(slice.nSamples),
      formatMeasure(slice.rmse),
      formatMeasure(slice.mae),
      `${formatMeasure(slice.maeLow)} – ${formatMeasure(slice.maeHigh)}`,
      formatMeasure(slice.meanError),
    ]),
  });
}
