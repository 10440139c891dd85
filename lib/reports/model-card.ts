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
import { nameClass, numericBut } from './names.ts';

type Pairs = readonly (readonly [term: string, value: string])[];

/** What every card says, whatever the model predicts. */
export interface CardFrame {
  readonly target: string;
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

/** Of a model that tells classes apart. */
export interface ModelCard extends CardFrame {
  readonly evaluation: Evaluation;
  readonly classNames: Readonly<Record<string, string>>;
}

/** What was measured, in Markdown but for `ways` and `metrics`. */
export interface CardResults {
  /** By what results are given apart. */
  readonly ways: readonly string[];
  /** Sentences on what the metrics are. */
  readonly metrics: readonly string[];
  readonly analyses: readonly string[];
  /** Where the model is worse than on the whole; empty: nowhere. */
  readonly weakSpots: readonly string[];
}

/** Slices named as weak at most. */
export const N_WEAK = 8;
/** Features and settings beyond this stand in the bundle alone. */
const N_FEATURES = 40;

/** The whole document; same input, same bytes. */
export function modelCard(card: ModelCard): string {
  const { evaluation, target } = card;
  return formatCard(card, {
    ways: [target, ...evaluation.slices.map(({ by }) => by).filter((by) => by !== target)],
    metrics: [
      'Accuracy: share of rows whose class is predicted. Macro F1: mean F1, each class alike. Log loss: mean of −ln(probability of the true class).',
      'Calibration error: mean gap between the confidence of a prediction and how often it is right.',
      `Intervals: ${formatLevel(evaluation.confidenceLevel)}; of all rows by bootstrap, of slices and classes by Wilson's score.`,
    ],
    analyses: analyses(card),
    weakSpots: weakSpots(card),
  });
}

export function formatCard(card: CardFrame, results: CardResults): string {
  const { intendedUses, limitations, ethicalConsiderations } = card.card;
  const sections: [heading: string, lines: readonly string[]][] = [
    ['Model details', [...pairs(card.model), ...settings(card), ...features(card.features)]],
    ['Intended use', stated(intendedUses, 'intended_uses')],
    ['Factors', markdownList([`Results are given apart by ${results.ways.join(', ')}.`])],
    ['Metrics', metrics(card, results)],
    ['Evaluation data', pairs([...card.dataSource, ...card.evaluationData])],
    ['Training data', pairs(card.trainingData)],
    ['Quantitative analyses', results.analyses],
    ['Ethical considerations', stated(ethicalConsiderations, 'ethical_considerations')],
    [
      'Caveats and recommendations',
      [...stated(limitations, 'limitations'), ...caveats(results.weakSpots)],
    ],
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

function settings({ settings: terms }: CardFrame): string[] {
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

function metrics({ gates }: CardFrame, results: CardResults): string[] {
  return markdownList([
    ...results.metrics,
    ...gates.map((gate) => `Gate ${gate.isHeld ? 'held' : 'not held'}: ${describeGate(gate)}`),
  ]);
}

function caveats(weakSpots: readonly string[]): string[] {
  if (weakSpots.length === 0) return [];
  return ['', 'Worse than on the whole, beyond chance:', '', ...weakSpots];
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

/** Slices that are worse than the whole beyond chance: the upper end of their interval lies below it. */
function weakSpots({ evaluation, classNames, target }: ModelCard): string[] {
  const { accuracy } = evaluation.metrics;
  const weak = evaluation.slices
    .flatMap(({ by, slices }) => slices.map((slice): Slice & { by: string } => ({ ...slice, by })))
    .filter(({ accuracyHigh }) => accuracy !== null && accuracyHigh < accuracy)
    .toSorted((a, b) => a.accuracy - b.accuracy)
    .slice(0, N_WEAK);
  return markdownList(
    weak.map(({ by, name, accuracy: own, nSamples }) => {
      const shown = by === target ? nameClass(name, classNames) : name;
      return `${by} ${shown}: right in ${formatPercent(own)} of ${formatRows(nSamples)}`;
    }),
  );
}
