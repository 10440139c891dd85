/** Splits of a table as features and labels or targets: which columns, which classes, and the files. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tables } from '../data/tables.ts';
import { StageError, listExamples } from '../errors.ts';
import type { Relation } from '../sql.ts';
import { didYouMean } from '../suggest.ts';
import type { Progress } from '../progress.ts';
import type { Task } from '../task.ts';
import { formatOf, writeDataset } from './dataset-files.ts';
import type { DatasetFormat } from './dataset-files.ts';
import type { Block } from './dataset.ts';
import { streamBlocks } from './row-blocks.ts';
import type { TableEngine } from './row-blocks.ts';
import { planTruth, truthExpression } from './truth.ts';

export interface Tensorized {
  /** Rows by split, or of `table`. */
  readonly nSamples: Readonly<Record<string, number>>;
  readonly nFeatures: number;
  /** 0 without a target, and where it is a number. */
  readonly nClasses: number;
}

/**
 * Writes every table as features (all columns but target and id, in their order) and labels (index of the
 * target among the classes of train) or, for a regression, targets (float64): into files of the folder `out`
 * when a folder was read, else into the file `out`, whose ending names the format.
 *
 * @param options.missing - `keep`: a feature that is no finite number is NaN, and no error.
 * @param options.target - null: features alone.
 * @param startProgress - Gets the rows of all tables; what it returns gets the rows written so far.
 * @throws StageError E_USAGE when the ending of the file `out` names no format; E_DATA when the target is missing, when a feature is no number or not finite, when a target value is missing
 *   or no class of train, or of a regression no finite number, or when a `.pt` file would exceed 4 GiB.
 */
export async function tensorize(
  engine: TableEngine,
  tables: Tables,
  {
    out,
    format,
    missing,
    task,
    target,
    id,
  }: {
    out: string;
    format: DatasetFormat;
    missing: 'error' | 'keep';
    task: Task;
    target: string | null;
    id: string;
  },
  startProgress: (nRows: number) => Progress,
): Promise<Tensorized> {
  assertOut(out, tables.isFolder);
  if (target !== null) assertTarget(tables.fit, target);
  const columns = tables.fit.columns
    .map(({ name }) => name)
    .filter((name) => name !== target && name !== id);
  for (const relation of tables.relations.values()) assertNumbers(relation, columns);
  const { sizes, ...truth } = await planTruth(engine, tables, target, task);
  const { classes } = truth;

  const progress = startProgress(Object.values(sizes).reduce((sum, size) => sum + size, 0));
  const expression = truthExpression(truth);
  let nDone = 0;
  async function* counted(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
    for await (const block of blocks) {
      yield block;
      nDone += block.features.length / columns.length;
      progress.update(nDone);
    }
  }
  if (tables.isFolder) mkdirSync(out, { recursive: true });
  for (const [name, relation] of tables.relations) {
    const path = tables.isFolder ? join(out, `${name}.${format}`) : out;
    const header = {
      nSamples: sizes[name],
      columns,
      classes,
      hasTargets: target !== null && task === 'regression',
    };
    const blocks = streamBlocks(engine, relation, columns, expression, missing === 'keep');
    await writeDataset(path, header, counted(blocks));
  }
  progress.end();
  return { nSamples: sizes, nFeatures: columns.length, nClasses: classes.length };
}

function assertOut(out: string, isFolder: boolean): void {
  if (isFolder || formatOf(out) !== null) return;
  throw new StageError('E_USAGE', '--out must end in .pt or .safetensors, since --in is one file');
}

function assertTarget({ columns, source }: Relation, target: string): void {
  const known = columns.map(({ name }) => name);
  if (known.includes(target)) return;
  const must = `${source} must have the target ${target}${didYouMean(target, known)}`;
  throw new StageError('E_DATA', must, {
    hint: 'name another with --set base.target=…, or write features alone with --set base.target=null',
  });
}

export function assertNumbers({ columns, source }: Relation, features: readonly string[]): void {
  if (features.length === 0) {
    throw new StageError('E_DATA', `${source} must have a column besides target and id; got none`);
  }
  const others = columns.filter(({ name, kind }) => features.includes(name) && kind !== 'number');
  if (others.length === 0) return;
  const got = listExamples(others, ({ name, kind }) => `${name} (${kind})`);
  throw new StageError('E_DATA', `${source} must have numbers alone as features; got ${got}`, {
    hint: 'encode these columns with features, or drop them with drop-columns',
  });
}
