import { parse } from 'csv-parse/sync';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBundle } from '../../lib/models/bundle.ts';
import { readSafetensors } from '../../lib/tensors/safetensors.ts';
import { complaintsOf, makePipeline, runWell } from '../support/small-pipeline.ts';
import { runWellHere } from '../support/stage-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const bytesOf = (file: string): Buffer => readFileSync(at(file));
const metricsOf = (name: string): Record<string, number> =>
  JSON.parse(bytesOf(`reports/metrics/${name}.json`).toString()) as Record<string, number>;
const tableOf = (name: string): Record<string, string>[] =>
  parse(bytesOf(`logs/${name}.csv`), { columns: true });

const PRUNING = ['sparsity=0.5', 'max_epochs=3', 'batch_size=64'].flatMap((setting) => [
  '--set',
  `prune.${setting}`,
]);

const test = suite('pipeline ship');

test.before(async () => {
  await makePipeline(folder);
  await runWellHere('train', [], folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('prune, freeze, quantize and export work on each other’s bundles, and say what they cost', async () => {
  const said = runWell('prune', PRUNING, folder);
  assert.match(said, /^prune: \d\.\d\d times smaller, valid accuracy \S+ -> \S+ \(/);
  runWell('freeze', ['--model', 'models/pruned.safetensors'], folder);
  runWell('quantize', ['--model', 'models/frozen.safetensors'], folder);
  const rows = ['--in', 'data/split/valid.parquet'];
  runWell('export', ['--model', 'models/quantized.safetensors', ...rows], folder);
  const files = ['model', 'pruned', 'frozen', 'quantized'].map(
    (name) => `models/${name}.safetensors`,
  );
  const sizes = files.map((file) => bytesOf(file).length);
  assert.ok(sizes[3] < sizes[1] && sizes[1] < sizes[0], sizes.join());
  for (const [i, name] of ['prune', 'freeze', 'quantize'].entries()) {
    const metrics = metricsOf(name);
    assert.is(metrics.n_bytes_before, sizes[i]);
    assert.is(metrics.n_bytes, sizes[i + 1]);
    assert.ok(metrics.valid_accuracy > 0.8, name);
    const table = tableOf(name);
    assert.equal(
      table.map(({ model }) => model),
      ['before', 'after'],
    );
    assert.equal(
      table.map((row) => Number(row.valid_accuracy)),
      [metrics.valid_accuracy_before, metrics.valid_accuracy],
    );
    assert.ok(table.every((row) => Number(row.latency_ms) > 0 && Number(row.rows_per_second) > 0));
  }
  assert.ok(metricsOf('freeze').max_difference <= 1e-6);
  assert.ok(metricsOf('export').max_difference <= 1e-5);
  assert.is(metricsOf('export').n_bytes, bytesOf('models/model.onnx').length);
});

test('a frozen model scales no column, and predict takes it as it takes the other', async () => {
  const { scaler } = readBundle(at('models/frozen.safetensors')).preprocessing;
  assert.is(scaler, null);
  for (const name of ['pruned', 'frozen']) {
    const model = ['--model', `models/${name}.safetensors`];
    await runWellHere('predict', ['--in', 'raw.csv', ...model, '--out', `${name}.csv`], folder);
  }
  const [pruned, frozen] = ['pruned.csv', 'frozen.csv'].map(
    (file) => parse(bytesOf(file), { columns: true }) as Record<string, string>[],
  );
  assert.equal(
    frozen.map(({ prediction }) => prediction),
    pruned.map(({ prediction }) => prediction),
  );
});

test('prune at sparsity 0 gives the model that it got, and the same bytes when it runs again', async () => {
  await runWellHere('prune', ['--set', 'prune.sparsity=0', '--out', 'same.safetensors'], folder);
  assert.ok(bytesOf('same.safetensors').equals(bytesOf('models/model.safetensors')));
  await runWellHere('prune', [...PRUNING, '--out', 'again.safetensors'], folder);
  assert.ok(bytesOf('again.safetensors').equals(bytesOf('models/pruned.safetensors')));
});

test('structured pruning leaves a smaller network', async () => {
  const options = ['--set', 'prune.method=structured', '--set', 'prune.sparsity=0.25'];
  await runWellHere(
    'prune',
    [...options, '--set', 'prune.max_epochs=0', '--out', 'small.safetensors'],
    folder,
  );
  const { facts, tensors } = readBundle(at('small.safetensors')).model;
  assert.equal(facts.hiddenSizes, [12]);
  assert.equal(tensors['layer0/kernel'].shape, [4, 12]);
});

test('quantised weights take the bytes that they must, and export gives them as float32', async () => {
  const model = ['--model', 'models/model.safetensors', '--out'];
  await runWellHere(
    'quantize',
    [...model, 'half.safetensors', '--set', 'quantize.precision=float16'],
    folder,
  );
  // 4 × 16 and 16 × 3 weights of two bytes, 16 and 3 biases of four
  assert.is(metricsOf('quantize').model_bytes, 2 * (64 + 48) + 4 * (16 + 3));
  await runWellHere(
    'export',
    ['--model', 'half.safetensors', '--out', 'weights.safetensors'],
    folder,
  );
  const { tensors, metadata } = readSafetensors(at('weights.safetensors'));
  assert.equal(
    Object.entries(tensors).map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`),
    ['layer0/bias F32 16', 'layer0/kernel F32 4,16', 'layer1/bias F32 3', 'layer1/kernel F32 16,3'],
  );
  const network = JSON.parse(metadata.network) as Record<string, unknown>;
  assert.equal(network.hiddenSizes, [16]);
  assert.equal(network.columns, ['height', 'width', 'weight', 'hot']);
});

test('training starts from a bundle, and learns its last layer alone', async () => {
  const args = ['--from', 'models/model.safetensors', '--set', 'train.mlp.trainable_layers=1'];
  await runWellHere('train', [...args, '--out', 'tuned.safetensors'], folder);
  const [before, after] = ['models/model.safetensors', 'tuned.safetensors'].map(
    (file) => readBundle(at(file)).model.tensors,
  );
  assert.equal(after['layer0/kernel'].data, before['layer0/kernel'].data);
  assert.not.equal(after['layer1/kernel'].data, before['layer1/kernel'].data);
});

test('names what is wrong with a model, a table, a parameter or an ending, and writes nothing then', async () => {
  copyFileSync(at('models/model.safetensors'), at('cut.safetensors'));
  truncateSync(at('cut.safetensors'), 3000);
  writeFileSync(at('other.csv'), 'height,width\n1,2\n');
  const out = ['--out', 'nothing.safetensors'];
  const [cut, table, parquet] = await complaintsOf(
    'quantize',
    [
      ['--model', 'cut.safetensors', ...out],
      ['--in', 'other.csv', ...out],
      ['--model', 'data/split/test.parquet', ...out],
    ],
    folder,
  );
  assert.match(cut, /^3 error E_DATA: cut\.safetensors must be a complete safetensors file; got /);
  assert.match(table, /^3 error E_DATA: other\.csv must have the /);
  assert.match(parquet, /^3 error E_DATA: data\/split\/test\.parquet must be /);
  const [frozen, nowhere] = await complaintsOf(
    'prune',
    [
      ['--model', 'models/frozen.safetensors', ...out],
      ['--tensors', 'nowhere', ...out],
    ],
    folder,
  );
  assert.is(
    frozen,
    '3 error E_DATA: models/frozen.safetensors must have the preprocessing that models/preprocessing holds; got another one',
  );
  assert.match(nowhere, /^3 error E_DATA: nowhere/);
  const [tolerance] = await complaintsOf(
    'freeze',
    [['--out', 'gated.safetensors', '--set', 'freeze.tolerance=1e-12']],
    folder,
  );
  assert.match(tolerance, /^5 error E_GATE: the frozen model must give the probabilities /);
  const exports = await complaintsOf(
    'export',
    [
      ['--out', 'nothing.pdf'],
      ['--out', 'nothing.txt'],
      ['--out', 'gated.onnx', '--set', 'export.tolerance=0'],
    ],
    folder,
  );
  assert.match(
    exports[0],
    /^2 error E_USAGE: --out must end in \.onnx or \.txt or \.safetensors; got /,
  );
  assert.match(
    exports[1],
    /^3 error E_DATA: the model must be lightgbm to be exported as its text; got mlp/,
  );
  assert.match(
    exports[2],
    /^5 error E_GATE: the graph must give the probabilities of the bundle within 0; got /,
  );
  assert.ok(existsSync(at('gated.onnx')), 'what fails a gate is there to look at');
  for (const ending of ['safetensors', 'pdf', 'txt']) {
    assert.not.ok(existsSync(at(`nothing.${ending}`)), ending);
  }
});

test.run();
