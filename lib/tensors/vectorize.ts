/** Texts of tables as sparse datasets: which rows, which ids, which labels, and the files. */
import { mkdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Tables } from '../data/tables.ts';
import { StageError, listExamples } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { stackRows } from '../sparse/csr.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { assertTexts } from '../preprocessing/pipeline.ts';
import { assertColumns } from '../sql.ts';
import type { Relation } from '../sql.ts';
import type { Task } from '../task.ts';
import { startVectorizerFit } from '../text/fit-vectorizer.ts';
import type { FitOptions } from '../text/fit-vectorizer.ts';
import { openVectorizer, termNames } from '../text/vectorizer.ts';
import type { Vectorizer } from '../text/vectorizer.ts';
import { readIds } from './read-ids.ts';
import { streamTexts } from './row-blocks.ts';
import type { TableEngine } from './row-blocks.ts';
import { writeSparseDataset } from './sparse-dataset-files.ts';
import { planTruth, readTruth } from './truth.ts';

export interface Vectorized {
  /** Rows by split, or of `table`. */
  readonly nSamples: Readonly<Record<string, number>>;
  readonly vectorizer: Vectorizer;
  /** 0 without a target, and where it is a number. */
  readonly nClasses: number;
}

export type VectorizeOptions = FitOptions & {
  readonly out: string;
  readonly task: Task;
  /** null: {@link base} where the table has it. */
  readonly id: string | null;
  readonly base: { readonly id: string; readonly target: string | null };
};

/**
 * Fits a vectorizer on the texts of train and writes every table as a sparse dataset: into files of the folder `out`
 * when a folder was read, else into the file `out`. Texts pass by in blocks; the rows of one table are in memory.
 *
 * @param startProgress - Gets how many texts will be read; what it returns gets those read so far.
 * @param warn - Gets how many rows of a table hold no term.
 * @throws StageError E_USAGE when the file `out` is no `.safetensors`; E_DATA when a column is missing, holds no
 *   texts or no term, when ids are missing, there twice, or neither integers nor texts, and as `tensorize` when a
 *   target is missing or of no class of train; E_PARAMS when the bounds keep no term.
 */
export async function vectorize(
  engine: TableEngine,
  tables: Tables,
  options: VectorizeOptions,
  startProgress: (nTexts: number) => Progress,
  warn: (message: string) => void,
): Promise<Vectorized> {
  const { out, column, task } = options;
  assertOut(out, tables.isFolder);
  assertTexts(tables.fit, column);
  const id = chooseId(tables.fit, options);
  const target = has(tables.fit, options.base.target) ? options.base.target : null;
  const { sizes, ...truth } = await planTruth(engine, tables, target, task);
  const nRows = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const progress = startProgress(sizes[tables.isFolder ? 'train' : 'table'] + nRows);
  let nDone = 0;
  const read = async (
    relation: Relation,
    use: (texts: (string | null)[]) => void,
  ): Promise<void> => {
    for await (const texts of streamTexts(engine, relation, column)) {
      use(texts);
      progress.update((nDone += texts.length));
    }
  };

  const fitting = startVectorizerFit(options);
  await read(tables.fit, (texts) => texts.forEach(fitting.add));
  const vectorizer = fitting.finish(`${tables.fit.source} column ${column}`);
  const toRows = openVectorizer(vectorizer);
  if (tables.isFolder) mkdirSync(out, { recursive: true });
  for (const [name, relation] of tables.relations) {
    const blocks: CsrMatrix[] = [];
    await read(relation, (texts) => blocks.push(toRows(texts)));
    const features = stackRows(blocks);
    warnOfEmptyRows(features, relation, column, warn);
    const ids = id === null ? null : await readIds(engine, relation, id);
    const labelled = await readTruth(engine, relation, truth);
    const path = tables.isFolder ? join(out, `${name}.safetensors`) : out;
    const header = { columns: termNames(vectorizer), classes: truth.classes };
    writeSparseDataset(path, { ...header, features, ids, ...labelled });
  }
  progress.end();
  return { nSamples: sizes, vectorizer, nClasses: truth.classes.length };
}

function has({ columns }: Relation, name: string | null): boolean {
  return columns.some((column) => column.name === name);
}

function chooseId(relation: Relation, { id, base }: VectorizeOptions): string | null {
  if (id === null) return has(relation, base.id) ? base.id : null;
  assertColumns(relation, [id]);
  return id;
}

function assertOut(out: string, isFolder: boolean): void {
  if (isFolder || extname(out) === '.safetensors') return;
  throw new StageError('E_USAGE', '--out must end in .safetensors, since --in is one file');
}

function warnOfEmptyRows(
  { nRows, indptr }: CsrMatrix,
  { source }: Relation,
  column: string,
  warn: (message: string) => void,
): void {
  const empty: number[] = [];
  for (let row = 0; row < nRows; row++) {
    if (indptr[row] === indptr[row + 1]) empty.push(row + 1);
  }
  if (empty.length === 0) return;
  const which = `${empty.length === 1 ? 'row' : 'rows'} ${listExamples(empty)}`;
  warn(
    `${source} column ${column} has no term of the vocabulary in ${empty.length} of ${nRows} rows, which are 0 in every column (${which})`,
  );
}
