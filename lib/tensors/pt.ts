/**
 * The `.pt` file of a split, as torch.save writes it: a zip archive of a pickle that describes the dict
 * {features: float32 (n, d), labels: int64 (n), columns: list of str, classes: list of int or str}, and
 * of one entry of plain numbers for each tensor. Where the target is a number, targets: float64 (n) stand for
 * labels and classes; a table without a target has none of them.
 *
 * `torch.load(path, weights_only=True)` reads it. Every size is known before the first row, so that each
 * row goes to its place as it comes.
 */
import { closeSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { StageError } from '../errors.ts';
import { asBytes, readShared, writeAt } from './bytes.ts';
import type { Refuse, SharedBytes } from './bytes.ts';
import { assembleDataset, toInt64 } from './dataset.ts';
import type { Block, Dataset, DatasetHeader } from './dataset.ts';
import { formatPickle, parsePickle } from './pickle.ts';
import type { PickleValue, StoredTensor } from './pickle.ts';
import {
  ALIGNMENT_BYTES,
  MAX_ARCHIVE_BYTES,
  findEntries,
  formatDescriptor,
  formatDirectory,
  formatLocalHeader,
  placeEntries,
  sizeOfEntries,
} from './zip.ts';
import type { PlacedEntry } from './zip.ts';

/** How torch stores the tensors. */
const FEATURES = { storage: 'FloatStorage', dtype: 'float32', itemBytes: 4, rank: 2 } as const;
const LABELS = { storage: 'LongStorage', dtype: 'int64', itemBytes: 8, rank: 1 } as const;
const TARGETS = { storage: 'DoubleStorage', dtype: 'float64', itemBytes: 8, rank: 1 } as const;
type TensorKind = typeof FEATURES | typeof LABELS | typeof TARGETS;

/** torch takes the name of the file; a fixed name gives the same bytes under any name. */
const ARCHIVE = 'archive';
const PICKLE = 'data.pkl';

/**
 * Writes the rows of `blocks`, in order.
 *
 * @throws StageError E_DATA when the file would exceed 4 GiB.
 */
export async function streamPt(
  path: string,
  { nSamples, columns, classes, hasTargets = false }: DatasetHeader,
  blocks: AsyncIterable<Block>,
): Promise<void> {
  const isLabelled = classes.length > 0;
  const features = contiguous(FEATURES, '0', [nSamples, columns.length]);
  const truth = contiguous(hasTargets ? TARGETS : LABELS, '1', [nSamples]);
  const dict = {
    features,
    ...(isLabelled ? { labels: truth } : {}),
    ...(hasTargets ? { targets: truth } : {}),
    columns,
    ...(isLabelled ? { classes } : {}),
  };
  const beforeTensors = {
    [PICKLE]: formatPickle(dict),
    '.format_version': Buffer.from('1'),
    '.storage_alignment': Buffer.from(String(ALIGNMENT_BYTES)),
    byteorder: Buffer.from('little'),
  };
  const afterTensors = { version: Buffer.from('3\n') };
  const entries = placeEntries([
    ...sizesOf(beforeTensors),
    { name: `${ARCHIVE}/data/0`, sizeBytes: features.nStored * FEATURES.itemBytes },
    ...(isLabelled || hasTargets
      ? [{ name: `${ARCHIVE}/data/1`, sizeBytes: truth.nStored * LABELS.itemBytes }]
      : []),
    ...sizesOf(afterTensors),
  ]);
  if (sizeOfEntries(entries) > MAX_ARCHIVE_BYTES) throw createSizeError(nSamples, columns.length);

  const descriptor = openSync(path, 'w');
  try {
    const writers = new Map(
      entries.map((entry) => [entry.name, startEntry(descriptor, entry)] as const),
    );
    const append = (name: string, data: NodeJS.TypedArray): void =>
      writers.get(`${ARCHIVE}/${name}`)!.append(data);
    for (const [name, text] of Object.entries({ ...beforeTensors, ...afterTensors })) {
      append(name, text);
    }
    for await (const block of blocks) {
      append('data/0', block.features);
      if (isLabelled) append('data/1', toInt64(block.labels));
      if (hasTargets) append('data/1', block.targets!);
    }
    const directory = formatDirectory([...writers.values()].map(({ end }) => end()));
    writeAt(descriptor, directory, sizeOfEntries(entries));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file that {@link streamPt} or torch.save wrote. The features are a view on the bytes of the
 * file, which worker threads can share.
 *
 * @throws StageError E_DATA for a file that is missing, truncated, damaged (checksums), compressed, above
 *   4 GiB, or of another format or structure, or when a label is no index of the classes, a target not finite.
 */
export function readPt(path: string): Dataset {
  const bytes = readShared(path);
  const refuse = createRefusal(path);
  const entries = findEntries(bytes, refuse);
  const pickles = [...entries.keys()].filter((name) => name.endsWith(`/${PICKLE}`));
  if (pickles.length !== 1) refuse(`a zip archive with ${pickles.length} ${PICKLE}`);
  const folder = pickles[0].slice(0, -PICKLE.length);
  const read = (name: string): SharedBytes => {
    const entry = entries.get(`${folder}${name}`);
    if (entry === undefined) return refuse(`no entry ${name}`);
    const content = bytes.subarray(entry.start, entry.end);
    if (crc32(content) !== entry.crc32) refuse(`entry ${name} with another checksum than stored`);
    return content;
  };
  const readText = (name: string): Buffer => Buffer.from(read(name));

  const byteOrder = readText('byteorder').toString();
  if (byteOrder !== 'little') refuse(`numbers in byte order ${JSON.stringify(byteOrder)}`);
  const dict = parsePickle(readText(PICKLE), refuse);
  if (!(dict instanceof Map)) return refuse('no dict');
  const field = (name: string): PickleValue | undefined => dict.get(name);
  const features = assertTensor(field('features'), 'features', FEATURES, refuse);
  const [nSamples, nFeatures] = features.shape;
  const rows = findNumbers(features, 'features', FEATURES, read, refuse);
  const readVector = (name: string, kind: TensorKind): SharedBytes | null => {
    if (field(name) === undefined) return null;
    return findNumbers(assertTensor(field(name), name, kind, refuse), name, kind, read, refuse);
  };
  const pairs = readVector('labels', LABELS);
  const targets = readVector('targets', TARGETS);
  return assembleDataset(
    {
      nSamples,
      nFeatures,
      features: new Float32Array(rows.buffer, rows.byteOffset, nSamples * nFeatures),
      labels: pairs && new Int32Array(pairs.buffer, pairs.byteOffset, pairs.length / 4),
      targets: targets && new Float64Array(targets.buffer, targets.byteOffset, targets.length / 8),
      columns: field('columns'),
      classes: field('classes') ?? [],
    },
    refuse,
  );
}

function contiguous(kind: TensorKind, key: string, shape: readonly number[]): StoredTensor {
  const { storage } = kind;
  const nStored = shape.reduce((product, size) => product * size, 1);
  return { kind: 'tensor', storage, key, nStored, offset: 0, shape, strides: rowMajor(shape) };
}

function rowMajor(shape: readonly number[]): number[] {
  return shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
}

function sizesOf(
  contents: Readonly<Record<string, Buffer>>,
): { name: string; sizeBytes: number }[] {
  return Object.entries(contents).map(([name, { length }]) => ({
    name: `${ARCHIVE}/${name}`,
    sizeBytes: length,
  }));
}

/** Takes the data of one entry, from first to last. */
function startEntry(
  descriptor: number,
  entry: PlacedEntry,
): { append(data: NodeJS.TypedArray): void; end(): PlacedEntry & { readonly crc32: number } } {
  writeAt(descriptor, formatLocalHeader(entry), entry.headerAt);
  const dataEnd = entry.dataAt + entry.sizeBytes;
  let at = entry.dataAt;
  let sum = 0;
  return {
    append(data) {
      if (at + data.byteLength > dataEnd) throw new Error(`${entry.name} got too many numbers`);
      sum = crc32(asBytes(data), sum);
      writeAt(descriptor, data, at);
      at += data.byteLength;
    },
    end() {
      if (at < dataEnd) throw new Error(`${entry.name} got too few numbers`);
      writeAt(descriptor, formatDescriptor(sum, entry.sizeBytes), dataEnd);
      return { ...entry, crc32: sum };
    },
  };
}

function assertTensor(
  value: PickleValue | undefined,
  name: string,
  kind: TensorKind,
  refuse: Refuse,
): StoredTensor {
  const isTensor = typeof value === 'object' && value !== null && 'kind' in value;
  if (!isTensor || value.kind !== 'tensor') return refuse(`no tensor ${name}`);
  const { storage, shape, strides } = value;
  if (storage !== kind.storage) refuse(`${name} in a ${storage}, where ${kind.dtype} is needed`);
  if (shape.length !== kind.rank) {
    refuse(`${name} of ${shape.length} dimensions, where ${kind.rank} are needed`);
  }
  // the stride of a dimension of size 1 means nothing
  if (rowMajor(shape).some((stride, i) => strides[i] !== stride && shape[i] > 1)) {
    refuse(`${name} that are not contiguous, where tensor.contiguous() is needed`);
  }
  return value;
}

function findNumbers(
  { key, nStored, offset, shape }: StoredTensor,
  name: string,
  { itemBytes }: TensorKind,
  read: (name: string) => SharedBytes,
  refuse: Refuse,
): SharedBytes {
  const content = read(`data/${key}`);
  const nNumbers = shape.reduce((product, size) => product * size, 1);
  if (content.length !== nStored * itemBytes || offset + nNumbers > nStored) {
    refuse(`${name} that do not fit into their ${content.length} bytes`);
  }
  if (content.byteOffset % itemBytes !== 0) refuse(`${name} that are not aligned`);
  return content.subarray(offset * itemBytes, (offset + nNumbers) * itemBytes);
}

function createSizeError(nSamples: number, nFeatures: number): StageError {
  const size = `${nSamples} rows of ${nFeatures} features`;
  return new StageError('E_DATA', `a .pt file must stay below 4 GiB; got ${size}`, {
    hint: 'write .safetensors: name the output so, or --set tensorize.format=safetensors',
  });
}

function createRefusal(path: string): Refuse {
  return (got) => {
    const must = `${path} must be a complete file of tensorize or torch.save`;
    throw new StageError('E_DATA', `${must}; got ${got}`, {
      hint: 'the file is truncated, damaged or of another format; run the stage that writes it again',
    });
  };
}
