/** The page of `compare`: which model is better, by how much, for whom, and whether it may be chance. */
import { judge, type Comparison } from '../metrics/compare.ts';
import type { EvaluationMetric } from '../metrics/evaluate.ts';
import type { Difference } from '../params/differences.ts';
import { gainChart, outcomeChart } from './comparison-charts.ts';
import {
  formatCount,
  formatDifference,
  formatLevel,
  formatPValue,
  formatPercent,
  formatRows,
  formatScore,
} from './format.ts';
import { markup, type Html } from './html.ts';
import { nameMetric } from './names.ts';
import { figure, figures, keyNumbers, list, page, paragraph, table, verdict } from './page.ts';
import type { Section } from './page.ts';

export interface ComparisonReport {
  /** Each of another model with the same first one. */
  readonly comparisons: readonly ComparedPair[];
  /** Metric that decides. */
  readonly metric: EvaluationMetric;
  /** What people call the classes. */
  readonly classes: readonly string[];
}
export interface ComparedPair {
  readonly comparison: Comparison;
  /** Parameters that differ; null where one of the models has none. */
  readonly params: readonly Difference[] | null;
}

/** Changes that stand in words; the table of changes holds all rows. */
const N_CHANGES = 10;

/** The whole document; same input, same bytes. */
export async function comparisonPage(report: ComparisonReport): Promise<string> {
  const { comparisons, metric, classes } = report;
  const [{ comparison: any }] = comparisons;
  const seconds = comparisons.map(({ comparison }) => comparison.second).join(', ');
  const sections: Section[] = [
    {
      heading: 'In short',
      content: [
        list(comparisons.map(({ comparison }) => mark(comparison, metric))),
        ...(comparisons.length === 1 ? [] : [paragraph(shareOfLevel(comparisons.length, any))]),
      ],
    },
  ];
  for (const pair of comparisons) {
    const suffix = comparisons.length === 1 ? '' : `: ${pair.comparison.second}`;
    sections.push(...(await pairSections(pair, metric, classes, suffix)));
  }
  return page({
    title: `${any.first} and ${seconds}`,
    subtitle: `Models compared on the same ${formatRows(any.nSamples)}.`,
    sections,
  });
}

/** "exp-1 is better than main: accuracy +0.0021 (95 % interval +0.0015 to +0.0027, p < 0.001)". */
export function describeVerdict(comparison: Comparison, metric: EvaluationMetric): string {
  const { first, second, nSamples, confidenceLevel } = comparison;
  const { comparison: found, verdict: outcome } = judge(comparison, metric);
  const { difference, low, high, pValue } = found;
  const head =
    outcome === 'no difference'
      ? `no difference of ${second} from ${first} that these ${formatRows(nSamples)} can show`
      : `${second} is ${outcome} than ${first}`;
  if (low === null || high === null || pValue === null) return `${head}: ${metric} has no value`;
  const interval = `${formatLevel(confidenceLevel)} interval ${formatDifference(low)} to ${formatDifference(high)}`;
  const test = metric === 'accuracy' ? 'McNemar ' : '';
  return `${head}: ${metric} ${formatDifference(difference)} (${interval}, ${test}${formatPValue(pValue)})`;
}

function mark(comparison: Comparison, metric: EvaluationMetric): Html {
  const text = describeVerdict(comparison, metric);
  switch (judge(comparison, metric).verdict) {
    case 'better':
      return verdict(true, text);
    case 'worse':
      return verdict(false, text);
    default:
      return markup`${text}`;
  }
}

function shareOfLevel(nComparisons: number, { first, confidenceLevel }: Comparison): string {
  return (
    `${nComparisons} models are compared with ${first}, and one of several looks better by luck more often than ` +
    `one alone does: each interval has the level ${formatLevel(confidenceLevel)} (Bonferroni).`
  );
}

async function pairSections(
  { comparison, params }: ComparedPair,
  metric: EvaluationMetric,
  classes: readonly string[],
  suffix: string,
): Promise<Section[]> {
  return [
    {
      heading: `Metrics${suffix}`,
      content: [
        headline(comparison, metric),
        metricTable(comparison),
        figures([
          figure({
            caption: `What ${comparison.second} gains over ${comparison.first}: right of the dashed line it is better. Lines are ${formatLevel(comparison.confidenceLevel)} intervals.`,
            description: `Gains of ${comparison.second} by metric: ${describeVerdict(comparison, metric)}.`,
            svg: await gainChart(comparison),
          }),
        ]),
      ],
    },
    {
      heading: `Classes${suffix}`,
      content: [
        figures([
          figure({
            caption: `Rows that only ${comparison.first} has right, to the left, and only ${comparison.second}, to the right, by true class.`,
            description: comparison.perClass
              .map(({ class: name, nLost, nGained }) => `${name}: ${nLost} lost, ${nGained} gained`)
              .join(', '),
            svg: await outcomeChart(comparison.perClass, classes),
          }),
        ]),
        classTable(comparison, classes),
      ],
    },
    { heading: `What changed${suffix}`, content: changes(comparison, classes) },
    ...(params === null
      ? []
      : [{ heading: `Parameters${suffix}`, content: parameters(comparison, params) }]),
  ];
}

function headline(comparison: Comparison, metric: EvaluationMetric): Html {
  const { nSamples, nBothRight, nBothWrong, nLost, nGained, first, second } = comparison;
  const { comparison: found } = judge(comparison, metric);
  const share = (count: number): string => formatPercent(count / nSamples);
  return keyNumbers([
    { label: `${nameMetric(metric)} of ${first}`, value: formatScore(found.first) },
    { label: `${nameMetric(metric)} of ${second}`, value: formatScore(found.second) },
    { label: 'Both right', value: formatCount(nBothRight), note: share(nBothRight) },
    { label: 'Both wrong', value: formatCount(nBothWrong), note: share(nBothWrong) },
    { label: 'Lost', value: formatCount(nLost), note: `only ${first} has them right` },
    { label: 'Gained', value: formatCount(nGained), note: `only ${second} has them right` },
  ]);
}

function metricTable({ metrics, first, second, confidenceLevel }: Comparison): Html {
  return table({
    caption:
      'p: how often chance alone gives such a difference; of accuracy by McNemar’s exact test, else by bootstrap.',
    columns: [
      { label: 'Metric' },
      { label: first, isNumeric: true },
      { label: second, isNumeric: true },
      { label: 'Difference', isNumeric: true },
      { label: `${formatLevel(confidenceLevel)} interval`, isNumeric: true },
      { label: 'p', isNumeric: true },
    ],
    rows: metrics.map(({ metric, difference, low, high, pValue, ...values }) => [
      nameMetric(metric),
      formatScore(values.first),
      formatScore(values.second),
      formatDifference(difference),
      low === null || high === null ? '–' : `${formatDifference(low)} to ${formatDifference(high)}`,
      pValue === null ? '–' : formatPValue(pValue).replace(/^p (= )?/, ''),
    ]),
  });
}

function classTable({ perClass, first, second }: Comparison, classes: readonly string[]): Html {
  return table({
    caption:
      'Recall: share of the rows of a class that are found; p: McNemar’s exact test on these rows.',
    columns: [
      { label: 'Class' },
      { label: 'Rows', isNumeric: true },
      { label: `Recall ${first}`, isNumeric: true },
      { label: `Recall ${second}`, isNumeric: true },
      { label: 'Difference', isNumeric: true },
      { label: 'Lost', isNumeric: true },
      { label: 'Gained', isNumeric: true },
      { label: 'p', isNumeric: true },
      { label: 'F1 difference', isNumeric: true },
    ],
    rows: perClass.map(({ nLost, nGained, pValue, ...scores }, label) => [
      classes[label],
      formatCount(scores.first.support),
      formatScore(scores.first.recall),
      formatScore(scores.second.recall),
      formatDifference(scores.second.recall - scores.first.recall),
      formatCount(nLost),
      formatCount(nGained),
      formatPValue(pValue).replace(/^p (= )?/, ''),
      formatDifference(scores.second.f1 - scores.first.f1),
    ]),
  });
}

function changes({ changes: cells, nSamples }: Comparison, classes: readonly string[]): Html[] {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [paragraph('Every row has the same class from both models.')];
  return [
    paragraph(
      `${formatRows(total)} of ${formatCount(nSamples)} got another class. The most frequent changes:`,
    ),
    table({
      caption: 'Rows by true class and by what the models take them for.',
      columns: [
        { label: 'True class' },
        { label: 'Before' },
        { label: 'After' },
        { label: 'Rows', isNumeric: true },
        { label: 'Outcome' },
      ],
      rows: cells
        .slice(0, N_CHANGES)
        .map(({ truth, first, second, count }) => [
          classes[truth],
          classes[first],
          classes[second],
          formatCount(count),
          second === truth ? 'gained' : first === truth ? 'lost' : 'still wrong',
        ]),
    }),
  ];
}

function parameters({ first, second }: Comparison, params: readonly Difference[]): Html[] {
  if (params.length === 0) return [paragraph('All parameters are the same.')];
  const show = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value));
  return [
    table({
      caption: 'Parameters of params.yaml that differ.',
      columns: [{ label: 'Parameter' }, { label: first }, { label: second }],
      rows: params.map(({ key, before, after }) => [key, show(before), show(after)]),
    }),
  ];
}
