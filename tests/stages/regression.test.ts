/** A number predicted from end to end, by the real stages. */
import { parse } from 'csv-parse/sync';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBundle, writeBundle } from '../../lib/models/bundle.ts';
import type { RegressionMetrics } from '../../lib/metrics/evaluate-numbers.ts';
import { createRng } from '../../lib/rng.ts';
import { complaintsOf, runWell, toCsv } from '../support/small-pipeline.ts';
import { runStageHere, runWellHere } from '../support/stage-here.ts';

const HEADER = 'height,width,hot,price';
const MODELS = ['lightgbm', 'extra-trees', 'ridge'];
const PARAMS = {
  base: { seed: 1, target: 'price' },
  split: { stratify: false },
  tensorize: { task: 'regression' },
  train: {
    lightgbm: { num_leaves: 7, num_iterations: 40, learning_rate: 0.2, early_stopping_rounds: 5 },
    extra_trees: { n_estimators: 10 },
  },
};

/** Prices that height, width and heat make, but for some noise. */
function makeRows(nRows: number, seed = 1): number[][] {
  const draw = createRng(seed, 'tests', 'prices');
  return Array.from({ length: nRows }, () => {
    const [height, width, hot] = [5 * draw(), 10 * draw(), Number(draw() < 0.3)];
    const price = 50 + 20 * height * (1 + hot) - 3 * width + 4 * draw();
    return [height, width, hot, price].map((value) => Math.round(1000 * value) / 1000);
  });
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const modelOf = (name: string): string => `models/${name}.safetensors`;
const train = async (name: string): Promise<string> =>
  await runWellHere(
    'train',
    ['--set', `train.model=${name}`, '--out', modelOf(name), '--history', `${name}.tsv`, '--json'],
    folder,
  );
const readTable = (file: string): Record<string, string>[] =>
  parse(readFileSync(at(file)), { columns: true });
const readMetrics = (): RegressionMetrics =>
  JSON.parse(readFileSync(at('reports/metrics/evaluate.json'), 'utf8'));
const OUTPUTS = [
  'reports/metrics/evaluate.json',
  'reports/evaluate.html',
  'reports/plots/confusion.csv',
  'reports/plots/calibration.csv',
  'reports/model-card.md',
  'predictions.csv',
];
const EVALUATE = [
  ...['--model', modelOf('lightgbm'), '--history', 'lightgbm.tsv'],
  ...['--baselines', 'models/baselines', '--predictions', 'predictions.csv'],
  ...['--set', 'evaluate.slices=[{column: hot}, {column: height, bins: 2}]'],
];

/** What the runs before the tests say. */
const said: Record<string, Record<string, number>> = {};
let evaluated = '';

const test = suite('stages, for a number');

test.before(async () => {
  writeFileSync(at('raw.csv'), toCsv(makeRows(400), HEADER));
  writeFileSync(at('params.yaml'), JSON.stringify(PARAMS));
  await runWellHere('split', ['--in', 'raw.csv'], folder);
  await runWellHere('normalize', ['--in', 'data/split'], folder);
  await runWellHere('tensorize', ['--in', 'data/normalize'], folder);
  for (const name of MODELS) said[name] = JSON.parse(await train(name)) as Record<string, number>;
  await runWellHere('baselines', [], folder);
  evaluated = await runWellHere('evaluate', EVALUATE, folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('learn it, and tell the error on valid', () => {
  for (const name of MODELS) {
    const { message, valid_rmse: error, valid_r2: r2 } = said[name];
    assert.is(String(message), `${name}: valid rmse ${error}`);
    assert.ok(error > 0 && error < 20 && r2 > 0.85, `${name}: ${error}, ${r2}`);
  }
  const history = readFileSync(at('lightgbm.tsv'), 'utf8').trim().split('\n');
  assert.is(history[0], 'step\tloss\tvalid_loss\tvalid_accuracy\tlearning_rate\tmodel');
  const losses = history.slice(1).map((line) => Number(line.split('\t')[2]));
  const { valid_rmse: error, best_step: best } = said.lightgbm;
  assert.is(losses[best - 1], Math.min(...losses));
  assert.ok(Math.abs(losses[best - 1] - error) < 1e-4 * error);
});

test('write the same bytes again', async () => {
  for (const name of ['lightgbm', 'extra-trees']) {
    const before = readFileSync(at(modelOf(name)));
    await train(name);
    assert.ok(readFileSync(at(modelOf(name))).equals(before), name);
  }
  const written = OUTPUTS.map((file) => readFileSync(at(file)));
  runWell('evaluate', EVALUATE, folder);
  OUTPUTS.forEach((file, i) => assert.ok(readFileSync(at(file)).equals(written[i]), file));
});

test('predict for new rows what evaluate measured', async () => {
  await runWellHere('predict', ['--model', modelOf('lightgbm'), '--out', 'new.csv'], folder);
  const predicted = readTable('predictions.csv');
  assert.equal(Object.keys(predicted[0]), ['row_id', 'actual', 'prediction']);
  assert.equal(
    readTable('new.csv'),
    predicted.map(({ actual: _, ...row }) => row),
  );
  const raw = makeRows(400);
  const errors = predicted.map(({ row_id: id, actual, prediction }) => {
    assert.is(Number(actual), raw[Number(id) - 2][3], 'row_id is the line of the raw file');
    return Number(prediction) - Number(actual);
  });
  const squares = errors.reduce((sum, error) => sum + error ** 2, 0);
  const { rmse, mean_error: bias, n_samples: n } = readMetrics();
  assert.is(n, 80);
  assert.ok(Math.abs(rmse! - Math.sqrt(squares / n)) < 1e-5 * rmse!);
  assert.ok(Math.abs(bias - errors.reduce((sum, error) => sum + error, 0) / n) < 1e-5);
});

test('measure intervals, slices and baselines, and show them on page and card', () => {
  const { rmse, rmse_low: low, rmse_high: high, r2, slices, baselines } = readMetrics();
  assert.match(evaluated, `evaluate: RMSE ${rmse}, R² ${r2} on 80 rows`);
  assert.ok(low < rmse! && rmse! < high);
  assert.equal(Object.keys(slices), ['hot', 'height']);
  assert.is(slices.hot['0'].n_samples + slices.hot['1'].n_samples, 80);
  assert.equal(Object.keys(baselines), ['ridge', 'majority']);
  assert.ok(rmse! < baselines.ridge.rmse! && Math.abs(baselines.majority.r2!) < 0.2);
  const [, page, confusion, calibration, card] = OUTPUTS.map((file) =>
    readFileSync(at(file), 'utf8'),
  );
  for (const heading of ['What simpler models reach', 'How far off it is', 'How it was trained']) {
    assert.match(page, `<h2>${heading}</h2>`);
  }
  assert.is(page.match(/<svg/g)!.length, 6);
  assert.match(card, '# Model card: price');
  assert.match(card, '### By predicted number');
  assert.match(confusion, 'actual,predicted,count\n');
  assert.match(calibration, 'prediction,actual,n_samples\n');
});

test('fail with 5 when a gate does not hold, and with 2 when it is one of classes', async () => {
  const gate = (gates: string): string[] => [...EVALUATE, '--set', `evaluate.gates=${gates}`];
  const { code, stderr } = await runStageHere('evaluate', gate('{r2: 0.999, rmse: 100}'), folder);
  assert.is(code, 5);
  assert.match(stderr, `r2 must be at least 0.999; got ${readMetrics().r2}`);
  const other = await runStageHere('evaluate', gate('{accuracy: 0.5}'), folder);
  assert.is(other.code, 2);
  assert.match(other.stderr, 'metrics of a model that predicts a number; got accuracy');
});

test('refuse a bundle whose golden rows are not what its model gives', async () => {
  const bundle = readBundle(at(modelOf('ridge')));
  const { golden } = bundle;
  assert.is(golden.rows.length, 10);
  assert.equal(golden.probabilities, []);
  const predictions = golden.predictions!.with(3, golden.predictions![3] + 1);
  writeBundle(at('changed.safetensors'), { ...bundle, golden: { ...golden, predictions } });
  const args = ['--model', 'changed.safetensors', '--out', 'x.csv'];
  const { code, stderr } = await runStageHere('predict', args, folder);
  assert.is(code, 3);
  assert.match(
    stderr,
    /must give its golden rows the numbers it was made with, within 0\.\d+; got a/,
  );
  writeBundle(at('cut.safetensors'), {
    ...bundle,
    golden: { ...golden, predictions: golden.predictions!.slice(1) },
  });
  assert.match(
    (await runStageHere('predict', ['--model', 'cut.safetensors', '--out', 'x.csv'], folder))
      .stderr,
    'golden rows that differ in their number',
  );
});

test('name what does not predict a number, and what a number cannot be used for', async () => {
  const able =
    'extra-trees, k-nearest-neighbors, lightgbm, linear, majority, mlp, random-forest, ridge';
  const model = ['--model', modelOf('lightgbm')];
  writeFileSync(at('gaps.csv'), toCsv(makeRows(20, 3), HEADER).replace(/,[\d.]+\n$/, ',\n'));
  cpSync(at('predictions.csv'), at('others.csv'));
  const cases: [stage: string, args: string[], message: string][] = [
    [
      'train',
      ['--set', 'train.model=logistic'],
      `2 error E_PARAMS: the model must be ${able} to predict a number; got logistic`,
    ],
    [
      'train',
      ['--set', 'train.model=ridge', '--set', 'train.threshold=0.4'],
      '2 error E_PARAMS: train.threshold must be null unless there are two classes; got 0.4 for a number',
    ],
    [
      'evaluate',
      [...model, '--in', 'gaps.csv'],
      '3 error E_DATA: gaps.csv column price must hold a finite number in every row; got 1 without (row 20)',
    ],
    [
      'compare',
      ['predictions.csv', 'others.csv'],
      '3 error E_DATA: predictions.csv must hold predictions of classes; got numbers that were predicted',
    ],
    [
      'prune',
      model,
      '3 error E_DATA: the model must tell classes apart to be pruned; got lightgbm, which predicts a number',
    ],
  ];
  const byStage = Map.groupBy(cases, ([stage]) => stage);
  for (const [stage, own] of byStage) {
    const runs = own.map(([, args]) => args);
    assert.equal(
      await complaintsOf(stage, runs, folder),
      own.map(([, , message]) => message),
    );
  }
  assert.not.ok(readdirSync(folder).includes('x.csv'));
});

test("export ONNX and LightGBM's own text", async () => {
  const model = ['--model', modelOf('lightgbm')];
  const said = await runWellHere('export', [...model, '--out', 'model.onnx'], folder);
  assert.match(said, /bytes, numbers within \S+e-\d/);
  await runWellHere('export', [...model, '--out', 'model.txt'], folder);
  assert.match(readFileSync(at('model.txt'), 'utf8'), 'objective=regression\n');
});

test.run();
