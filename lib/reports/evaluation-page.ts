/** The page of `evaluate`: what a person shows to a colleague who asks how good the model is. */
import type { ReliabilityBin } from '../metrics/calibration.ts';
import type { Evaluation } from '../metrics/evaluate.ts';
import { describeGate, type GateResult } from '../metrics/gates.ts';
import type { ModelHistoryRow } from '../models/model.ts';
import { baselineSections } from './baseline-section.ts';
import { confidenceChart, reliabilityChart } from './evaluation-charts.ts';
import { formatCount, formatLevel, formatPercent, formatRows, formatScore } from './format.ts';
import { markup, type Html } from './html.ts';
import {
  bar,
  facts,
  figure,
  figures,
  keyNumbers,
  list,
  page,
  paragraph,
  scrollable,
  table,
  verdict,
  type Section,
} from './page.ts';
import { liftSections } from './lift-section.ts';
import { nameClass } from './names.ts';
import { sliceSections } from './slice-section.ts';
import { trainingSections } from './training-section.ts';

export interface EvaluationReport {
  /** What was evaluated, for the heading: "Cover_Type". */
  readonly target: string;
  readonly evaluation: Evaluation;
  /** What a class is called beside its value: { 1: 'Spruce/Fir' }; a class without an entry keeps its value. */
  readonly classNames: Readonly<Record<string, string>>;
  /** Model and data, as pairs of a term and its value. */
  readonly about: readonly (readonly [term: string, value: string])[];
  readonly gates: readonly GateResult[];
  /** Steps of training; none, and the section is left out. */
  readonly history: readonly ModelHistoryRow[];
}

/** As many confusions stand in words; the matrix holds all. */
const N_CONFUSIONS = 5;

/** The whole document; same input, same bytes. */
export async function evaluationPage(report: EvaluationReport): Promise<string> {
  const { evaluation, target } = report;
  const names = evaluation.classes.map((value) => nameClass(value, report.classNames));
  const sections: Section[] = [
    { heading: 'In short', content: [headline(evaluation), ...gateVerdicts(report.gates)] },
    ...baselineSections(evaluation),
    { heading: 'Which classes are confused', content: confusions(evaluation, names) },
    { heading: 'How good each class is', content: [classTable(evaluation, names)] },
    ...(await sliceSections(evaluation, target, report.classNames)),
    { heading: 'Whether its confidence can be believed', content: await calibration(evaluation) },
    ...liftSections(evaluation, names),
    ...(await trainingSections(report.history)),
    { heading: 'Model and data', content: [facts(report.about)] },
  ];
  return page({
    title: `Evaluation: ${target}`,
    subtitle:
      `Right in ${formatPercent(evaluation.metrics.accuracy ?? 0)} of ` +
      `${formatRows(evaluation.metrics.n_samples)} that training never saw, ${names.length} classes.`,
    sections,
  });
}

function headline({ metrics, confidenceLevel }: Evaluation): Html {
  return keyNumbers([
    {
      label: 'Accuracy',
      value: formatScore(metrics.accuracy),
      note: `${formatLevel(confidenceLevel)} interval ${formatScore(metrics.accuracy_low)} to ${formatScore(metrics.accuracy_high)}`,
    },
    {
      label: 'Balanced accuracy',
      value: formatScore(metrics.balanced_accuracy),
      note: 'mean recall, each class alike',
    },
    { label: 'Macro F1', value: formatScore(metrics.macro_f1), note: 'mean F1, each class alike' },
    {
      label: 'Top-2 accuracy',
      value: formatScore(metrics.top_2_accuracy),
      note: 'true class among the two most probable',
    },
    {
      label: 'Log loss',
      value: formatScore(metrics.log_loss),
      note: 'lower is better, 0 is perfect',
    },
    {
      label: 'Calibration error',
      value: formatScore(metrics.expected_calibration_error),
      note: 'mean gap of confidence and accuracy',
    },
  ]);
}

export function gateVerdicts(gates: readonly GateResult[]): Html[] {
  if (gates.length === 0) return [paragraph('No gates are set.')];
  return [list(gates.map((gate) => verdict(gate.isHeld, describeGate(gate))))];
}

function confusions({ confusion, perClass }: Evaluation, names: readonly string[]): Html[] {
  const cell = (row: number, column: number): Html => {
    const count = confusion.counts[row * names.length + column];
    const { support } = perClass[row];
    if (count === 0) return markup`<td class="none">0</td>`;
    const share = count / support;
    return markup`<td style="--share:${share.toFixed(4)}">${formatPercent(share)}<small>${formatCount(count)}</small></td>`;
  };
  const caption =
    'Rows are true classes, columns predicted ones. Share of the rows of the true class, and their number.';
  const heat = markup`<table class="heat">
<caption>${caption}</caption>
<thead><tr><th scope="col">true ↓ predicted →</th>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${names.map(
  (
    name,
    row,
  ) => markup`<tr><th scope="row">${name}</th>${names.map((_, column) => cell(row, column))}</tr>
`,
)}</tbody>
</table>`;
  return [scrollable('Confusion matrix', heat), ...inWords(confusion.counts, perClass, names)];
}

function inWords(
  counts: Float64Array,
  perClass: Evaluation['perClass'],
  names: readonly string[],
): Html[] {
  const mistakes = Array.from(counts, (count, index) => ({
    count,
    row: Math.floor(index / names.length),
    column: index % names.length,
  })).filter(({ count, row, column }) => count > 0 && row !== column);
  if (mistakes.length === 0) return [paragraph('No row was predicted wrong.')];
  const total = mistakes.reduce((sum, { count }) => sum + count, 0);
  // sorting is stable, so that equal counts stay in the order of the matrix
  const frequent = mistakes.toSorted((a, b) => b.count - a.count).slice(0, N_CONFUSIONS);
  return [
    paragraph(`Mistakes: ${formatCount(total)}. The most frequent:`),
    list(
      frequent.map(
        ({ count, row, column }) =>
          markup`<b>${names[row]}</b> taken for <b>${names[column]}</b>: ${formatRows(count)}, ${formatPercent(count / perClass[row].support)} of the class`,
      ),
    ),
  ];
}

function classTable({ perClass }: Evaluation, names: readonly string[]): Html {
  const score = (value: number): Html => bar(value, value.toFixed(3));
  return table({
    caption:
      'Precision: share of the predictions of a class that are right. Recall: share of the class that is found. ' +
      'F1: their harmonic mean.',
    columns: [
      { label: 'Class' },
      { label: 'Rows', isNumeric: true },
      { label: 'Predicted', isNumeric: true },
      { label: 'Precision' },
      { label: 'Recall' },
      { label: 'F1' },
    ],
    rows: perClass.map(({ support, predicted, precision, recall, f1 }, label) => [
      names[label],
      formatCount(support),
      formatCount(predicted),
      score(precision),
      score(recall),
      score(f1),
    ]),
  });
}

async function calibration({ reliability, metrics }: Evaluation): Promise<Html[]> {
  const mean = (value: (bin: ReliabilityBin) => number): number =>
    reliability.reduce((sum, bin) => (bin.weight === 0 ? sum : sum + bin.weight * value(bin)), 0) /
    metrics.n_samples;
  const confidence = mean((bin) => bin.confidence);
  const accuracy = mean((bin) => bin.accuracy);
  const points = (Math.abs(confidence - accuracy) * 100).toFixed(1);
  const tendency =
    points === '0.0'
      ? 'it is as sure as it is right'
      : `it is too ${confidence > accuracy ? 'sure' : 'cautious'} by ${points} percentage points`;
  const summary =
    `On average the model claims ${formatPercent(confidence)} and is right in ` +
    `${formatPercent(accuracy)}: ${tendency}.`;
  return [
    paragraph(summary),
    figures([
      figure({
        caption:
          'Reliability: points on the dashed line are right as often as they claim; below it, the model is too sure. ' +
          'Larger points hold more rows.',
        description: `Reliability diagram, accuracy against confidence in ${reliability.length} bins. ${summary}`,
        svg: await reliabilityChart(reliability),
      }),
      figure({
        caption: 'Confidence: how many predictions are how sure, and how many of them are wrong.',
        description: 'Histogram of the confidence of right and wrong predictions.',
        svg: await confidenceChart(reliability),
      }),
    ]),
  ];
}
