/**
 * The model card: what a model is, what it is for, and how good it is for whom, on one page that travels with
 * it. Sections are those of Mitchell et al.; what a run knows is filled in, the rest comes from `evaluate.card`.
 *
 * @see Mitchell, M. et al. (2019), Model Cards for Model Reporting, FAT*, 220-229,
 *   doi:10.1145/3287560.3287596
 */
import type { Evaluation } from '../metrics/evaluate.ts';
import type { GateResult } from '../metrics/gates.ts';
import { describeGate } from '../metrics/gates.ts';
import type { Slice } from '../metrics/slices.ts';
import { formatCount, formatLevel, formatPercent, formatRows, formatScore } from './format.ts';
import { escapeMarkdown, markdownList, markdownTable } from './markdown.ts';
import { nameClass } from './names.ts';

type Pairs = readonly (readonly [term: string, value: string])[];

export interface ModelCard {
  readonly target: string;
  readonly evaluation: Evaluation;
  readonly classNames: Readonly<Record<string, string>>;
  readonly gates: readonly GateResult[];
  /** Kind, size, versions … */
  readonly model: Pairs;
  /** What the model was fitted with. */
  readonly settings: Pairs;
  readonly features: readonly string[];
  readonly dataSource: Pairs;
  readonly evaluationData: Pairs;
  readonly trainingData: Pairs;
  /** Sentences from the parameters. */
  readonly card: Readonly<
    Record<'intendedUses' | 'limitations' | 'ethicalConsiderations', readonly string[]>
  >;
  readonly commands: readonly string[];
}

/** Slices named as weak at most. */
const N_WEAK = 8;
/** Features and settings beyond this stand in the bundle alone. */
const N_FEATURES = 40;

/** The whole document; same input, same bytes. */
export function modelCard(card: ModelCard): string {
  const { intendedUses, limitations, ethicalConsiderations } = card.card;
  const sections: [heading: string, lines: readonly string[]][] = [
    ['Model details', [...pairs(card.model), ...settings(card), ...features(card.features)]],
    ['Intended use', stated(intendedUses, 'intended_uses')],
    ['Factors', factors(card)],
    ['Metrics', metrics(card)],
    ['Evaluation data', pairs([...card.dataSource, ...card.evaluationData])],
    ['Training data', pairs(card.trainingData)],
    ['Quantitative analyses', analyses(card)],
    ['Ethical considerations', stated(ethicalConsiderations, 'ethical_considerations')],
    ['Caveats and recommendations', [...stated(limitations, 'limitations'), ...weakSpots(card)]],
    ['Reproduction', ['```sh', ...card.commands, '```']],
  ];
  const body = sections.flatMap(([heading, lines]) => ['', `## ${heading}`, '', ...lines]);
  const source =
    'Written by `evaluate`. Sections after Mitchell et al. (2019), [doi:10.1145/3287560.3287596](https://doi.org/10.1145/3287560.3287596).';
  return `${[`# Model card: ${escapeMarkdown(card.target)}`, '', source, ...body].join('\n')}\n`;
}

function pairs(terms: Pairs): string[] {
  return markdownList(terms.map(([term, value]) => `${term}: ${value}`));
}

function settings({ settings: terms }: ModelCard): string[] {
  if (terms.length === 0) return [];
  const rows = terms.map(([term, value]) => [term, value]);
  return ['', ...markdownTable([{ label: 'Fitted with' }, { label: 'Value' }], rows)];
}

function features(names: readonly string[]): string[] {
  const shown = names.slice(0, N_FEATURES).join(', ');
  const rest = names.length > N_FEATURES ? `, and ${names.length - N_FEATURES} more` : '';
  return ['', ...markdownList([`${names.length} features: ${shown}${rest}`])];
}

function stated(sentences: readonly string[], parameter: string): string[] {
  if (sentences.length > 0) return markdownList(sentences);
  return [`Not stated; \`evaluate.card.${parameter}\` in \`params.yaml\` does.`];
}

function factors({ evaluation, target }: ModelCard): string[] {
  const ways = [target, ...evaluation.slices.map(({ by }) => by).filter((by) => by !== target)];
  return markdownList([`Results are given apart by ${ways.join(', ')}.`]);
}

function metrics({ evaluation, gates }: ModelCard): string[] {
  return [
    ...markdownList([
      'Accuracy: share of rows whose class is predicted. Macro F1: mean F1, each class alike. Log loss: mean of −ln(probability of the true class).',
      'Calibration error: mean gap between the confidence of a prediction and how often it is right.',
      `Intervals: ${formatLevel(evaluation.confidenceLevel)}; of all rows by bootstrap, of slices and classes by Wilson's score.`,
      ...gates.map((gate) => `Gate ${gate.isHeld ? 'held' : 'not held'}: ${describeGate(gate)}`),
    ]),
  ];
}

function analyses({ evaluation, classNames, target }: ModelCard): string[] {
  const { metrics: values, perClass, classes, slices, reliability } = evaluation;
  const overall = [
    [
      'Accuracy',
      `${formatScore(values.accuracy)} (${formatScore(values.accuracy_low)} to ${formatScore(values.accuracy_high)})`,
    ],
    ['Balanced accuracy', formatScore(values.balanced_accuracy)],
    ['Macro F1', formatScore(values.macro_f1)],
    ['Log loss', formatScore(values.log_loss)],
    ['Brier score', formatScore(values.brier_score)],
    ['Calibration error', formatScore(values.expected_calibration_error)],
  ];
  return [
    `### All ${formatRows(values.n_samples)}`,
    '',
    ...markdownTable([{ label: 'Metric' }, { label: 'Value', isNumeric: true }], overall),
    '',
    `### By class`,
    '',
    ...markdownTable(
      ['Class', 'Rows', 'Precision', 'Recall', 'F1'].map(numericBut('Class')),
      perClass.map(({ support, precision, recall, f1 }, label) => [
        nameClass(classes[label], classNames),
        formatCount(support),
        ...[precision, recall, f1].map(formatScore),
      ]),
    ),
    ...slices.flatMap(({ by, slices: rows }) => [
      '',
      `### By ${escapeMarkdown(by)}`,
      '',
      ...markdownTable(
        ['Slice', 'Rows', 'Accuracy', 'Interval', 'Confidence', 'Log loss'].map(
          numericBut('Slice'),
        ),
        rows.map((slice) => [
          by === target ? nameClass(slice.name, classNames) : slice.name,
          formatCount(slice.nSamples),
          formatScore(slice.accuracy),
          `${formatScore(slice.accuracyLow)} to ${formatScore(slice.accuracyHigh)}`,
          formatScore(slice.confidence),
          formatScore(slice.logLoss),
        ]),
      ),
    ]),
    '',
    '### Calibration',
    '',
    ...markdownTable(
      ['Confidence', 'Rows', 'Mean confidence', 'Right'].map(numericBut('Confidence')),
      reliability
        .filter(({ weight }) => weight > 0)
        .map(({ low, high, weight, confidence, accuracy }) => [
          `${low.toFixed(2)} to ${high.toFixed(2)}`,
          formatCount(weight),
          formatScore(confidence),
          formatScore(accuracy),
        ]),
    ),
  ];
}

const numericBut =
  (text: string) =>
  (label: string): { label: string; isNumeric: boolean } => ({ label, isNumeric: label !== text });

/** Slices that are worse than the whole beyond chance: the upper end of their interval lies below it. */
function weakSpots({ evaluation, classNames, target }: ModelCard): string[] {
  const { accuracy } = evaluation.metrics;
  const weak = evaluation.slices
    .flatMap(({ by, slices }) => slices.map((slice): Slice & { by: string } => ({ ...slice, by })))
    .filter(({ accuracyHigh }) => accuracy !== null && accuracyHigh < accuracy)
    .toSorted((a, b) => a.accuracy - b.accuracy)
    .slice(0, N_WEAK);
  if (weak.length === 0) return [];
  return [
    '',
    'Worse than on the whole, beyond chance:',
    '',
    ...markdownList(
      weak.map(({ by, name, accuracy: own, nSamples }) => {
        const shown = by === target ? nameClass(name, classNames) : name;
        return `${by} ${shown}: right in ${formatPercent(own)} of ${formatRows(nSamples)}`;
      }),
    ),
  ];
}
