import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import {
  formatOf,
  readDataset,
  readDatasets,
  writeDataset,
} from '../../../lib/tensors/dataset-files.ts';
import type { DatasetHeader } from '../../../lib/tensors/dataset.ts';
import { writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import type { Tensor } from '../../../lib/tensors/safetensors.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { cut, makeHeader, makeNumbers, makeRows } from './make-dataset.ts';

const test = suite('dataset files');

async function write(path: string, header: DatasetHeader): Promise<void> {
  const nFeatures = header.columns.length;
  const rows = header.hasTargets
    ? makeNumbers(header.nSamples, nFeatures)
    : makeRows(header.nSamples, nFeatures, header.classes.length);
  await writeDataset(path, header, cut(rows, nFeatures, [1]));
}

for (const ending of ['pt', 'safetensors']) {
  test(`reads back what it wrote as .${ending}, with and without labels`, async () => {
    await inTemporaryFolder(async (folder) => {
      for (const nClasses of [3, 0]) {
        const path = join(folder, `split.${ending}`);
        const header = makeHeader(5, 4, nClasses);
        await write(path, header);
        const dataset = readDataset(path);
        assert.equal(dataset, { ...header, nFeatures: 4, ...makeRows(5, 4, nClasses) });
        assert.ok(dataset.features.buffer instanceof SharedArrayBuffer);
        assert.ok(dataset.labels.buffer instanceof SharedArrayBuffer);
      }
    });
  });

  test(`reads back the numbers to predict that it wrote as .${ending}`, async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, `split.${ending}`);
      const header = { ...makeHeader(5, 4, 0), hasTargets: true };
      await write(path, header);
      assert.equal(readDataset(path), { ...header, nFeatures: 4, ...makeNumbers(5, 4) });
    });
  });

  test(`writes the same bytes twice as .${ending}, under any name`, async () => {
    await inTemporaryFolder(async (folder) => {
      const paths = ['a', '.partial-1.b'].map((name) => join(folder, `${name}.${ending}`));
      for (const path of paths) await write(path, makeHeader(5, 4, 3));
      assert.ok(readFileSync(paths[0]).equals(readFileSync(paths[1])));
    });
  });
}

test('knows the format by the ending alone', () => {
  assert.is(formatOf('data/train.pt'), 'pt');
  assert.is(formatOf('x.safetensors'), 'safetensors');
  assert.is(formatOf('pt'), null);
  assert.is(formatOf('data.pt/train'), null);
});

test('reads the splits of a folder, of either format', async () => {
  await inTemporaryFolder(async (folder) => {
    await write(join(folder, 'train.pt'), makeHeader(6, 2, 2));
    await write(join(folder, 'valid.safetensors'), makeHeader(3, 2, 2));
    const { train, valid } = readDatasets(folder, ['train', 'valid']);
    assert.equal([train.nSamples, valid.nSamples], [6, 3]);
  });
});

test('names the split that a folder does not hold, and what it holds', async () => {
  await inTemporaryFolder(async (folder) => {
    const read = (): unknown => readDatasets(folder, ['train', 'valid']);
    const must = `${folder} must hold`;
    assert.is(refusal(read), `${must} train.pt or train.safetensors; got an empty folder`);
    await write(join(folder, 'train.pt'), makeHeader(6, 2, 2));
    assert.is(refusal(read), `${must} valid.pt or valid.safetensors; got train.pt`);
    const none = join(folder, 'none');
    assert.is(
      refusal(() => readDatasets(none, ['train'])),
      `${none} must hold train.pt or train.safetensors; got no such folder`,
    );
  });
});

test('refuses splits that differ in columns or classes', async () => {
  await inTemporaryFolder(async (folder) => {
    const [train, valid] = ['train', 'valid'].map((split) => join(folder, `${split}.pt`));
    await write(train, makeHeader(6, 2, 2));
    for (const [key, header] of [
      ['columns', makeHeader(6, 3, 2)],
      ['classes', makeHeader(6, 2, 3)],
    ] as const) {
      await write(valid, header);
      assert.is(
        refusal(() => readDatasets(folder, ['train', 'valid'])),
        `${valid} must have the ${key} of ${train}; got others`,
      );
    }
  });
});

test('names what is wrong with a safetensors file of another structure', async () => {
  const features: Tensor = { dtype: 'F32', shape: [2, 1], data: new Float32Array(2) };
  const labels: Tensor = { dtype: 'I64', shape: [2], data: new BigInt64Array(2) };
  const metadata = { columns: '["a"]', classes: '[7]' };
  const cases: [Record<string, Tensor>, Record<string, string>, got: string][] = [
    [{ labels }, metadata, 'no tensor features of dtype F32 and 2 dimensions'],
    [
      { features: { dtype: 'F64', shape: [2, 1], data: new Float64Array(2) } },
      metadata,
      'no tensor features of dtype F32 and 2 dimensions',
    ],
    [
      { features, labels: { dtype: 'I32', shape: [2], data: new Int32Array(2) } },
      metadata,
      'labels that are not of dtype I64 and 1 dimension',
    ],
    [{ features, labels }, {}, 'no list of different texts as columns'],
    [{ features, labels }, { ...metadata, columns: '[' }, 'no list of different texts as columns'],
    [
      { features, labels },
      { ...metadata, classes: '[0.5]' },
      'no list of different integers and texts as classes',
    ],
    [
      { features, labels: { ...labels, data: new BigInt64Array([0n, -1n]) } },
      metadata,
      'label -1 in row 2, where there are 1 classes',
    ],
    [
      { features: { dtype: 'F32', shape: [0, 1], data: new Float32Array(0) } },
      { ...metadata, classes: '[]' },
      'no row',
    ],
  ];
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'split.safetensors');
    for (const [tensors, texts, got] of cases) {
      writeSafetensors(path, tensors, texts);
      assert.is(
        refusal(() => readDataset(path)),
        `${path} must hold features and labels; got ${got}`,
      );
    }
  });
});

test('refuses a file that is missing, empty or a folder', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'x.pt');
    assert.is(
      refusal(() => readDataset(path)),
      `${path} must exist; got no such file`,
    );
    writeFileSync(path, '');
    assert.is(
      refusal(() => readDataset(path)),
      `${path} must be a file of tensors; got an empty file`,
    );
    const inner = join(folder, 'y.pt');
    mkdirSync(inner);
    assert.is(
      refusal(() => readDataset(inner)),
      `${inner} must be a file of tensors; got a folder`,
    );
  });
});

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.instance(error, StageError);
    assert.is((error as StageError).code, 'E_DATA');
    return (error as StageError).message;
  }
  throw new Error('nothing was refused');
}

test('refuses targets that are damaged, beside labels, or in one split alone', async () => {
  await inTemporaryFolder(async (folder) => {
    const features = { dtype: 'F32', shape: [2, 1], data: Float32Array.of(1, 2) } as const;
    const targets = { dtype: 'F64', shape: [2], data: Float64Array.of(0.5, 1) } as const;
    const labels = { dtype: 'I64', shape: [2], data: BigInt64Array.of(0n, 0n) } as const;
    const metadata = { columns: '["a"]', classes: '[]' };
    const cases: [Record<string, Tensor>, Record<string, string>, string][] = [
      [
        { targets: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } },
        metadata,
        'targets that are not of dtype F64 and 1 dimension',
      ],
      [
        { targets: { ...targets, shape: [1], data: Float64Array.of(1) } },
        metadata,
        '1 targets, where there are 2 rows',
      ],
      [{ targets: { ...targets, data: Float64Array.of(1, NaN) } }, metadata, 'target NaN in row 2'],
      [{ targets, labels }, { ...metadata, classes: '[7]' }, 'both labels and targets'],
    ];
    for (const [tensors, facts, got] of cases) {
      const path = join(folder, 'x.safetensors');
      writeSafetensors(path, { features, ...tensors }, facts);
      const message = await complaintOf(() => readDataset(path));
      assert.is(message, `E_DATA: ${path} must hold features and labels; got ${got}`);
    }
    await write(join(folder, 'train.pt'), { ...makeHeader(6, 2, 0), hasTargets: true });
    await write(join(folder, 'valid.pt'), makeHeader(3, 2, 0));
    assert.match(
      await complaintOf(() => readDatasets(folder, ['train', 'valid'])),
      /valid\.pt must have targets as \S*train\.pt has; got none$/,
    );
  });
});

test.run();
