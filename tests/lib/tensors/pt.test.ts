import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { readPt, streamPt } from '../../../lib/tensors/pt.ts';
import type { DatasetHeader } from '../../../lib/tensors/dataset.ts';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';
import { cut, makeHeader, makeRows } from './make-dataset.ts';

const test = suite('pt');
const GOLDEN = join(PROJECT, 'tests/golden/pt');
const golden = (name: string): string => join(GOLDEN, `${name}.pt`);

test('reads what torch.save wrote, to the bit', () => {
  const { features, labels, columns, classes } = JSON.parse(
    readFileSync(join(GOLDEN, 'expected.json'), 'utf8'),
  );
  const dataset = readPt(golden('labelled'));
  assert.is(dataset.nSamples, 3);
  assert.is(dataset.nFeatures, 3);
  assert.equal([...dataset.features], features);
  assert.ok(Object.is(dataset.features[4], -0));
  assert.equal([...dataset.labels], labels);
  assert.equal(dataset.columns, columns);
  assert.equal(dataset.classes, classes);
});

test('reads what torch.save wrote without labels, with more keys and with more than 256 texts', () => {
  const { nSamples, classes, labels } = readPt(golden('unlabelled'));
  assert.equal([nSamples, classes, labels.length], [1, [], 0]);
  const wide = readPt(golden('wide'));
  assert.is(wide.columns[299], 'c299');
  assert.equal([...wide.features.subarray(898)], [898, 899]);
});

test('reads a slice, whose numbers stand in the middle of what torch stored', () => {
  assert.equal([...readPt(golden('slice')).features], [8, 9, 10, 11, 12, 13, 14, 15]);
});

test('reads features as a view on the file, aligned, in memory that worker threads share', () => {
  const { features, labels } = readPt(golden('labelled'));
  assert.ok(features.buffer instanceof SharedArrayBuffer);
  assert.ok(labels.buffer instanceof SharedArrayBuffer);
  assert.is(features.byteOffset % 64, 0);
  assert.is(features.buffer.byteLength, readFileSync(golden('labelled')).length);
});

const OTHER_STRUCTURES: [name: string, got: string][] = [
  ['double', 'features in a DoubleStorage, where float32 is needed'],
  ['int32-labels', 'labels in a IntStorage, where int64 is needed'],
  ['vector', 'features of 1 dimensions, where 2 are needed'],
  ['transposed', 'features that are not contiguous, where tensor.contiguous() is needed'],
  ['label-4', 'label 4 in row 2, where there are 4 classes'],
  ['label-2-32', 'label 4294967296 in row 2, where there are 4 classes'],
  ['two-labels', '2 labels, where there are 3 rows and 4 classes'],
  ['no-labels', '0 labels, where there are 3 rows and 4 classes'],
  ['no-features', 'no tensor features'],
  ['no-dict', 'no dict'],
  ['two-columns', '2 columns, where there are 3 features'],
  ['equal-columns', 'no list of different texts as columns'],
  [
    'float-classes',
    'a pickle with the instruction "G", which tensors, integers and texts do not need',
  ],
  ['call', 'a pickle that calls __builtin__ print'],
  ['protocol-4', 'a pickle of another protocol than 2'],
  ['legacy', 'no zip archive'],
];

for (const [name, got] of OTHER_STRUCTURES) {
  test(`refuses the file ${name} of torch.save`, () => {
    const error = refusal(golden(name));
    const must = `${golden(name)} must be a complete file of tensorize or torch.save`;
    assert.is(error.message, `${must}; got ${got}`);
    assert.match(error.hint ?? '', 'run the stage that writes it again');
  });
}

test('writes what an independent reader in Python accepts: entries, alignment, instructions', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'split.pt');
    const header: DatasetHeader = {
      nSamples: 3,
      columns: ['a', 'größe', ''],
      classes: [-1, 2 ** 31, -(2 ** 53) + 1, 'x', 0, 255],
    };
    const features = new Float32Array([0.1, -0, 3e38, 1e-45, 4, 5, 6, 7, -8.5]);
    await streamPt(path, header, cut({ features, labels: new Int32Array([5, 0, 2]) }, 3, [1]));
    assert.equal(readWithPython(path), {
      features: [
        [features[0], -0, features[2]],
        [6, 7, -8.5],
      ],
      labels: [5, 0, 2],
      columns: header.columns,
      classes: header.classes,
      n_samples: 3,
    });
  });
});

test('writes features alone for a table without a target', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'split.pt');
    await streamPt(path, makeHeader(2, 1, 0), cut(makeRows(2, 1, 0), 1, []));
    assert.equal(readWithPython(path), {
      features: [[0], [1]],
      columns: ['column 0'],
      n_samples: 2,
    });
    assert.equal([...readPt(path).features], [0, 1]);
  });
});

test('property: reads back what it wrote, and the bytes do not depend on the blocks', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'split.pt');
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }));
    const numbers = fc.infiniteStream(fc.float({ noNaN: true, noDefaultInfinity: true }));
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 9, maxLength: 9 });
    const classes = fc.uniqueArray(fc.oneof(fc.maxSafeInteger(), fc.string()), { maxLength: 5 });
    const ends = fc.array(fc.nat(40), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sizes, numbers, names, classes, ends, async ([n, d], stream, all, k, at) => {
        const features = Float32Array.from({ length: n * d }, () => stream.next().value!);
        const { labels } = makeRows(n, d, k.length);
        const header = { nSamples: n, columns: all.slice(0, d), classes: k };
        const bounds = at.filter((end) => end <= n).sort((a, b) => a - b);
        await streamPt(path, header, cut({ features, labels }, d, bounds));
        const bytes = readFileSync(path);
        assert.equal(readPt(path), { ...header, nFeatures: d, features, labels });
        await streamPt(path, header, cut({ features, labels }, d, []));
        assert.ok(readFileSync(path).equals(bytes));
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});

test('refuses to write more than 4 GiB, before it makes a file, and names the other format', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'split.pt');
    try {
      await streamPt(path, makeHeader(20_000_000, 60, 2), cut(makeRows(1, 60, 2), 60, []));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, StageError);
      const { code, message, hint } = error as StageError;
      assert.is(code, 'E_DATA');
      assert.is(message, 'a .pt file must stay below 4 GiB; got 20000000 rows of 60 features');
      assert.match(hint ?? '', 'write .safetensors');
    }
    assert.not(existsSync(path));
  });
});

test('treats rows that are missing or too many as a bug of the caller', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const [n, problem] of [
      [3, 'archive/data/0 got too few numbers'],
      [5, 'archive/data/0 got too many numbers'],
    ] as const) {
      const written = streamPt(
        join(folder, 'x.pt'),
        makeHeader(4, 2, 2),
        cut(makeRows(n, 2, 2), 2, []),
      );
      assert.is(await written.catch((error: Error) => error.message), problem);
    }
  });
});

test('refuses every truncation', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'cut.pt');
    const whole = readFileSync(golden('labelled'));
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      refusal(path);
    }
  });
});

test('refuses a changed byte, or reads the same where the byte means nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'changed.pt');
    await streamPt(path, makeHeader(2, 3, 2), cut(makeRows(2, 3, 2), 3, []));
    const whole = readFileSync(path);
    const dataset = readPt(path);
    let nRefused = 0;
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] ^= 1 + (at % 255);
      writeFileSync(path, changed);
      try {
        assert.equal(readPt(path), dataset);
      } catch (error) {
        if (!(error instanceof StageError) || error.code !== 'E_DATA') throw error;
        nRefused++;
      }
    }
    // padding, dates and the like mean nothing; pickle, numbers and directory do
    assert.ok(nRefused > 500, `${nRefused} of ${whole.length} refused`);
  });
});

test('names what is wrong with an archive that is damaged or of another program', async () => {
  const whole = readFileSync(golden('labelled'));
  const directoryAt = whole.readUInt32LE(whole.length - 6);
  const dataAt = readPt(golden('labelled')).features.byteOffset;
  const pickle = whole.subarray(64, 64 + whole.readUInt32LE(directoryAt + 24));
  const repickle = (bytes: Buffer, at: number, value: number): void => {
    bytes[64 + at] = value;
    bytes.writeUInt32LE(crc32(bytes.subarray(64, 64 + pickle.length)), directoryAt + 16);
  };
  const cases: [change: (bytes: Buffer) => unknown, got: string][] = [
    [(bytes) => bytes.writeUInt8(1, dataAt), 'entry data/0 with another checksum than stored'],
    [(bytes) => bytes.writeUInt16LE(8, directoryAt + 10), 'entry labelled/data.pkl compressed'],
    [(bytes) => bytes.writeUInt16LE(0x0809, directoryAt + 8), 'entry labelled/data.pkl encrypted'],
    [(bytes) => bytes.writeUInt32LE(1, directoryAt + 42), 'entry labelled/data.pkl nowhere'],
    [
      (bytes) => bytes.writeUInt32LE(1e6, directoryAt + 24),
      'entry labelled/data.pkl beyond the file',
    ],
    [(bytes) => bytes.write('X', directoryAt), 'a zip directory with 0 of 8 entries'],
    [(bytes) => bytes.writeUInt32LE(1e6, bytes.length - 10), 'a zip directory beyond the file'],
    [(bytes) => bytes.writeUInt32LE(0xffffffff, bytes.length - 6), 'a zip archive above 4 GiB'],
    [(bytes) => bytes.write('X', bytes.length - 22), 'a zip archive without its end'],
    [
      (bytes) => bytes.write('x', bytes.indexOf('data.pkl', directoryAt)),
      'a zip archive with 0 data.pkl',
    ],
    [(bytes) => bytes.write('x', bytes.indexOf('data/0', directoryAt)), 'no entry data/0'],
    [
      (bytes) => bytes.write('data/0', bytes.indexOf('data/1', directoryAt)),
      'entry labelled/data/0 twice',
    ],
    [
      (bytes) => bytes.write('LITTLE', bytes.indexOf('little')),
      'entry byteorder with another checksum than stored',
    ],
  ];
  // after the device stands the count of the storage, K and 9
  const countAt = pickle.indexOf('cpu') + 'cpuq\x06K'.length;
  assert.is(pickle[countAt], 9);
  cases.push(
    [(bytes) => repickle(bytes, countAt, 10), 'features that do not fit into their 36 bytes'],
    [(bytes) => repickle(bytes, countAt, 8), 'features that do not fit into their 36 bytes'],
  );
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'changed.pt');
    for (const [change, got] of cases) {
      const changed = Buffer.from(whole);
      change(changed);
      writeFileSync(path, changed);
      assert.is(
        refusal(path).message,
        `${path} must be a complete file of tensorize or torch.save; got ${got}`,
      );
    }
  });
});

function refusal(path: string): StageError {
  try {
    readPt(path);
  } catch (error) {
    assert.instance(error, StageError);
    assert.is((error as StageError).code, 'E_DATA');
    return error as StageError;
  }
  throw new Error(`${path} was not refused`);
}

function readWithPython(path: string): unknown {
  const script = join(PROJECT, 'tests/lib/tensors/read_pt.py');
  const { status, stdout, stderr } = spawnSync('python3', [script, path], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

test.run();
