/**
 * Sparse datasets: rows of a CsrMatrix, with the ids of the rows and labels or targets, in one safetensors file.
 *
 * Tensors: `indptr` (I32, shape (n_samples + 1)), `indices` (I32) and `values` (F32), as scipy's csr_matrix and
 * torch.sparse_csr_tensor take them; `labels` (I64) or `targets` (F64) as the dense datasets have them; ids of rows,
 * where there are any: whole numbers in `ids` (I64), texts in `ids` (U8, the UTF-8 of all, one after another) with
 * `id_ends` (I64, the byte at which each ends). Metadata: `columns` and `classes`, lists in JSON. All of a row stands
 * at the place that the row has in the table that it comes from.
 */
import { StageError } from '../errors.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import type { Refuse } from './bytes.ts';
import { assembleDataset, parseJson, toInt64, toPairs } from './dataset.ts';
import type { DatasetHeader } from './dataset.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { Safetensors, Tensor } from './safetensors.ts';

/** Ids of rows, all integers below 2^53 or all texts; null: rows have no id. */
export type RowIds = Float64Array | readonly string[] | null;

export interface SparseDataset extends DatasetHeader {
  readonly nFeatures: number;
  /** Shape (nSamples, nFeatures); its arrays are views on the bytes of the file that it was read from. */
  readonly features: CsrMatrix;
  /** Shape (nSamples), in the order of the rows. */
  readonly ids: RowIds;
  /** Index into `classes`, shape (nSamples); empty where there are no classes. */
  readonly labels: Int32Array;
  /** Finite numbers to predict, shape (nSamples); absent where there are none. */
  readonly targets?: Float64Array;
}

/** An I32 holds no more. */
const MAX_STORED = 2 ** 31 - 1;

/**
 * Writes a split; the same dataset always gives the same bytes.
 *
 * @throws StageError E_DATA for 2^31 stored values or more.
 */
export function writeSparseDataset(
  path: string,
  dataset: Omit<SparseDataset, 'nSamples' | 'nFeatures'>,
): void {
  const { features, columns, classes, labels, targets, ids } = dataset;
  const { nRows, indptr, indices, values } = features;
  if (values.length > MAX_STORED) {
    throw new StageError(
      'E_DATA',
      `${path} must hold fewer than 2^31 values; got ${values.length}`,
      { hint: 'keep fewer columns, or write the rows in several tables' },
    );
  }
  const tensors: Record<string, Tensor> = {
    indptr: { dtype: 'I32', shape: [nRows + 1], data: asInt32(indptr) },
    indices: { dtype: 'I32', shape: [indices.length], data: asInt32(indices) },
    values: { dtype: 'F32', shape: [values.length], data: values },
    ...toIdTensors(ids),
  };
  if (classes.length > 0) {
    const data = new BigInt64Array(toInt64(labels).buffer);
    tensors.labels = { dtype: 'I64', shape: [nRows], data };
  }
  if (targets !== undefined) tensors.targets = { dtype: 'F64', shape: [nRows], data: targets };
  const metadata = { columns: JSON.stringify(columns), classes: JSON.stringify(classes) };
  writeSafetensors(path, tensors, metadata);
}

/** Whether a file of tensors holds sparse rows. */
export function isSparse({ tensors }: Safetensors): boolean {
  return 'indptr' in tensors;
}

/**
 * Reads a split.
 *
 * @throws StageError E_DATA for a file that is missing, damaged, of another format or structure: offsets that fall
 *   or lead beyond the values, columns that do not rise within a row or do not exist, values that are not finite,
 *   ids of a part of the rows.
 */
export function readSparseDataset(path: string): SparseDataset {
  return parseSparseDataset(path, readSafetensors(path));
}

/** {@link readSparseDataset} of a file that is read already. */
export function parseSparseDataset(
  path: string,
  { tensors, metadata }: Safetensors,
): SparseDataset {
  const refuse: Refuse = (got) => {
    throw new StageError('E_DATA', `${path} must hold sparse rows; got ${got}`, {
      hint: 'name a file that vectorize wrote; one that is damaged is mended by running its stage again',
    });
  };
  const { labels, targets } = tensors;
  if (labels !== undefined && (labels.dtype !== 'I64' || labels.shape.length !== 1)) {
    return refuse('labels that are not of dtype I64 and 1 dimension');
  }
  if (targets !== undefined && (targets.dtype !== 'F64' || targets.shape.length !== 1)) {
    return refuse('targets that are not of dtype F64 and 1 dimension');
  }
  const columns = parseJson(metadata.columns);
  if (!Array.isArray(columns)) return refuse('no list of columns');
  const nColumns = columns.length;
  const features = readRows(tensors, nColumns, refuse);
  const { nRows: nSamples } = features;
  const checked = assembleDataset(
    {
      nSamples,
      nFeatures: nColumns,
      features: features.values,
      labels: labels === undefined ? null : toPairs(labels.data),
      targets: targets === undefined ? null : targets.data,
      columns,
      classes: parseJson(metadata.classes),
    },
    refuse,
  );
  return { ...checked, features, ids: readIds(tensors, nSamples, refuse) };
}

function readRows(
  { indptr, indices, values }: Safetensors['tensors'],
  nColumns: number,
  refuse: Refuse,
): CsrMatrix {
  if (indptr?.dtype !== 'I32' || indptr.shape.length !== 1 || indptr.data.length === 0) {
    return refuse('no tensor indptr of dtype I32 and 1 dimension');
  }
  if (indices?.dtype !== 'I32' || indices.shape.length !== 1) {
    return refuse('no tensor indices of dtype I32 and 1 dimension');
  }
  if (values?.dtype !== 'F32' || values.shape.length !== 1) {
    return refuse('no tensor values of dtype F32 and 1 dimension');
  }
  if (indices.data.length !== values.data.length) {
    refuse(`${indices.data.length} indices, where there are ${values.data.length} values`);
  }
  const nRows = indptr.data.length - 1;
  assertOffsets(indptr.data, values.data.length, refuse);
  for (let row = 0; row < nRows; row++) {
    const [start, end] = [indptr.data[row], indptr.data[row + 1]];
    assertRow(indices.data, values.data, { row, start, end, nColumns }, refuse);
  }
  return {
    nRows,
    nColumns,
    indptr: asUint32(indptr.data),
    indices: asUint32(indices.data),
    values: values.data,
  };
}

function assertOffsets(indptr: Int32Array, nStored: number, refuse: Refuse): void {
  if (indptr[0] !== 0) refuse(`rows from ${indptr[0]} on, where 0 is the first`);
  for (let row = 1; row < indptr.length; row++) {
    if (indptr[row] < indptr[row - 1]) {
      refuse(`row ${row} that ends at ${indptr[row]} and begins at ${indptr[row - 1]}`);
    }
  }
  const last = indptr[indptr.length - 1];
  if (last !== nStored) refuse(`rows of ${last} values together, where there are ${nStored}`);
}

function assertRow(
  indices: Int32Array,
  values: Float32Array,
  { row, start, end, nColumns }: { row: number; start: number; end: number; nColumns: number },
  refuse: Refuse,
): void {
  let previous = -1;
  for (let at = start; at < end; at++) {
    const index = indices[at];
    if (index < 0 || index >= nColumns) {
      refuse(`column ${index} in row ${row + 1}, where there are ${nColumns} from 0`);
    }
    if (index <= previous) refuse(`column ${index} after ${previous} in row ${row + 1}`);
    if (!Number.isFinite(values[at])) {
      refuse(`the value ${values[at]} in row ${row + 1}, column ${index}`);
    }
    previous = index;
  }
}

function toIdTensors(ids: RowIds): Record<string, Tensor> {
  if (ids === null) return {};
  if (ids instanceof Float64Array) {
    return { ids: { dtype: 'I64', shape: [ids.length], data: BigInt64Array.from(ids, BigInt) } };
  }
  const bytes = ids.map((id) => Buffer.from(id));
  const ends = new BigInt64Array(ids.length);
  let end = 0;
  for (const [i, { length }] of bytes.entries()) ends[i] = BigInt((end += length));
  return {
    ids: { dtype: 'U8', shape: [end], data: new Uint8Array(Buffer.concat(bytes)) },
    id_ends: { dtype: 'I64', shape: [ids.length], data: ends },
  };
}

function readIds(tensors: Safetensors['tensors'], nRows: number, refuse: Refuse): RowIds {
  const { ids, id_ends: ends } = tensors;
  if (ids === undefined) return null;
  const assertNumber = (n: number): void => {
    if (n !== nRows) refuse(`${n} ids, where there are ${nRows} rows`);
  };
  if (ids.dtype === 'I64') {
    assertNumber(ids.data.length);
    const numbers = Float64Array.from(ids.data, Number);
    const wrong = numbers.findIndex((id) => !Number.isSafeInteger(id));
    if (wrong >= 0) refuse(`the id ${ids.data[wrong]} in row ${wrong + 1}, beyond 2^53`);
    return numbers;
  }
  if (ids.dtype !== 'U8' || ends?.dtype !== 'I64') return refuse('ids that are no list');
  assertNumber(ends.data.length);
  return decodeTexts(ids.data, Array.from(ends.data, Number), refuse);
}

function decodeTexts(bytes: Uint8Array, ends: readonly number[], refuse: Refuse): string[] {
  const last = ends.at(-1) ?? 0;
  if (last !== bytes.length) refuse(`ids of ${last} bytes, where there are ${bytes.length}`);
  // TextDecoder takes no shared memory
  const buffer = Buffer.from(bytes);
  let start = 0;
  return ends.map((end, i) => {
    if (end < start) return refuse(`an id in row ${i + 1} that ends before it begins`);
    const text = buffer.toString('utf8', start, end);
    start = end;
    return text;
  });
}

function asInt32({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function asUint32({ buffer, byteOffset, length }: Int32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
