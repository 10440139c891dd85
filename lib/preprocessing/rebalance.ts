/**
 * Class balance of the training rows: common classes are capped, rare ones enlarged by repeating rows or
 * by SMOTE. Valid and test keep the natural distribution; {@link priorCorrectionOf} lets a model that
 * learned from rebalanced rows predict for it.
 *
 * Which rows stay is decided by hash of seed and row id, so no engine or thread count changes it.
 */
import { StageError, listExamples } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { assertColumns, identifier, literal } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';
import { rowHash } from './row-hash.ts';

export interface RebalanceOptions {
  readonly seed: number;
  readonly target: string | null;
  readonly id: string;
  /** Rows that a class keeps at most; null: all. */
  readonly maxPerClass: number | null;
  /** Rows that a class gets at least; null: as many as it has. */
  readonly minPerClass: number | null;
  readonly classWeight: 'none' | 'balanced';
  readonly priorCorrection: boolean;
}

export type ClassCounts = Readonly<Record<string, number>>;

/** What was done, for train (weights) and for the bundle (prior correction). */
export interface Balance extends FittedState<'timberline-balance'> {
  readonly target: string;
  /** Rows of each class, by its value as text. */
  readonly before: ClassCounts;
  readonly after: ClassCounts;
  readonly class_weight: 'none' | 'balanced';
  readonly prior_correction: boolean;
}

/**
 * Counts the classes of `fit`, and says what they become.
 *
 * @throws StageError E_PARAMS without a target or when the bounds cross, E_DATA when the target is missing.
 */
export async function planBalance(
  database: Database,
  fit: Relation,
  options: RebalanceOptions,
): Promise<Balance> {
  const { target, maxPerClass, minPerClass } = options;
  if (target === null) {
    throw new StageError('E_PARAMS', 'base.target must name the column of the classes; got null', {
      hint: '--set base.target=<column>, or base.target in params.yaml',
    });
  }
  if (maxPerClass !== null && minPerClass !== null && minPerClass > maxPerClass) {
    throw new StageError(
      'E_PARAMS',
      `rebalance.min_per_class must be at most rebalance.max_per_class; got ${minPerClass} and ${maxPerClass}`,
    );
  }
  assertColumns(fit, [target]);
  const rows = await database.query(
    `SELECT CAST(${identifier(target)} AS VARCHAR) AS label, count(*) AS n FROM ${fit.sql} GROUP BY 1 ORDER BY 1`,
  );
  if (rows.some(({ label }) => label === null)) {
    throw new StageError(
      'E_DATA',
      `${fit.source} column ${target} must have a class in every row; got rows without`,
    );
  }
  const before = Object.fromEntries(rows.map(({ label, n }) => [String(label), Number(n)]));
  const bound = (n: number): number =>
    Math.max(Math.min(n, maxPerClass ?? Infinity), minPerClass ?? 0);
  return {
    format: 'timberline-balance',
    version: 1,
    target,
    before,
    after: Object.fromEntries(Object.entries(before).map(([label, n]) => [label, bound(n)])),
    class_weight: options.classWeight,
    prior_correction: options.priorCorrection,
  };
}

/**
 * Query of the rows that stay, in their order: of each class those of the smallest hashes, all of a class
 * that is not capped.
 */
export async function keptSelect(
  database: Database,
  fit: Relation,
  { target, before, after }: Balance,
  { seed, id }: Pick<RebalanceOptions, 'seed' | 'id'>,
): Promise<string> {
  const capped = Object.keys(before).filter((label) => after[label] < before[label]);
  if (capped.length === 0) return `SELECT * FROM ${fit.sql}`;
  const { key, label, relation } = keysOf(fit, target, seed, id);
  const last = await database.query(
    `SELECT label, key FROM (
       SELECT label, key, row_number() OVER (PARTITION BY label ORDER BY key) AS position
       FROM (SELECT ${label} AS label, ${key} AS key FROM ${relation}))
     WHERE ${capped.map((name) => `(label = ${literal(name)} AND position = ${after[name]})`).join(' OR ')}`,
  );
  const cases = last.map(
    (row) => `WHEN ${literal(String(row.label))} THEN ${literal(String(row.key))}`,
  );
  const limit = `CASE ${identifier(target)} ${cases.join(' ')} END`;
  return `SELECT ${columnsOf(fit)} FROM ${relation} WHERE coalesce(${key} <= ${limit}, true)`;
}

/**
 * Query of the rows that are added by repeating: class by class, the rows in the order of their hashes,
 * again and again until there are enough.
 */
export function repeatedSelect(
  fit: Relation,
  { target, before, after }: Balance,
  { seed, id }: Pick<RebalanceOptions, 'seed' | 'id'>,
): string | null {
  const enlarged = Object.keys(before).filter((label) => after[label] > before[label]);
  if (enlarged.length === 0) return null;
  const { key, label, relation } = keysOf(fit, target, seed, id);
  const parts = enlarged.map((name) => {
    const nAdded = after[name] - before[name];
    return `SELECT * EXCLUDE (rebalance_position, turn) FROM (
      SELECT ${columnsOf(fit)}, row_number() OVER (ORDER BY ${key}) AS rebalance_position
      FROM ${relation} WHERE ${label} = ${literal(name)}) AS class_rows, range(${Math.ceil(nAdded / before[name])}) AS turns(turn)
      WHERE turn * ${before[name]} + rebalance_position <= ${nAdded} ORDER BY turn, rebalance_position`;
  });
  return parts.map((part) => `(${part})`).join(' UNION ALL ');
}

/**
 * Weight of each class in the loss: `n_samples / (n_classes × rows of the class)`, as scikit-learn's
 * "balanced"; null without weights.
 *
 * @param classes - The order of the weights.
 */
export function classWeightOf(
  balance: Balance | null,
  classes: readonly (number | string)[],
): number[] | null {
  if (balance === null || balance.class_weight === 'none') return null;
  const counts = countsOf(balance.after, classes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => total / (classes.length * count));
}

/**
 * Factor of each class's probability: its natural share over the share (weights included) that the model
 * learned from; null where the two agree, or no correction is wanted.
 *
 * @see Saerens, M., Latinne, P., Decaestecker, C. (2002), Neural Computation 14(1), 21-41,
 *   doi:10.1162/089976602753284446
 */
export function priorCorrectionOf(
  balance: Balance | null,
  classes: readonly (number | string)[],
): number[] | null {
  if (!balance?.prior_correction) return null;
  const weights = classWeightOf(balance, classes) ?? classes.map(() => 1);
  const natural = shares(countsOf(balance.before, classes));
  const learned = shares(countsOf(balance.after, classes).map((count, c) => count * weights[c]));
  const factors = natural.map((share, c) => share / learned[c]);
  return factors.every((factor) => Math.abs(factor - 1) < 1e-12) ? null : factors;
}

export function parseBalance(value: unknown, source: string): Balance {
  return parseFittedState<Balance>(
    value,
    'timberline-balance',
    ({ before, after }) => isRecord(before) && isRecord(after),
    source,
  );
}

/** The key orders the rows of a class; no two are equal. */
function keysOf(
  fit: Relation,
  target: string,
  seed: number,
  id: string,
): { key: string; label: string; relation: string } {
  const hasId = fit.columns.some(({ name }) => name === id);
  const column = hasId ? id : 'rebalance_row';
  return {
    key: rowHash(`${seed}:rebalance`, column),
    label: `CAST(${identifier(target)} AS VARCHAR)`,
    relation: hasId ? fit.sql : `(SELECT *, row_number() OVER () AS rebalance_row FROM ${fit.sql})`,
  };
}

function columnsOf({ columns }: Relation): string {
  return columns.map(({ name }) => identifier(name)).join(', ');
}

/** @throws StageError E_DATA when a class has no rows: the counts are of another table. */
function countsOf(counts: ClassCounts, classes: readonly (number | string)[]): number[] {
  // DuckDB writes the double 1 as 1.0
  const isOf = (label: string, value: number | string): boolean =>
    typeof value === 'number' ? Number(label) === value : label === value;
  const found = classes.map(
    (value) => Object.entries(counts).find(([label]) => isOf(label, value))?.[1] ?? 0,
  );
  const missing = classes.filter((_, c) => !(found[c] > 0));
  if (missing.length === 0) return found;
  throw new StageError(
    'E_DATA',
    `rebalance.json must count the rows of every class; got none of ${listExamples(missing)}`,
    { hint: 'it is of another table; run rebalance again, or name another folder' },
  );
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}
