/** The part of the evaluation page that shows the slices: where a model is better and worse than on the whole. */
import type { Evaluation } from '../metrics/evaluate.ts';
import type { SliceGroup } from '../metrics/slices.ts';
import { formatCount, formatLevel, formatPercent, formatRows, formatScore } from './format.ts';
import type { Html } from './html.ts';
import { intervalChart } from './interval-chart.ts';
import { nameClass } from './names.ts';
import { figure, figures, paragraph, table } from './page.ts';
import type { Section } from './page.ts';

/** No section where no slices are declared. */
export async function sliceSections(
  evaluation: Evaluation,
  target: string,
  classNames: Readonly<Record<string, string>>,
): Promise<Section[]> {
  if (evaluation.slices.length === 0) return [];
  const groups = evaluation.slices.map(({ by, slices }) => ({
    by,
    slices: slices.map((slice) =>
      by === target ? { ...slice, name: nameClass(slice.name, classNames) } : slice,
    ),
  }));
  const level = formatLevel(evaluation.confidenceLevel);
  const accuracy = evaluation.metrics.accuracy ?? 0;
  const charts = groups.map(async (group) =>
    figure({
      caption: `Accuracy by ${group.by}, with its ${level} interval; the dashed line is that of all rows.`,
      description: group.slices
        .map(({ name, ...slice }) => `${name}: ${formatPercent(slice.accuracy)}`)
        .join(', '),
      svg: await sliceChart(group, accuracy),
    }),
  );
  return [
    {
      heading: 'Where it is better and where worse',
      content: [
        paragraph(
          `Few rows make a wide interval: slices whose intervals overlap may be equally good. Intervals: ${level}, Wilson.`,
        ),
        figures(await Promise.all(charts)),
        ...groups.map(sliceTable),
      ],
    },
  ];
}

function sliceChart({ slices }: SliceGroup, accuracy: number): Promise<Html> {
  const rows = slices.map(({ name, nSamples, accuracyLow, accuracyHigh, ...slice }) => ({
    ...{ name, low: accuracyLow, high: accuracyHigh, value: slice.accuracy },
    description: `${name}: right in ${formatPercent(slice.accuracy)} of ${formatRows(nSamples)}`,
  }));
  return intervalChart(rows, 'accuracy', accuracy);
}

function sliceTable({ by, slices }: SliceGroup): Html {
  return table({
    caption: `By ${by}. Confidence: mean probability of the predicted class; above accuracy, the model is too sure.`,
    columns: [
      { label: 'Slice' },
      { label: 'Rows', isNumeric: true },
      { label: 'Accuracy', isNumeric: true },
      { label: 'Interval', isNumeric: true },
      { label: 'Confidence', isNumeric: true },
      { label: 'Log loss', isNumeric: true },
    ],
    rows: slices.map((slice) => [
      slice.name,
      formatCount(slice.nSamples),
      formatScore(slice.accuracy),
      `${formatScore(slice.accuracyLow)} – ${formatScore(slice.accuracyHigh)}`,
      formatScore(slice.confidence),
      formatScore(slice.logLoss),
    ]),
  });
}
