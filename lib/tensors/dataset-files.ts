/** The files of a split by their ending: `.pt` and `.safetensors` hold the same. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { StageError } from '../errors.ts';
import type { Refuse } from './bytes.ts';
import { assembleDataset, parseJson, toInt64, toPairs } from './dataset.ts';
import type { Block, Dataset, DatasetHeader } from './dataset.ts';
import { readPt, streamPt } from './pt.ts';
import { readSafetensors, streamSafetensors } from './safetensors.ts';
import type { Safetensors, TensorPiece, TensorSpec } from './safetensors.ts';
import { isSparse, parseSparseDataset } from './sparse-dataset-files.ts';
import type { SparseDataset } from './sparse-dataset-files.ts';

export const DATASET_FORMATS = ['pt', 'safetensors'] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

/** The format that the ending of `path` names; null for another ending. */
export function formatOf(path: string): DatasetFormat | null {
  return DATASET_FORMATS.find((format) => extname(path) === `.${format}`) ?? null;
}

/**
 * Writes a split in the format that the ending names, row by row.
 *
 * @throws StageError E_DATA when a `.pt` file would exceed 4 GiB.
 */
export async function writeDataset(
  path: string,
  header: DatasetHeader,
  blocks: AsyncIterable<Block>,
): Promise<void> {
  if (formatOf(path) === 'pt') return await streamPt(path, header, blocks);
  const { nSamples, columns, classes, hasTargets = false } = header;
  const specs: Record<string, TensorSpec> = {
    features: { dtype: 'F32', shape: [nSamples, columns.length] },
    ...(classes.length > 0 ? { labels: { dtype: 'I64', shape: [nSamples] } } : {}),
    ...(hasTargets ? { targets: { dtype: 'F64', shape: [nSamples] } } : {}),
  };
  const metadata = { columns: JSON.stringify(columns), classes: JSON.stringify(classes) };
  await streamSafetensors(path, specs, metadata, toPieces(blocks));
}

/**
 * Reads a split; the features are a view on the bytes of the file.
 *
 * @throws StageError E_DATA for a file that is missing, damaged, of another format or structure.
 */
export function readDataset(path: string): Dataset {
  return formatOf(path) === 'safetensors'
    ? parseDataset(path, readSafetensors(path))
    : readPt(path);
}

/** {@link readDataset} of dense or sparse rows, whichever the file holds. */
function readAnyDataset(path: string): Dataset | SparseDataset {
  if (formatOf(path) !== 'safetensors') return readPt(path);
  const file = readSafetensors(path);
  return isSparse(file) ? parseSparseDataset(path, file) : parseDataset(path, file);
}

/**
 * The files of splits in a folder that tensorize wrote.
 *
 * @throws StageError E_DATA when one is missing.
 */
export function findDatasets(folder: string, splits: readonly string[]): string[] {
  const kind = !existsSync(folder) ? 'nothing' : statSync(folder).isDirectory() ? 'folder' : 'file';
  const entries = kind === 'folder' ? readdirSync(folder) : [];
  return splits.map((split) => {
    const names = DATASET_FORMATS.map((format) => `${split}.${format}`);
    const name = names.find((candidate) => entries.includes(candidate));
    if (name === undefined) {
      const got = {
        nothing: 'no such folder',
        file: 'a file',
        folder: entries.join(', ') || 'an empty folder',
      }[kind];
      throw new StageError('E_DATA', `${folder} must hold ${names.join(' or ')}; got ${got}`, {
        hint: 'name a folder that tensorize or vectorize wrote',
      });
    }
    return join(folder, name);
  });
}

/** Whether a folder has a file of a split. */
export function hasDataset(folder: string, split: string): boolean {
  return DATASET_FORMATS.some((format) => existsSync(join(folder, `${split}.${format}`)));
}

/**
 * Reads splits of a folder that tensorize wrote.
 *
 * @throws StageError E_DATA when a split is missing or damaged, or when splits differ in columns, classes or
 *   in whether their target is a number.
 */
export function readDatasets<const S extends string>(
  folder: string,
  splits: readonly S[],
): Record<S, Dataset> {
  return readAlike(folder, splits, readDataset);
}

/**
 * {@link readDatasets} of a folder that tensorize or vectorize wrote.
 *
 * @throws StageError E_DATA when the rows of one split are dense, and those of another one sparse, too.
 */
export function readAnyDatasets<const S extends string>(
  folder: string,
  splits: readonly S[],
): Record<S, Dataset> | Record<S, SparseDataset> {
  return readAlike(folder, splits, readAnyDataset) as ReturnType<typeof readAnyDatasets<S>>;
}

function readAlike<S extends string, D extends Dataset | SparseDataset>(
  folder: string,
  splits: readonly S[],
  read: (path: string) => D,
): Record<S, D> {
  const datasets = findDatasets(folder, splits).map((path, i) => ({
    split: splits[i],
    path,
    dataset: read(path),
  }));
  const [first] = datasets;
  const kindOf = ({ features }: D): string =>
    features instanceof Float32Array ? 'dense rows' : 'sparse rows';
  for (const { path, dataset } of datasets) {
    const hint = 'run the stage that wrote them again, which writes all splits together';
    if (kindOf(dataset) !== kindOf(first.dataset)) {
      const [got, wanted] = [kindOf(dataset), kindOf(first.dataset)];
      const must = `${path} must hold ${wanted} as ${first.path} does`;
      throw new StageError('E_DATA', `${must}; got ${got}`, { hint });
    }
    for (const key of ['columns', 'classes'] as const) {
      if (JSON.stringify(dataset[key]) === JSON.stringify(first.dataset[key])) continue;
      throw new StageError('E_DATA', `${path} must have the ${key} of ${first.path}; got others`, {
        hint,
      });
    }
    if (dataset.hasTargets === first.dataset.hasTargets) continue;
    const [without, other] = dataset.hasTargets ? [first.path, path] : [path, first.path];
    throw new StageError('E_DATA', `${without} must have targets as ${other} has; got none`, {
      hint,
    });
  }
  const bySplit = datasets.map(({ split, dataset }) => [split, dataset] as const);
  return Object.fromEntries(bySplit) as Record<S, D>;
}

function parseDataset(path: string, { tensors, metadata }: Safetensors): Dataset {
  const refuse: Refuse = (got) => {
    throw new StageError('E_DATA', `${path} must hold features and labels; got ${got}`, {
      hint: 'name a file that tensorize wrote',
    });
  };
  const { features, labels, targets } = tensors;
  if (features?.dtype !== 'F32' || features.shape.length !== 2) {
    return refuse('no tensor features of dtype F32 and 2 dimensions');
  }
  if (labels !== undefined && (labels.dtype !== 'I64' || labels.shape.length !== 1)) {
    return refuse('labels that are not of dtype I64 and 1 dimension');
  }
  if (targets !== undefined && (targets.dtype !== 'F64' || targets.shape.length !== 1)) {
    return refuse('targets that are not of dtype F64 and 1 dimension');
  }
  const [nSamples, nFeatures] = features.shape;
  return assembleDataset(
    {
      nSamples,
      nFeatures,
      features: features.data,
      labels: labels === undefined ? null : toPairs(labels.data),
      targets: targets === undefined ? null : targets.data,
      columns: parseJson(metadata.columns),
      classes: parseJson(metadata.classes),
    },
    refuse,
  );
}

async function* toPieces(blocks: AsyncIterable<Block>): AsyncGenerator<TensorPiece> {
  for await (const { features, labels, targets } of blocks) {
    yield { name: 'features', data: features };
    if (targets !== undefined) yield { name: 'targets', data: targets };
    if (labels.length > 0) {
      yield { name: 'labels', data: new BigInt64Array(toInt64(labels).buffer) };
    }
  }
}
