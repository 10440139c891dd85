/** The files of an evaluation: metrics, plots and the page. */
import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import type { Evaluation } from '../metrics/evaluate.ts';
import type { GateResult } from '../metrics/gates.ts';
import type { Bundle } from '../models/bundle.ts';
import { formatBytes, formatCount } from '../reports/format.ts';
import { evaluationPage } from '../reports/evaluation-page.ts';
import { calibrationRows, confusionRows } from '../reports/evaluation-plots.ts';
import { modelCard, type ModelCard } from '../reports/model-card.ts';
import { readDataSource } from './data-source.ts';
import { hashFile } from './hash-files.ts';
import { readHistory } from './history-file.ts';
import { writeJson } from './json-files.ts';

/** A longer text is no setting but a model. */
const MAX_SETTING_LENGTH = 80;

type Output = 'metrics' | 'page' | 'card' | 'confusion' | 'calibration';

export interface EvaluationRun {
  readonly bundle: Bundle;
  readonly evaluation: Evaluation;
  readonly gates: readonly GateResult[];
  readonly card: ModelCard['card'];
}

/**
 * @param paths.in - The table that was scored.
 * @param paths.about - Description of the data set; null: there is none.
 */
export async function writeEvaluation(
  paths: Readonly<Record<Output | 'in' | 'model', string>> &
    Readonly<Record<'history' | 'about', string | null>>,
  run: EvaluationRun,
): Promise<void> {
  const { bundle, evaluation, gates } = run;
  writeJson(paths.metrics, evaluation.metrics);
  writeFileSync(paths.confusion, stringify(confusionRows(evaluation), { header: true }));
  writeFileSync(paths.calibration, stringify(calibrationRows(evaluation), { header: true }));
  const html = await evaluationPage({
    target: bundle.target,
    evaluation,
    classNames: bundle.classNames,
    about: describeModel(bundle),
    gates,
    history: readHistory(paths.history),
  });
  writeFileSync(paths.page, html);
  writeFileSync(paths.card, modelCard(await describeRun(paths, run)));
}

async function describeRun(
  { in: test, model: file, about }: Readonly<{ in: string; model: string; about: string | null }>,
  { bundle, evaluation, gates, card }: EvaluationRun,
): Promise<ModelCard> {
  const { target, classNames, model, distribution, dataHashes } = bundle;
  return {
    ...{ target, evaluation, classNames, gates, card, features: model.columns },
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
  ];
}
