/**
 * The safetensors format: named tensors and texts in one file, plain data that nothing executes.
 *
 * File: length of the header (8 bytes, little-endian), header (JSON, padded with spaces so that the data
 * begin at a multiple of 8), data. Tensors stand in the order of their width, so that every one is aligned
 * and can be read as a view; tensors and one text of metadata give the bytes of the Python package.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import { closeSync, openSync } from 'node:fs';
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { readShared, writeAt } from './bytes.ts';
import type { SharedBytes } from './bytes.ts';

interface Arrays {
  I64: BigInt64Array;
  F64: Float64Array;
  F32: Float32Array;
  I32: Int32Array;
  F16: Float16Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
}
export type Dtype = keyof Arrays;
interface ArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer, byteOffset?: number, length?: number): Arrays[Dtype];
}

/** In the order of the file, wide before narrow. */
const ARRAYS = {
  I64: BigInt64Array,
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  F16: Float16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;
const DTYPES = Object.keys(ARRAYS) as Dtype[];

/** What a tensor is without its numbers; row-major, a scalar has the shape []. */
export interface TensorSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}
/** `data` has as many numbers as the product of `shape`. */
export type Tensor = {
  [D in Dtype]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: Arrays[D] };
}[Dtype];

export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The next numbers of a tensor; pieces of one tensor come in its order. */
export interface TensorPiece {
  readonly name: string;
  readonly data: Arrays[Dtype];
}

/** The same limit as the reference implementation, against files that are something else. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

/** Writes a file; the same tensors and metadata always give the same bytes. */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const descriptor = openSync(path, 'w');
  try {
    const writer = startFile(descriptor, tensors, metadata);
    for (const [name, { data }] of Object.entries(tensors)) writer.append({ name, data });
    writer.assertComplete();
  } finally {
    closeSync(descriptor);
  }
}

/** Writes tensors that do not fit into memory: shapes are known first, the numbers follow in pieces. */
export async function streamSafetensors(
  path: string,
  specs: Readonly<Record<string, TensorSpec>>,
  metadata: Readonly<Record<string, string>>,
  pieces: AsyncIterable<TensorPiece>,
): Promise<void> {
  const descriptor = openSync(path, 'w');
  try {
    const writer = startFile(descriptor, specs, metadata);
    for await (const piece of pieces) writer.append(piece);
    writer.assertComplete();
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file without copying: `data` are views on its bytes (a tensor that another program left
 * unaligned is copied).
 *
 * @throws StageError E_DATA for a file that is missing, truncated, of another format, or whose tensors
 *   overlap, leave a gap, reach beyond the file or have another dtype than those of {@link Dtype}.
 */
export function readSafetensors(path: string): Safetensors {
  const bytes = readShared(path);
  const { header, dataStart } = readHeader(path, bytes);
  const metadata = readMetadata(path, header.__metadata__);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => ({ name, ...readEntry(path, name, entry) }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let expected = 0;
  for (const { name, start, end } of entries) {
    if (start !== expected) {
      refuse(path, `tensor ${name} at byte ${start} of the data, where ${expected} was next`);
    }
    expected = end;
  }
  const nBytes = bytes.length - dataStart;
  if (expected !== nBytes) {
    refuse(path, `${nBytes} bytes of data, where its header announces ${expected}`);
  }
  const tensors = entries.map(({ name, dtype, shape, start, end }) => {
    const data = view(bytes, dataStart + start, end - start, dtype);
    return [name, { dtype, shape, data } as Tensor] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Writes the header; what is appended later goes to the place that the header gives it. */
function startFile(
  descriptor: number,
  specs: Readonly<Record<string, TensorSpec>>,
  metadata: Readonly<Record<string, string>>,
): { append(piece: TensorPiece): void; assertComplete(): void } {
  const { header, places } = layOut(specs, metadata);
  writeAt(descriptor, header, 0);
  return {
    append({ name, data }) {
      const place = places.get(name);
      if (place === undefined || !(data instanceof ARRAYS[place.dtype])) {
        throw new Error(`${name} was not announced as a tensor of ${data.constructor.name}`);
      }
      if (place.at + data.byteLength > place.end) throw new Error(`${name} got too many numbers`);
      writeAt(descriptor, data, place.at);
      place.at += data.byteLength;
    },
    assertComplete() {
      const open = [...places].filter(([, { at, end }]) => at < end).map(([name]) => name);
      if (open.length > 0) throw new Error(`${open.join(', ')} got too few numbers`);
    },
  };
}

function layOut(
  specs: Readonly<Record<string, TensorSpec>>,
  metadata: Readonly<Record<string, string>>,
): { header: Uint8Array; places: Map<string, { dtype: Dtype; at: number; end: number }> } {
  const rank = ({ dtype }: TensorSpec): number => DTYPES.indexOf(dtype);
  const ordered = Object.entries(specs).sort(
    ([nameA, a], [nameB, b]) =>
      rank(a) - rank(b) || Buffer.compare(Buffer.from(nameA), Buffer.from(nameB)),
  );
  const places = new Map<string, { dtype: Dtype; at: number; end: number }>();
  const entries: [string, unknown][] =
    Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let start = 0;
  for (const [name, { dtype, shape }] of ordered) {
    if (name === '__metadata__') throw new Error('__metadata__ is no name of a tensor');
    const end = start + sizeBytes(dtype, shape);
    entries.push([name, { dtype, shape, data_offsets: [start, end] }]);
    places.set(name, { dtype, at: start, end });
    start = end;
  }
  // numeric names would be moved to the front of an object
  const json = `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join()}}`;
  const nBytes = Buffer.byteLength(json);
  const length = nBytes + ((LENGTH_BYTES - (nBytes % LENGTH_BYTES)) % LENGTH_BYTES);
  const header = Buffer.alloc(LENGTH_BYTES + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  header.write(json, LENGTH_BYTES);
  for (const place of places.values()) {
    place.at += header.length;
    place.end += header.length;
  }
  return { header, places };
}

function readHeader(
  path: string,
  bytes: SharedBytes,
): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) refuse(path, `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  const left = bytes.length - LENGTH_BYTES;
  if (length > BigInt(left)) refuse(path, `a header of ${length} bytes, where ${left} are left`);
  if (length > MAX_HEADER_BYTES) refuse(path, `a header of ${length} bytes`);
  const dataStart = LENGTH_BYTES + Number(length);
  const text = Buffer.from(bytes.buffer, LENGTH_BYTES, Number(length)).toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    refuse(path, 'a header that is no JSON', cause);
  }
  if (!isRecord(header)) refuse(path, 'a header that is no JSON object');
  return { header, dataStart };
}

function readMetadata(path: string, metadata: unknown = {}): Record<string, string> {
  const isTexts = isRecord(metadata) && Object.values(metadata).every((v) => typeof v === 'string');
  if (!isTexts) refuse(path, '__metadata__ that is no map of texts');
  return metadata as Record<string, string>;
}

function readEntry(
  path: string,
  name: string,
  entry: unknown,
): TensorSpec & { start: number; end: number } {
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isRecord(entry)) refuse(path, `tensor ${name} without dtype and shape`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!DTYPES.includes(dtype as Dtype)) {
    refuse(path, `tensor ${name} of dtype ${String(dtype)}, where ${DTYPES.join(', ')} are known`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    refuse(path, `tensor ${name} of shape ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    refuse(path, `tensor ${name} with data_offsets ${JSON.stringify(offsets)}`);
  }
  const [start, end] = offsets as [number, number];
  const spec = { dtype: dtype as Dtype, shape: shape as number[] };
  if (end - start !== sizeBytes(spec.dtype, spec.shape)) {
    refuse(
      path,
      `tensor ${name} in ${end - start} bytes, where its shape needs ${sizeBytes(spec.dtype, spec.shape)}`,
    );
  }
  return { ...spec, start, end };
}

function view(bytes: SharedBytes, start: number, nBytes: number, dtype: Dtype): Arrays[Dtype] {
  const Type: ArrayConstructor = ARRAYS[dtype];
  const length = nBytes / Type.BYTES_PER_ELEMENT;
  return start % Type.BYTES_PER_ELEMENT === 0
    ? new Type(bytes.buffer, start, length)
    : new Type(bytes.buffer.slice(start, start + nBytes));
}

function sizeBytes(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, ARRAYS[dtype].BYTES_PER_ELEMENT);
}

function refuse(path: string, got: string, cause?: unknown): never {
  throw new StageError('E_DATA', `${path} must be a complete safetensors file; got ${got}`, {
    hint: 'the file is truncated, damaged or of another format; run the stage that writes it again',
    cause,
  });
}
