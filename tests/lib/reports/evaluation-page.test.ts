import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile, type TopLevelSpec } from 'vega-lite';
import { parse, View } from 'vega';
import { evaluate } from '../../../lib/metrics/evaluate.ts';
import { checkGates } from '../../../lib/metrics/gates.ts';
import type { ModelHistoryRow } from '../../../lib/models/model.ts';
import { evaluationPage, type EvaluationReport } from '../../../lib/reports/evaluation-page.ts';
import { calibrationRows, confusionRows } from '../../../lib/reports/evaluation-plots.ts';

const test = suite('lib/reports/evaluation-page');

/** Truth 1 1 1 2 2 3 against prediction 1 1 2 2 1 2, as sure as .6, .6, .9, .9, .6, .9. */
const sure = (label: number, proba: number): number[] =>
  [0, 1, 2].map((other) => (other === label ? proba : (1 - proba) / 2));
const evaluation = evaluate(
  Int32Array.of(0, 0, 0, 1, 1, 2),
  Float32Array.from(
    [
      [0, 0.6],
      [0, 0.6],
      [1, 0.9],
      [1, 0.9],
      [0, 0.6],
      [1, 0.9],
    ].flatMap(([l, p]) => sure(l, p)),
  ),
  ['1', '2', '3'],
  { confidenceLevel: 0.95 },
);
const step = (number: number, row: Partial<ModelHistoryRow>): ModelHistoryRow => ({
  ...{ model: 'mlp', step: number, learningRate: 0.1 },
  ...{ loss: null, validLoss: null, validAccuracy: null, ...row },
});
const report: EvaluationReport = {
  target: 'Cover_Type',
  evaluation,
  classNames: { 1: 'Spruce/Fir', 2: 'Lodgepole Pine' },
  about: [['Model', 'models/model.safetensors']],
  gates: checkGates(evaluation.metrics, { accuracy: 0.5, log_loss: 0.1 }),
  history: [
    step(1, { loss: 0.9, validLoss: 0.8, validAccuracy: 0.6 }),
    step(2, { loss: 0.5, validLoss: 0.7, validAccuracy: 0.7 }),
  ],
};
const text = (document: string): string => document.replace(/<style>[^]*?<\/style>/, '');

test('says the headline, the gates and the mistakes in words', async () => {
  const document = text(await evaluationPage(report));
  assert.match(document, '<p>Right in 50.0 % of 6 rows that training never saw, 3 classes.</p>');
  // B(6, 1/2): P(0) = 1/64 <= .025 < P(<= 1)
  assert.match(document, '<dd>0.5000</dd><dd class="note">95 % interval 0.1667 to 0.8333</dd>');
  assert.match(document, '<span class="pass">✓ accuracy must be at least 0.5; got 0.5</span>');
  assert.match(document, /<span class="fail">✗ log_loss must be at most 0\.1; got 1\.\d+<\/span>/);
  assert.match(document, '<p>Mistakes: 3. The most frequent:</p>');
  assert.match(
    document,
    '<li><b>1 Spruce/Fir</b> taken for <b>2 Lodgepole Pine</b>: 1 row, 33.3 % of the class</li>\n' +
      '<li><b>2 Lodgepole Pine</b> taken for <b>1 Spruce/Fir</b>: 1 row, 50.0 % of the class</li>\n' +
      '<li><b>3</b> taken for <b>2 Lodgepole Pine</b>: 1 row, 100.0 % of the class</li>',
  );
  // mean confidence .75 against accuracy .5
  assert.match(
    document,
    'claims 75.0 % and is right in 50.0 %: it is too sure by 25.0 percentage points.',
  );
});

test('shows the confusion matrix as shares of the true class with their counts', async () => {
  const document = text(await evaluationPage(report));
  assert.match(
    document,
    '<tr><th scope="row">1 Spruce/Fir</th>' +
      '<td style="--share:0.6667">66.7 %<small>2</small></td>' +
      '<td style="--share:0.3333">33.3 %<small>1</small></td><td class="none">0</td></tr>',
  );
});

test('gives the same bytes twice and holds no script', async () => {
  const document = await evaluationPage(report);
  assert.is(await evaluationPage(report), document);
  assert.not.match(document, '<script');
});

test('leaves out training without a history, and says that there are no gates or no mistakes', async () => {
  const perfect = evaluate(Int32Array.of(0, 1), Float32Array.of(1, 0, 0, 1), ['no', 'yes'], {
    confidenceLevel: 0.9,
  });
  const document = text(
    await evaluationPage({ ...report, evaluation: perfect, history: [], gates: [] }),
  );
  assert.not.match(document, 'How it was trained');
  assert.match(document, '<p>No gates are set.</p>');
  assert.match(document, '<p>No row was predicted wrong.</p>');
  assert.match(document, '90 % interval 1.0000 to 1.0000');
  assert.match(document, 'it is as sure as it is right.');
});

test('draws the loss alone where there were no valid rows', async () => {
  const history = [step(1, { loss: 0.9 })];
  const document = text(await evaluationPage({ ...report, history }));
  assert.match(document, 'Loss by step; at the end 0.9000 on train.');
  assert.match(document, '>train</text>');
  assert.not.match(document, '>valid</text>');
  assert.not.match(document, 'Accuracy on the valid split');
});

test('names train nowhere where the loss was measured on valid alone', async () => {
  const history = [step(1, { validLoss: 0.9 }), step(2, { validLoss: 0.8 })];
  const document = text(await evaluationPage({ ...report, history }));
  assert.match(document, 'mlp: loss on valid by step.</figcaption>');
  assert.match(document, 'Loss by step; at the end 0.8000 on valid.');
  assert.match(document, '>valid</text>');
  assert.not.match(document, '>train</text>');
});

test('writes no two numbers of the axis of a slice chart closer than 8 pixels', async () => {
  const slice = { nSamples: 100, confidence: 0.98, logLoss: 0.1 };
  const slices = ['(-inf, 2751]', '(2751, 2938]', 'a name of a class that is long'].map((name) => ({
    ...{ ...slice, name, accuracy: 0.982, accuracyLow: 0.9738, accuracyHigh: 0.9905 },
  }));
  for (const kept of [slices.slice(0, 2), slices]) {
    const metrics = { ...evaluation.metrics, accuracy: 0.981 };
    const sliced = { ...evaluation, metrics, slices: [{ by: 'Elevation', slices: kept }] };
    const document = await evaluationPage({ ...report, evaluation: sliced });
    const chart = document
      .slice(0, document.indexOf('Accuracy by Elevation'))
      .split('<svg')
      .at(-1)!;
    const labels = [...chart.matchAll(/translate\(([\d.]+),16\)"[^>]*>(0\.\d+)<\/text>/g)];
    assert.ok(labels.length >= 2, chart);
    const gaps = labels.slice(1).map(([, at], i) => Number(at) - Number(labels[i][1]));
    // five letters of 12 pixels' height are 30 pixels wide
    assert.ok(Math.min(...gaps) >= 30 + 8, gaps.join());
  }
});

test('draws each model of several by itself, and none that measured nothing', async () => {
  const history = [
    step(1, { loss: 0.9, validAccuracy: 0.6 }),
    step(2, { loss: 0.8, validAccuracy: 0.7 }),
    step(1, { model: 'trees', validAccuracy: 0.9 }),
    step(1, { model: 'blind' }),
  ];
  const document = text(await evaluationPage({ ...report, history }));
  assert.match(document, 'mlp: loss by step. That of train is measured');
  assert.match(document, 'Accuracy on valid by step; 0.7000 at the end.');
  assert.match(document, 'trees: accuracy on the valid split by step.');
  assert.match(document, 'Accuracy on valid by step; 0.9000 at the end.');
  assert.not.match(document, 'trees: loss');
  assert.not.match(document, 'blind');
  const blind = text(await evaluationPage({ ...report, history: history.slice(-1) }));
  assert.not.match(blind, 'How it was trained');
});

test('gives DVC every pair of classes, each bin with rows, and the scores of each class', () => {
  assert.equal(
    confusionRows(evaluation).map(
      ({ actual, predicted, count }) => `${actual}${predicted}:${count}`,
    ),
    ['11:2', '12:1', '13:0', '21:1', '22:1', '23:0', '31:0', '32:1', '33:0'],
  );
  assert.equal(calibrationRows(evaluation), [
    { confidence: 0.6, accuracy: 0.666667, n_samples: 3 },
    { confidence: 0.9, accuracy: 0.333333, n_samples: 3 },
  ]);
});

test('has a DVC template that adds counts up and draws them', async () => {
  const anchors: Record<string, unknown> = {
    DATA: confusionRows(evaluation).map((row) => ({
      ...row,
      count: String(row.count),
      rev: 'workspace',
    })),
    TITLE: 'Confusion',
    X: 'predicted',
    Y: 'actual',
    X_LABEL: 'predicted class',
    Y_LABEL: 'actual class',
    PLOT_WIDTH: 300,
    PLOT_HEIGHT: 300,
  };
  const template = readFileSync(
    new URL('../../../.dvc/plots/confusion_counts.json', import.meta.url),
    'utf8',
  );
  const filled = template.replace(/"<DVC_METRIC_(\w+)>"/g, (_, name: string) =>
    JSON.stringify(anchors[name]),
  );
  const { spec } = compile(JSON.parse(filled) as TopLevelSpec);
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG();
  const label = 'share of the class: 67%; actual: 1; predicted: 1; rows: 2"';
  assert.match(svg, label);
  assert.match(svg, 'predicted class');
});

test.run();
