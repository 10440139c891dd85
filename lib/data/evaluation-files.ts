/** The files of an evaluation: metrics, plots, the page and the card. */
import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import type { Evaluation } from '../metrics/evaluate.ts';
import type { RegressionEvaluation } from '../metrics/evaluate-numbers.ts';
import type { GateResult } from '../metrics/gates.ts';
import type { Bundle } from '../models/bundle.ts';
import { strongestTerms } from '../models/strongest-terms.ts';
import { formatBytes, formatCount } from '../reports/format.ts';
import { evaluationPage } from '../reports/evaluation-page.ts';
import {
  bandCalibrationRows,
  bandRows,
  calibrationRows,
  confusionRows,
} from '../reports/evaluation-plots.ts';
import { modelCard, type CardFrame } from '../reports/model-card.ts';
import { nameClass } from '../reports/names.ts';
import { regressionCard } from '../reports/regression-card.ts';
import { regressionPage } from '../reports/regression-page.ts';
import { readDataSource } from './data-source.ts';
import { hashFile } from './hash-files.ts';
import { readHistory } from './history-file.ts';
import { writeJson } from './json-files.ts';

/** A longer text is no setting but a model. */
const MAX_SETTING_LENGTH = 80;
/** Classes whose terms are told, and how many of each. */
const MAX_CLASSES = 12;
const N_TERMS = 20;

type Output = 'metrics' | 'page' | 'card' | 'confusion' | 'calibration';

export interface EvaluationRun<E> {
  readonly bundle: Bundle;
  readonly evaluation: E;
  readonly gates: readonly GateResult[];
  readonly card: CardFrame['card'];
}

/** `in` is the table that was scored, `about` the description of the data set; null: there is none. */
export type EvaluationPaths = Readonly<Record<Output | 'in' | 'model', string>> &
  Readonly<Record<'history' | 'about', string | null>>;

export async function writeEvaluation(
  paths: EvaluationPaths,
  run: EvaluationRun<Evaluation>,
): Promise<void> {
  const { bundle, evaluation } = run;
  writeJson(paths.metrics, evaluation.metrics);
  writeRows(paths.confusion, confusionRows(evaluation));
  writeRows(paths.calibration, calibrationRows(evaluation));
  const own = { evaluation, classNames: bundle.classNames };
  writeFileSync(paths.page, await evaluationPage({ ...describePage(paths, run), ...own }));
  writeFileSync(paths.card, modelCard({ ...(await describeRun(paths, run)), ...own }));
}

/** {@link writeEvaluation} of a model that predicts a number: its plots have bands where classes have none. */
export async function writeRegressionEvaluation(
  paths: EvaluationPaths,
  run: EvaluationRun<RegressionEvaluation>,
): Promise<void> {
  const { evaluation } = run;
  writeJson(paths.metrics, evaluation.metrics);
  writeRows(paths.confusion, bandRows(evaluation));
  writeRows(paths.calibration, bandCalibrationRows(evaluation));
  const page = { ...describePage(paths, run), evaluation };
  writeFileSync(paths.page, await regressionPage(page));
  writeFileSync(paths.card, regressionCard({ ...(await describeRun(paths, run)), evaluation }));
}

function writeRows(file: string, rows: readonly object[]): void {
  writeFileSync(file, stringify([...rows], { header: true }));
}

function describePage(paths: EvaluationPaths, { bundle, gates }: EvaluationRun<unknown>) {
  const history = readHistory(paths.history);
  return { target: bundle.target, about: describeModel(bundle), gates, history };
}

async function describeRun(
  { in: test, model: file, about }: EvaluationPaths,
  {
    bundle,
    evaluation,
    gates,
    card,
  }: EvaluationRun<{ readonly metrics: { readonly n_samples: number } }>,
): Promise<CardFrame> {
  const { target, model, distribution, dataHashes } = bundle;
  return {
    ...{ target, gates, card, features: model.columns },
    model: describeModel(bundle),
    settings: describeSettings(model.facts),
    dataSource: readDataSource(about),
    evaluationData: [
      ['Rows that training never saw', formatCount(evaluation.metrics.n_samples)],
      ['File', test],
      ['SHA-256 of it', await hashFile(test)],
    ],
    trainingData: [
      ['Rows', formatCount(distribution.n_samples)],
      ...Object.entries(dataHashes).map(([path, hash]): [string, string] => [
        `SHA-256 of ${path}`,
        hash,
      ]),
    ],
    commands: [
      'npx dvc repro evaluate    # in the commit that holds this card',
      `npx timberline evaluate --in ${test} --model ${file}`,
    ],
  };
}

/** Numbers, texts and short lists; what is nested is the model's own. */
function describeSettings(facts: Bundle['model']['facts']): [term: string, value: string][] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    const isPlain = [value].flat().every((item) => item === null || typeof item !== 'object');
    return isPlain && text.length <= MAX_SETTING_LENGTH ? [[name, text]] : [];
  });
}

function describeModel(bundle: Bundle): [term: string, value: string][] {
  const { model, input, distribution, versions } = bundle;
  const sizeBytes = Object.values(model.tensors).reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
  return [
    ['Model', model.name],
    ['Size', formatBytes(sizeBytes)],
    ['Raw columns', String(input.length)],
    ['Features', String(model.columns.length)],
    ['Training rows', formatCount(distribution.n_samples)],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ...describeTerms(bundle),
  ];
}

/** What a model of texts looks for, where its classes are few. */
function describeTerms(bundle: Bundle): [term: string, value: string][] {
  const { classes, classNames } = bundle;
  if (classes.length > MAX_CLASSES) return [];
  const strongest = strongestTerms(bundle, N_TERMS) ?? [];
  return strongest.map(({ value, terms }) => [
    `Speaks most for ${nameClass(String(value), classNames)}`,
    terms.join(', '),
  ]);
}
