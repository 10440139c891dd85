import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EvaluationMetrics } from '../../lib/metrics/evaluate.ts';
import { complaintsOf, makePipeline } from '../support/small-pipeline.ts';
import { runWellHere } from '../support/stage-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const NAMES = ['logistic', 'majority', 'naive-bayes'];

const test = suite('stage baselines');

/** What the first run says; its bundles are there when a test begins. */
let said = '';

test.before(async () => {
  await makePipeline(folder);
  said = await runWellHere('baselines', ['--json'], folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('writes a bundle of each model, and says how often it is right on valid', () => {
  assert.equal(
    readdirSync(at('models/baselines')).sort(),
    NAMES.map((name) => `${name}.safetensors`),
  );
  const { valid_accuracy: accuracies, message } = JSON.parse(said) as {
    valid_accuracy: Record<string, number>;
    message: string;
  };
  assert.equal(Object.keys(accuracies).sort(), NAMES);
  assert.ok(accuracies.majority < 0.5 && accuracies.logistic > 0.75, message);
  assert.match(message, `valid accuracy: majority ${accuracies.majority}, naive-bayes `);
});

test('writes the same bytes again', async () => {
  await runWellHere('baselines', ['--out', 'again'], folder);
  for (const name of NAMES) {
    const file = `${name}.safetensors`;
    assert.ok(
      readFileSync(at(`again/${file}`)).equals(readFileSync(at(`models/baselines/${file}`))),
    );
  }
});

test('fits what its parameters name, once each, with parameters of its own', async () => {
  const models = 'baselines.models=[ridge, k-nearest-neighbors, ridge]';
  const own = 'baselines.k_nearest_neighbors.n_neighbors=3';
  const args = ['--out', 'others', '--set', models, '--set', own, '--json'];
  const { valid_accuracy: accuracies } = JSON.parse(
    await runWellHere('baselines', args, folder),
  ) as {
    valid_accuracy: Record<string, number>;
  };
  assert.equal(Object.keys(accuracies), ['ridge', 'k-nearest-neighbors']);
  assert.is(readdirSync(at('others')).length, 2);
});

test('is shown beside the model by evaluate, in metrics and page', async () => {
  const model = ['--model', 'models/baselines/logistic.safetensors'];
  await runWellHere('evaluate', [...model, '--baselines', 'models/baselines'], folder);
  const metrics = JSON.parse(
    readFileSync(at('reports/metrics/evaluate.json'), 'utf8'),
  ) as EvaluationMetrics;
  assert.equal(Object.keys(metrics.baselines).sort(), NAMES);
  const { accuracy, macro_f1, log_loss } = metrics;
  assert.equal(metrics.baselines.logistic, { accuracy, macro_f1, log_loss } as never);
  assert.ok(metrics.baselines.majority.accuracy < Number(accuracy));
  assert.match(readFileSync(at('reports/evaluate.html'), 'utf8'), 'What simpler models reach');
});

test('refuses tensors that are not there, and folders that hold no baselines, in evaluate too', async () => {
  const model = ['--model', 'models/baselines/logistic.safetensors', '--baselines'];
  const bytes = readFileSync(at('models/baselines/majority.safetensors'));
  mkdirSync(at('damaged'));
  writeFileSync(at('damaged/majority.safetensors'), bytes.subarray(0, 2000));
  const [tensors] = await complaintsOf('baselines', [['--in', 'nowhere']], folder);
  assert.is(
    tensors,
    '3 error E_DATA: nowhere must hold train.pt or train.safetensors; got no such folder',
  );
  const [missing, cut] = await complaintsOf(
    'evaluate',
    [
      [...model, 'nowhere'],
      [...model, 'damaged'],
    ],
    folder,
  );
  assert.is(missing, '3 error E_DATA: nowhere must be a folder of baselines; got nothing');
  assert.match(
    cut,
    /^3 error E_DATA: damaged\/majority.safetensors must be a complete safetensors/,
  );
});

test.run();
