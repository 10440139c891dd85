/** The files of an evaluation: metrics, plots and the page. */
import { stringify } from 'csv-stringify/sync';
import { writeFileSync } from 'node:fs';
import type { Evaluation } from '../metrics/evaluate.ts';
import type { GateResult } from '../metrics/gates.ts';
import type { Bundle } from '../models/bundle.ts';
import { evaluationPage } from '../reports/evaluation-page.ts';
import { calibrationRows, confusionRows } from '../reports/evaluation-plots.ts';
import { readHistory } from './history-file.ts';
import { writeJson } from './json-files.ts';

export async function writeEvaluation(
  paths: Readonly<Record<'metrics' | 'page' | 'confusion' | 'calibration', string>> & {
    readonly history: string | null;
  },
  {
    bundle,
    evaluation,
    gates,
  }: { bundle: Bundle; evaluation: Evaluation; gates: readonly GateResult[] },
): Promise<void> {
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
}

function describeModel(bundle: Bundle): [term: string, value: string][] {
  const { model, input, distribution, versions } = bundle;
  const sizeBytes = Object.values(model.tensors).reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
  return [
    ['Model', model.name],
    ['Size', `${(sizeBytes / 1e6).toFixed(1)} MB`],
    ['Raw columns', String(input.length)],
    ['Features', String(model.columns.length)],
    ['Training rows', distribution.n_samples.toLocaleString('en-US')],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
}
