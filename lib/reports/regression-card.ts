/** The model card of a model that predicts a number, see {@link modelCard}. */
import type { RegressionEvaluation } from '../metrics/evaluate-numbers.ts';
import { formatCount, formatLevel, formatMeasure, formatRows, formatScore } from './format.ts';
import { escapeMarkdown, markdownList, markdownTable } from './markdown.ts';
import { formatCard, N_WEAK, type CardFrame } from './model-card.ts';
import { numericBut } from './names.ts';

export interface RegressionCard extends CardFrame {
  readonly evaluation: RegressionEvaluation;
}

/** The whole document; same input, same bytes. */
export function regressionCard(card: RegressionCard): string {
  const { evaluation, target } = card;
  return formatCard(card, {
    ways: [`predicted ${target}`, ...evaluation.slices.map(({ by }) => by)],
    metrics: [
      'RMSE: root mean squared error. MAE: mean absolute error. Median error: half the rows are off by less. All in units of the target.',
      'R²: share of the variance of the target that is predicted; 0 is what its mean reaches.',
      `Intervals: ${formatLevel(evaluation.confidenceLevel)}; of all rows by bootstrap, of slices those of a mean.`,
    ],
    analyses: analyses(evaluation),
    weakSpots: weakSpots(evaluation),
  });
}

function analyses({ metrics, slices, calibration }: RegressionEvaluation): string[] {
  const r2 = formatScore(metrics.r2);
  const { r2_low: low, r2_high: high } = metrics;
  const overall = [
    [
      'RMSE',
      `${formatMeasure(metrics.rmse!)} (${formatMeasure(metrics.rmse_low)} to ${formatMeasure(metrics.rmse_high)})`,
    ],
    ['MAE', formatMeasure(metrics.mae!)],
    ['Median error', formatMeasure(metrics.median_absolute_error!)],
    ['R²', low === null ? r2 : `${r2} (${formatScore(low)} to ${formatScore(high)})`],
    ['Mean error (predicted less actual)', formatMeasure(metrics.mean_error)],
  ];
  return [
    `### All ${formatRows(metrics.n_samples)}`,
    '',
    ...markdownTable([{ label: 'Metric' }, { label: 'Value', isNumeric: true }], overall),
    ...slices.flatMap(({ by, slices: rows }) => [
      '',
      `### By ${escapeMarkdown(by)}`,
      '',
      ...markdownTable(
        ['Slice', 'Rows', 'RMSE', 'MAE', 'Interval', 'Mean error'].map(numericBut('Slice')),
        rows.map((slice) => [
          slice.name,
          formatCount(slice.nSamples),
          formatMeasure(slice.rmse),
          formatMeasure(slice.mae),
          `${formatMeasure(slice.maeLow)} to ${formatMeasure(slice.maeHigh)}`,
          formatMeasure(slice.meanError),
        ]),
      ),
    ]),
    '',
    '### By predicted number',
    '',
    ...markdownTable(
      ['Predicted', 'Rows', 'Mean predicted', 'Mean actual'].map(numericBut('Predicted')),
      calibration.map(({ name, nSamples, actual, prediction }) => [
        name,
        formatCount(nSamples),
        formatMeasure(prediction),
        formatMeasure(actual),
      ]),
    ),
  ];
}

/** Slices that are worse than the whole beyond chance: the lower end of their interval lies above it. */
function weakSpots({ metrics, slices }: RegressionEvaluation): string[] {
  const weak = slices
    .flatMap(({ by, slices: rows }) => rows.map((slice) => ({ ...slice, by })))
    .filter(({ maeLow }) => maeLow > metrics.mae!)
    .toSorted((a, b) => b.mae - a.mae)
    .slice(0, N_WEAK);
  return markdownList(
    weak.map(
      ({ by, name, mae, nSamples }) =>
        `${by} ${name}: off by ${formatMeasure(mae)} on average in ${formatRows(nSamples)}`,
    ),
  );
}
