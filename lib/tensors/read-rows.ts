/** A whole table in memory, for algorithms that look at every row many times. */
import { requireNames } from '../column-names.ts';
import { countRows } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { findClasses, labelExpression } from './classes.ts';
import { streamBlocks } from './row-blocks.ts';
import type { TableEngine } from './row-blocks.ts';
import { assertNumbers } from './tensorize.ts';

export interface LabelledRows {
  /** The features, in their order; target and id are none. */
  readonly columns: readonly string[];
  /** Row-major, shape (nSamples, columns.length), every value finite. */
  readonly X: Float32Array;
  /** Indices of the rows' classes, shape (nSamples), and the classes; null where there is no target. */
  readonly target: {
    readonly name: string;
    readonly labels: Int32Array;
    readonly classes: readonly (number | string)[];
  } | null;
}

/**
 * Reads features and classes of all rows, in their order.
 *
 * @param options.columns - Patterns of the features, as the parameter `cluster.columns` has them.
 * @param options.target - Column of classes; null, or a column that is not there: rows without classes.
 * @throws StageError E_DATA when a feature is no number or not finite, or the target holds no classes; E_PARAMS when
 *   the patterns select nothing.
 */
export async function readRows(
  engine: TableEngine,
  relation: Relation,
  {
    target,
    id,
    columns: patterns,
  }: { target: string | null; id: string; columns: readonly string[] },
): Promise<LabelledRows> {
  const names = relation.columns.map(({ name }) => name);
  const features = names.filter((name) => name !== target && name !== id);
  const columns = features.length === 0 ? [] : requireNames(patterns, features, 'cluster.columns');
  assertNumbers(relation, columns);
  const name = target !== null && names.includes(target) ? target : null;
  const n = await countRows(engine, relation);
  const X = new Float32Array(n * columns.length);
  const labels = new Int32Array(n);
  const classes = name === null ? [] : (await findClasses(engine, relation, name)).classes;
  const label = name === null ? null : labelExpression(name, classes);
  let nRead = 0;
  for await (const block of streamBlocks(engine, relation, columns, label)) {
    X.set(block.features, nRead * columns.length);
    labels.set(block.labels, nRead);
    nRead += block.features.length / columns.length;
  }
  return { columns, X, target: name === null ? null : { name, labels, classes } };
}
