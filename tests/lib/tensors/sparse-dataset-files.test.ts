import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import { readSafetensors, writeSafetensors } from '../../../lib/tensors/safetensors.ts';
import type { Tensor } from '../../../lib/tensors/safetensors.ts';
import {
  isSparse,
  readSparseDataset,
  writeSparseDataset,
} from '../../../lib/tensors/sparse-dataset-files.ts';
import type { RowIds } from '../../../lib/tensors/sparse-dataset-files.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('sparse dataset files');

/** Three rows, the second empty. */
const FEATURES = fromTriplets({
  nRows: 3,
  nColumns: 4,
  rows: [0, 0, 2],
  columns: [1, 3, 0],
  values: [0.5, 2, -1],
});
const COLUMNS = ['a', 'été "x"', 'c', 'd e'];
const PLAIN = {
  columns: COLUMNS,
  classes: [],
  features: FEATURES,
  ids: null,
  labels: new Int32Array(0),
};

const IDS: [string, RowIds][] = [
  ['no ids', null],
  ['ids of numbers, negative and large', Float64Array.of(7, -3, 2 ** 52)],
  ['ids of texts, empty and of several bytes', ['é', '', 'row "3"\n👍']],
];
for (const [what, ids] of IDS) {
  test(`reads back what it wrote, with ${what}`, async () => {
    await inTemporaryFolder((folder) => {
      const path = join(folder, 'x.safetensors');
      writeSparseDataset(path, { ...PLAIN, ids });
      const read = readSparseDataset(path);
      assert.equal({ ...read }, { ...PLAIN, ids, nSamples: 3, nFeatures: 4 });
    });
  });
}

test('reads back labels and targets', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'x.safetensors');
    const labels = Int32Array.of(1, 0, 1);
    writeSparseDataset(path, { ...PLAIN, classes: ['no', 'yes'], labels });
    const read = readSparseDataset(path);
    assert.equal(
      [read.classes, Array.from(read.labels)],
      [
        ['no', 'yes'],
        [1, 0, 1],
      ],
    );
    assert.is(read.targets, undefined);
    const targets = Float64Array.of(0.1, -2, 3);
    writeSparseDataset(path, { ...PLAIN, hasTargets: true, targets });
    assert.equal(readSparseDataset(path).targets, targets);
    assert.is(readSparseDataset(path).hasTargets, true);
  });
});

test('writes the same bytes twice, and says that they are sparse', async () => {
  await inTemporaryFolder((folder) => {
    const paths = ['a', 'b'].map((name) => join(folder, `${name}.safetensors`));
    for (const path of paths) writeSparseDataset(path, PLAIN);
    assert.ok(readFileSync(paths[0]).equals(readFileSync(paths[1])));
    assert.ok(isSparse(readSafetensors(paths[0])));
    writeSafetensors(paths[0], {
      features: { dtype: 'F32', shape: [1, 1], data: new Float32Array(1) },
    });
    assert.not.ok(isSparse(readSafetensors(paths[0])));
  });
});

const int32 = (...data: number[]): Tensor => ({
  dtype: 'I32',
  shape: [data.length],
  data: Int32Array.from(data),
});
const float32 = (...data: number[]): Tensor => ({
  dtype: 'F32',
  shape: [data.length],
  data: Float32Array.from(data),
});
const int64 = (...data: bigint[]): Tensor => ({
  dtype: 'I64',
  shape: [data.length],
  data: BigInt64Array.from(data),
});
const bytes = (text: string): Tensor => {
  const data = new Uint8Array(Buffer.from(text));
  return { dtype: 'U8', shape: [data.length], data };
};

const DAMAGE: [got: string, tensors: Record<string, Tensor>][] = [
  ['no tensor indptr of dtype I32 and 1 dimension', { indptr: float32(0, 2, 2, 3) }],
  ['no tensor indptr of dtype I32 and 1 dimension', { indptr: int32() }],
  ['no tensor indices of dtype I32 and 1 dimension', { indices: float32(1, 3, 0) }],
  ['no tensor values of dtype F32 and 1 dimension', { values: int32(1, 3, 0) }],
  ['2 indices, where there are 3 values', { indices: int32(1, 3) }],
  ['rows from 1 on, where 0 is the first', { indptr: int32(1, 2, 2, 3) }],
  ['row 2 that ends at 1 and begins at 2', { indptr: int32(0, 2, 1, 3) }],
  ['rows of 4 values together, where there are 3', { indptr: int32(0, 2, 2, 4) }],
  ['column 4 in row 1, where there are 4 from 0', { indices: int32(1, 4, 0) }],
  ['column -1 in row 3, where there are 4 from 0', { indices: int32(1, 3, -1) }],
  ['column 1 after 1 in row 1', { indices: int32(1, 1, 0) }],
  ['column 1 after 3 in row 1', { indices: int32(3, 1, 0) }],
  ['the value NaN in row 3, column 0', { values: float32(1, 2, NaN) }],
  ['the value Infinity in row 1, column 3', { values: float32(1, Infinity, 2) }],
  ['2 ids, where there are 3 rows', { ids: int64(1n, 2n) }],
  ['the id 9007199254740992 in row 2, beyond 2^53', { ids: int64(1n, 2n ** 53n, 3n) }],
  ['ids that are no list', { ids: bytes('abc') }],
  ['ids that are no list', { ids: float32(1, 2, 3) }],
  ['1 ids, where there are 3 rows', { ids: bytes('abc'), id_ends: int64(3n) }],
  ['ids of 2 bytes, where there are 3', { ids: bytes('abc'), id_ends: int64(1n, 2n, 2n) }],
  ['an id in row 2 that ends before it begins', { ids: bytes('abc'), id_ends: int64(2n, 1n, 3n) }],
  ['labels that are not of dtype I64 and 1 dimension', { labels: int32(0, 0, 0) }],
  ['3 labels, where there are 3 rows and 0 classes', { labels: int64(0n, 0n, 0n) }],
  ['targets that are not of dtype F64 and 1 dimension', { targets: float32(0, 0, 0) }],
];

test('names what is wrong with a damaged file', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'x.safetensors');
    const whole = { indptr: int32(0, 2, 2, 3), indices: int32(1, 3, 0), values: float32(1, 2, 3) };
    const metadata = { columns: JSON.stringify(COLUMNS), classes: '[]' };
    writeSafetensors(path, whole, metadata);
    assert.is(await complaintOf(() => readSparseDataset(path)), '');
    for (const [got, tensors] of DAMAGE) {
      writeSafetensors(path, { ...whole, ...tensors }, metadata);
      const complaint = await complaintOf(() => readSparseDataset(path));
      assert.is(complaint, `E_DATA: ${path} must hold sparse rows; got ${got}`);
    }
    writeSafetensors(path, whole, { classes: '[]' });
    assert.match(await complaintOf(() => readSparseDataset(path)), /got no list of columns$/);
    writeFileSync(path, readFileSync(path).subarray(0, -4));
    assert.match(
      await complaintOf(() => readSparseDataset(path)),
      /must be a complete safetensors/,
    );
  });
});

test.run();
