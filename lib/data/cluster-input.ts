/** The rows that `cluster` reads: a table, or the sparse rows of a tensor file. */
import type { Rows } from '../clustering/to-sample-rows.ts';
import { requireNames } from '../column-names.ts';
import { StageError } from '../errors.ts';
import type { Scaler } from '../preprocessing/scaler.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { selectColumns } from '../sparse/select-columns.ts';
import type { Relation } from '../sql.ts';
import { formatOf } from '../tensors/dataset-files.ts';
import { readRows } from '../tensors/read-rows.ts';
import type { LabelledRows } from '../tensors/read-rows.ts';
import { readSparseDataset } from '../tensors/sparse-dataset-files.ts';
import type { RowIds } from '../tensors/sparse-dataset-files.ts';
import type { FileDatabase } from './database.ts';
import { readScaler } from './preprocessing-files.ts';
import { openTable } from './tables.ts';

export interface ClusterInput {
  readonly rows: Omit<LabelledRows, 'X'> & { readonly X: Rows };
  /** Where the ids of the rows stand: in the table, or in memory. */
  readonly ids: Relation | RowIds;
  readonly scaler: Scaler | null;
}

interface InputOptions {
  readonly target: string | null;
  readonly id: string;
  /** Patterns of the features, as the parameter `cluster.columns` has them. */
  readonly columns: readonly string[];
}

/**
 * Reads a table (.parquet, .csv, .csv.gz), or sparse rows (.safetensors).
 *
 * @param scaler - File of what scaled a table; null: it was not scaled.
 * @throws StageError E_DATA for a file that holds neither, E_PARAMS when the patterns select nothing, E_USAGE for a
 *   scaler of sparse rows.
 */
export async function readClusterInput(
  database: FileDatabase,
  path: string,
  scaler: string | null,
  options: InputOptions,
): Promise<ClusterInput> {
  if (formatOf(path) === 'safetensors') return readSparse(path, scaler, options);
  const relation = await openTable(database, path, 'train');
  const read = readScaler(scaler, relation);
  return { rows: await readRows(database, relation, options), ids: relation, scaler: read };
}

function readSparse(path: string, scaler: string | null, options: InputOptions): ClusterInput {
  if (scaler !== null) {
    throw new StageError('E_USAGE', `--scaler must be left out for sparse rows; got ${scaler}`, {
      hint: 'normalize scales tables alone',
    });
  }
  const { classes, labels, ids, ...read } = readSparseDataset(path);
  return {
    rows: {
      ...selectFeatures(read, options.columns),
      target: classes.length === 0 ? null : { name: options.target ?? 'class', labels, classes },
    },
    ids,
    scaler: null,
  };
}

/** The columns that the patterns of `cluster.columns` select. */
export function selectFeatures(
  { features, columns }: { readonly features: CsrMatrix; readonly columns: readonly string[] },
  patterns: readonly string[],
): { columns: readonly string[]; X: CsrMatrix } {
  const selected = requireNames(patterns, columns, 'cluster.columns');
  if (selected.length === columns.length) return { columns, X: features };
  const indices = selected.map((name) => columns.indexOf(name));
  return { columns: selected, X: selectColumns(features, indices) };
}
