import fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import {
  readSafetensors,
  streamSafetensors,
  writeSafetensors,
} from '../../../lib/tensors/safetensors.ts';
import type { Tensor, TensorPiece, TensorSpec } from '../../../lib/tensors/safetensors.ts';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';

const test = suite('safetensors');
const GOLDEN = join(PROJECT, 'tests/golden/safetensors/tensors.safetensors');

/** The numbers of make.py. */
const TENSORS: Record<string, Tensor> = {
  weights: {
    dtype: 'F32',
    shape: [2, 3],
    data: new Float32Array([0.5, -1.25, 3e38, 1e-45, 0, -0]),
  },
  bias: { dtype: 'F64', shape: [3], data: new Float64Array([0.1, 1e-320, -1.5]) },
  labels: {
    dtype: 'I64',
    shape: [4],
    data: new BigInt64Array([0n, -1n, 2n ** 53n + 1n, -(2n ** 63n)]),
  },
  counts: { dtype: 'I32', shape: [2, 1, 1], data: new Int32Array([7, -8]) },
  offsets: { dtype: 'I16', shape: [2, 2], data: new Int16Array([-32768, 32767, 1, -1]) },
  halves: { dtype: 'F16', shape: [4], data: new Float16Array([1.5, 65504, 6e-8, -0]) },
  codes: { dtype: 'I8', shape: [1, 3], data: new Int8Array([-128, 127, 3]) },
  mask: { dtype: 'U8', shape: [3], data: new Uint8Array([1, 0, 255]) },
  step: { dtype: 'F32', shape: [], data: new Float32Array([2.5]) },
  none: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
};
const METADATA = { bundle: '{"classes": ["é", 2]}' };

test('reads what the Python package wrote, to the bit', () => {
  const { tensors, metadata } = readSafetensors(GOLDEN);
  assert.equal(Object.keys(tensors).sort(), Object.keys(TENSORS).sort());
  for (const [name, expected] of Object.entries(TENSORS)) assertSameTensor(tensors[name], expected);
  assert.equal(metadata, METADATA);
});

test('writes the bytes that the Python package writes', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'tensors.safetensors');
    writeSafetensors(path, TENSORS, METADATA);
    assert.ok(readFileSync(path).equals(readFileSync(GOLDEN)));
  });
});

test('reads tensors as views on one buffer that worker threads can share', () => {
  const { tensors } = readSafetensors(GOLDEN);
  const buffers = new Set(Object.values(tensors).map(({ data }) => data.buffer));
  assert.is(buffers.size, 1);
  assert.ok([...buffers][0] instanceof SharedArrayBuffer);
});

test('reads a tensor that another program left unaligned', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'unaligned.safetensors');
    const header = {
      a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      b: { dtype: 'F32', shape: [1], data_offsets: [1, 5] },
    };
    writeFileSync(path, file(header, new Uint8Array([9, 0, 0, 192, 63])));
    const { tensors } = readSafetensors(path);
    assert.equal([...tensors.a.data, ...tensors.b.data], [9, 1.5]);
  });
});

test('keeps a tensor called __proto__ and numeric names', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'names.safetensors');
    const data = new Uint8Array([1]);
    const names = ['b', '__proto__', '10', '9', ''];
    writeSafetensors(
      path,
      Object.fromEntries(names.map((name) => [name, { dtype: 'U8', shape: [1], data }])),
    );
    assert.equal(Object.keys(readSafetensors(path).tensors).sort(), [...names].sort());
  });
});

test('streams pieces of several tensors, in any turn, into the same bytes', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'streamed.safetensors');
    const specs = Object.fromEntries(
      Object.entries(TENSORS).map(([name, { dtype, shape }]): [string, TensorSpec] => [
        name,
        { dtype, shape },
      ]),
    );
    await streamSafetensors(path, specs, METADATA, oneByOne());
    assert.ok(readFileSync(path).equals(readFileSync(GOLDEN)));
  });
});

test('treats numbers that are missing, too many or of another type as a bug of the caller', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'wrong.safetensors');
    const write = (shape: number[], data: unknown) => (): void =>
      writeSafetensors(path, {
        a: { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> },
      });
    assert.throws(write([3], new Float32Array(2)), /^a got too few numbers/);
    assert.throws(write([1], new Float32Array(2)), /^a got too many numbers/);
    assert.throws(write([2], new Int32Array(2)), /^a was not announced as a tensor of Int32Array/);
  });
});

const entry = (dtype: unknown, shape: unknown, offsets: unknown): object => ({
  a: { dtype, shape, data_offsets: offsets },
});
const f32 = (start: number, end: number): object => ({
  dtype: 'F32',
  shape: [(end - start) / 4],
  data_offsets: [start, end],
});
const eight = new Uint8Array(8);

const MALFORMED: [title: string, content: Uint8Array, got: string][] = [
  ['fewer than 8 bytes', new Uint8Array(7), '7 bytes'],
  [
    'a header longer than the file',
    new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0, 123]),
    'a header of 9 bytes, where 1 are left',
  ],
  [
    'an absurd length',
    new Uint8Array(8).fill(255),
    'a header of 18446744073709551615 bytes, where 0 are left',
  ],
  ['a header that is no JSON', raw('{"a":', eight), 'a header that is no JSON'],
  ['a header that is a list', raw('[1]', eight), 'a header that is no JSON object'],
  ['metadata that is no map', file({ __metadata__: [1] }), '__metadata__ that is no map of texts'],
  [
    'metadata with a number',
    file({ __metadata__: { a: 1 } }),
    '__metadata__ that is no map of texts',
  ],
  ['an entry that is no map', file({ a: 5 }), 'tensor a without dtype and shape'],
  [
    'an unknown dtype',
    file(entry('BF16', [4], [0, 8]), eight),
    'tensor a of dtype BF16, where I64, F64, F32, I32, F16, I16, I8, U8 are known',
  ],
  ['a negative size', file(entry('F32', [-2], [0, 8]), eight), 'tensor a of shape [-2]'],
  ['a shape that is no list', file(entry('F32', 2, [0, 8]), eight), 'tensor a of shape 2'],
  [
    'offsets that are no pair',
    file(entry('F32', [2], [0]), eight),
    'tensor a with data_offsets [0]',
  ],
  [
    'offsets that are fractions',
    file(entry('F32', [2], [0.5, 8.5]), eight),
    'tensor a with data_offsets [0.5,8.5]',
  ],
  [
    'offsets that run backwards',
    file(entry('F32', [2], [8, 0]), eight),
    'tensor a in -8 bytes, where its shape needs 8',
  ],
  [
    'offsets that do not fit the shape',
    file(entry('F32', [1], [0, 8]), eight),
    'tensor a in 8 bytes, where its shape needs 4',
  ],
  [
    'tensors beyond the file',
    file({ a: f32(0, 16) }, eight),
    '8 bytes of data, where its header announces 16',
  ],
  [
    'bytes that belong to no tensor',
    file({ a: f32(0, 4) }, eight),
    '8 bytes of data, where its header announces 4',
  ],
  [
    'overlapping tensors',
    file({ a: f32(0, 8), b: f32(4, 8) }, eight),
    'tensor b at byte 4 of the data, where 8 was next',
  ],
  [
    'a gap between tensors',
    file({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12)),
    'tensor b at byte 8 of the data, where 4 was next',
  ],
];

for (const [title, content, got] of MALFORMED) {
  test(`refuses ${title}`, async () => {
    await inTemporaryFolder((folder) => {
      const path = join(folder, 'bad.safetensors');
      writeFileSync(path, content);
      const error = refusal(path);
      assert.is(error.message, `${path} must be a complete safetensors file; got ${got}`);
      assert.match(error.hint ?? '', 'run the stage that writes it again');
    });
  });
}

test('refuses a file that is missing, a folder, and an empty file', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'x.safetensors');
    assert.is(refusal(path).message, `${path} must exist; got no such file`);
    writeFileSync(path, '');
    assert.is(refusal(path).message, `${path} must be a file of tensors; got an empty file`);
    const inner = join(folder, 'folder.safetensors');
    mkdirSync(inner);
    assert.is(refusal(inner).message, `${inner} must be a file of tensors; got a folder`);
  });
});

test('property: every truncation is refused', async () => {
  const whole = readFileSync(GOLDEN);
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'cut.safetensors');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        writeFileSync(path, whole.subarray(0, length));
        refusal(path);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

test('property: a changed byte of the header gives E_DATA or a file with the same data', async () => {
  const whole = readFileSync(GOLDEN);
  const headerEnd = 8 + Number(whole.readBigUInt64LE());
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'changed.safetensors');
    fc.assert(
      fc.property(fc.nat(headerEnd - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = Buffer.from(whole);
        changed[at] ^= difference;
        writeFileSync(path, changed);
        try {
          const { tensors } = readSafetensors(path);
          const nBytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
          assert.is(nBytes, whole.length - headerEnd);
        } catch (error) {
          if (!(error instanceof StageError) || error.code !== 'E_DATA') throw error;
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

function* oneNumberEach(name: string, { data }: Tensor): Generator<TensorPiece> {
  for (let i = 0; i < data.length; i++) yield { name, data: data.subarray(i, i + 1) };
}

async function* oneByOne(): AsyncGenerator<TensorPiece> {
  const turns = Object.entries(TENSORS).map(([name, tensor]) => oneNumberEach(name, tensor));
  while (turns.length > 0) {
    const turn = turns.shift()!;
    const { value, done } = turn.next();
    if (done !== true) {
      yield value;
      turns.push(turn);
    }
  }
}

function assertSameTensor(actual: Tensor, expected: Tensor): void {
  assert.is(actual.dtype, expected.dtype);
  assert.equal(actual.shape, expected.shape);
  const bits = ({ data: { buffer, byteOffset, byteLength } }: Tensor): Buffer =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  assert.ok(bits(actual).equals(bits(expected)));
}

function raw(header: string, data = new Uint8Array()): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}

function file(header: object, data = new Uint8Array()): Uint8Array {
  return raw(JSON.stringify(header), data);
}

function refusal(path: string): StageError {
  try {
    readSafetensors(path);
  } catch (error) {
    assert.instance(error, StageError);
    assert.is((error as StageError).code, 'E_DATA');
    return error as StageError;
  }
  throw new Error(`${path} was not refused`);
}

test.run();
