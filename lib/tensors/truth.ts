/** What is to be learnt of the rows of tables: the classes of train, or numbers. */
import type { Tables } from '../data/tables.ts';
import { countRows } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import type { Task } from '../task.ts';
import { assertKnownClasses, findClasses, labelExpression } from './classes.ts';
import { countTargets, targetExpression } from './numeric-target.ts';
import type { TableEngine } from './row-blocks.ts';

export interface Truth {
  /** null: tables have no target. */
  readonly target: string | null;
  readonly task: Task;
  /** Of train; empty without a target, and where it is a number. */
  readonly classes: readonly (number | string)[];
}

/**
 * The truth of tables whose target is `target`, and the rows of each by its name.
 *
 * @throws StageError E_DATA when a target is missing, no class of train, or of a regression no finite number.
 */
export async function planTruth(
  engine: Database,
  { relations, fit }: Tables,
  target: string | null,
  task: Task,
): Promise<Truth & { sizes: Record<string, number> }> {
  const sizes: Record<string, number> = {};
  let classes: readonly (number | string)[] | null = null;
  // train, or the one table, comes first
  for (const [name, relation] of relations) {
    if (target === null) {
      sizes[name] = await countRows(engine, relation);
    } else if (task === 'regression') {
      sizes[name] = await countTargets(engine, relation, target);
    } else {
      const found = await findClasses(engine, relation, target);
      sizes[name] = found.nSamples;
      classes ??= found.classes;
      assertKnownClasses(relation, target, found.classes, { classes, source: fit.source });
    }
  }
  return { target, task, classes: classes ?? [], sizes };
}

/** Expression of the truth of a row: INTEGER, the index of its class, or DOUBLE; null without a target. */
export function truthExpression({ target, task, classes }: Truth): string | null {
  if (target === null) return null;
  return task === 'regression' ? targetExpression(target) : labelExpression(target, classes);
}

/** The truth of all rows of a table, in their order. */
export async function readTruth(
  engine: TableEngine,
  { sql }: Relation,
  truth: Truth,
): Promise<{ labels: Int32Array; hasTargets?: boolean; targets?: Float64Array }> {
  const expression = truthExpression(truth);
  if (expression === null) return { labels: new Int32Array(0) };
  const [values] = await engine.readDoubles(`SELECT (${expression})::DOUBLE FROM ${sql}`);
  return truth.task === 'regression'
    ? { labels: new Int32Array(0), hasTargets: true, targets: values }
    : { labels: Int32Array.from(values) };
}
