import { readFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import type { StageError } from '../../../lib/errors.ts';
import { toLightgbmText } from '../../../lib/models/trees/lightgbm-text.ts';
import { readSafetensors, writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import type { Tensor } from '../../../lib/tensors/safetensors.ts';
import { writeLightgbmModel } from '../../../lib/tracking/lightgbm-model.ts';
import { PINS, PYTHON } from '../../../lib/tracking/model-folder.ts';
import { predictMultiModel } from '../../../lib/forecasting/restaurants/multi-model.ts';
import { readMultiModel, writeMultiModel } from '../../../lib/tracking/multi-model.ts';
import { makeForest, makeRows } from '../../support/forests.ts';
import { PROJECT, inTemporaryFolder } from '../../support/stage-process.ts';

const INPUT = { columns: ['a', 'b', 'c', 'd'], example: [[1, 2, 3, 4]] };
const FORESTS = { single: makeForest(1), others: [makeForest(2), makeForest(3)] };

function readFolder(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.filter((name) => name.includes('.') || name === 'MLmodel');
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

const test = suite('model folders of MLflow');

test('pin what requirements-mlflow.txt has for their Python', () => {
  const lines = readFileSync(`${PROJECT}requirements-mlflow.txt`, 'utf8').split('\n');
  for (const [name, version] of Object.entries(PINS)) {
    const line = lines.find((text) => text.split(' ; ')[0] === `${name}==${version}`);
    assert.ok(line, `${name}==${version}`);
    const [, marker = ''] = line!.split(' ; ');
    const fits = ['', `python_full_version == '${PYTHON}.*'`, `python_full_version >= '${PYTHON}'`];
    assert.ok(fits.includes(marker), line);
  }
});

test('hold the same bytes when written twice', async () => {
  await inTemporaryFolder((folder) => {
    for (const name of ['one', 'two']) {
      writeMultiModel(join(folder, name), FORESTS, INPUT);
      writeLightgbmModel(join(folder, `${name}.lgb`), toLightgbmText(FORESTS.single, INPUT.columns), INPUT); // prettier-ignore
    }
    assert.equal(readFolder(join(folder, 'one')), readFolder(join(folder, 'two')));
    assert.equal(readFolder(join(folder, 'one.lgb')), readFolder(join(folder, 'two.lgb')));
  });
});

test('ship code, data, environment, signature and example', async () => {
  await inTemporaryFolder((folder) => {
    writeMultiModel(folder, FORESTS, INPUT);
    const files = readFolder(folder);
    assert.equal(
      [...files.keys()],
      [
        ...['MLmodel', 'code/multi_model.py', 'conda.yaml', 'data/forests.safetensors'],
        ...['input_example.json', 'python_env.yaml', 'requirements.txt'],
        'serving_input_example.json',
      ],
    );
    const { flavors, signature } = parse(files.get('MLmodel')!);
    assert.is(flavors.python_function.loader_module, 'multi_model');
    assert.equal(
      JSON.parse(signature.inputs).map(({ name }: { name: string }) => name),
      INPUT.columns,
    );
    assert.is(files.get('requirements.txt'), 'mlflow==3.17.2\nnumpy==2.4.6\npandas==3.1.1\n');
  });
});

test('keep every forest as plain arrays', async () => {
  await inTemporaryFolder((folder) => {
    writeMultiModel(folder, FORESTS, INPUT);
    const { tensors, metadata } = readSafetensors(join(folder, 'data', 'forests.safetensors'));
    assert.is(metadata.n_forests, '3');
    assert.equal(JSON.parse(metadata.columns), INPUT.columns);
    assert.is(tensors['roots.2'].data.length, FORESTS.others[1].roots.length);
    assert.is(tensors['leaves.0'].data.length, FORESTS.single.leaves.length);
  });
});

test('give the model back that was written, bit for bit', async () => {
  await inTemporaryFolder((folder) => {
    writeMultiModel(folder, FORESTS, INPUT);
    const { model, columns } = readMultiModel(folder);
    assert.equal(columns, INPUT.columns);
    const rows = Float32Array.from(makeRows(FORESTS.single, 300, 5).flat());
    assert.equal(predictMultiModel(model, rows), predictMultiModel(FORESTS, rows));
  });
});

test('are refused where they are damaged or hold no multi-model', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'data', 'forests.safetensors');
    const complaint = (): string => {
      try {
        readMultiModel(folder);
      } catch (error) {
        const { code, message } = error as StageError;
        return `${code}: ${message}`;
      }
      return 'none';
    };
    writeMultiModel(folder, FORESTS, INPUT);
    const { tensors, metadata } = readSafetensors(file);
    const left = { ...tensors['left.1'], data: new Int32Array(tensors['left.1'].data.length) };
    writeSafetensors(file, { ...tensors, 'left.1': left as Tensor }, metadata);
    assert.match(complaint(), /must be a multi-model; got node 0 with the children 0 and /);
    const { 'roots.2': _, ...fewer } = tensors;
    writeSafetensors(file, fewer, metadata);
    assert.match(complaint(), /must be a multi-model; got no whole forest 2$/);
    for (const columns of ['["a",', '{}', '[1]']) {
      writeSafetensors(file, tensors, { ...metadata, columns });
      assert.is(complaint(), `E_DATA: ${file} must be a multi-model; got the columns ${columns}`);
    }
    writeSafetensors(file, {}, {});
    assert.match(complaint(), /must be a multi-model; got no forest$/);
    assert.ok(complaint().startsWith(`E_DATA: ${file}`));
    truncateSync(file, 5);
    assert.match(complaint(), 'must be a complete safetensors file; got 5 bytes');
  });
});

test.run();
