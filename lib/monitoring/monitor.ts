/** Everything that `monitor` tells of two tables, as plain data. */
import { StageError, listExamples } from '../errors.ts';
import { assertColumns, countRows, identifier } from '../sql.ts';
import type { CountingDatabase } from '../preprocessing/distribution.ts';
import type { Column, Relation } from '../sql.ts';
import { showBins } from './bins.ts';
import type { ShownBins } from './bins.ts';
import { measureDrift } from './drift.ts';
import type { DriftScores, DriftTest } from './drift.ts';
import type { MonitorParams } from './monitor-params.ts';
import type { ColumnProfile, NumericProfile } from './profiles.ts';
import { comparedBy, profileColumn } from './reference.ts';
import type { Compared, Reference } from './reference.ts';

/** Bins of a column that files and charts hold. */
const MAX_BINS = 24;

interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** One side of a column. */
interface Side {
  readonly n_values: number;
  readonly missing_count: number;
  /** null of categories, and without values. */
  readonly median: number | null;
  /** Population standard deviation; null as `median`. */
  readonly std: number | null;
}

export interface MonitoredColumn {
  readonly name: string;
  readonly compared: Compared;
  readonly is_drifted: boolean;
  /** The test that decided; null where the current rows have no value to compare. */
  readonly test: DriftTest | null;
  readonly score: number | null;
  readonly scores: DriftScores | null;
  readonly reference: Side;
  readonly current: Side;
  readonly bins: ShownBins | null;
}

export interface Monitoring {
  readonly reference: string;
  readonly current: string;
  readonly n_reference: number;
  readonly n_current: number;
  readonly threshold: number;
  readonly max_drifted_share: number | null;
  readonly drifted_count: number;
  /** Of the compared columns. */
  readonly drifted_share: number;
  /** Worst first. */
  readonly columns: readonly MonitoredColumn[];
  readonly skipped: readonly Skipped[];
}

/**
 * Compares every column of `reference` with the column of that name.
 *
 * @param options.id - Is no column to compare.
 * @throws StageError E_DATA for a named column that either lacks, for numbers that became texts, and where nothing is
 *   left to compare.
 */
export async function monitor(
  database: CountingDatabase,
  reference: Reference,
  current: Relation,
  { id, ...params }: MonitorParams & { readonly id: string },
): Promise<Monitoring> {
  if (params.columns !== null) assertColumns(reference, params.columns);
  if (params.columns !== null) assertColumns(current, params.columns);
  const isWanted = ({ name }: Column): boolean => params.columns?.includes(name) ?? name !== id;
  const nCurrent = await countRows(database, current);
  const columns: MonitoredColumn[] = [];
  const skipped: Skipped[] = [];
  const textual: string[] = [];
  for (const column of reference.columns.filter(isWanted)) {
    const { name } = column;
    const now = current.columns.find((other) => other.name === name);
    const before = now === undefined ? null : await reference.profile(column);
    if (now === undefined || before === null || before.nValues === 0) {
      skipped.push({
        name,
        reason: now === undefined ? `not in ${current.source}` : reasonOf(column),
      });
      continue;
    }
    const compared = comparedBy(column, before);
    if (compared === 'numbers' && (await hasTexts(database, current, now))) textual.push(name);
    const after = await profileColumn(database, current, name, compared, nCurrent);
    columns.push({ name, compared, ...compare(before, after, params) });
  }
  assertNumbers(textual, reference, current);
  assertSome(columns, reference, current);
  const known = new Set(reference.columns.map(({ name }) => name));
  for (const column of current.columns.filter(isWanted)) {
    if (!known.has(column.name))
      skipped.push({ name: column.name, reason: `not in ${reference.source}` });
  }
  const nDrifted = columns.filter((column) => column.is_drifted).length;
  return {
    reference: reference.source,
    current: current.source,
    n_reference: reference.nRows,
    n_current: nCurrent,
    threshold: params.threshold,
    max_drifted_share: params.maxDriftedShare,
    drifted_count: nDrifted,
    drifted_share: nDrifted / columns.length,
    columns: columns.toSorted((a, b) => (b.score ?? Infinity) - (a.score ?? Infinity)),
    skipped,
  };
}

/** @throws StageError E_GATE where more of the columns drifted than may. */
export function assertDriftWithin(
  { drifted_count: nDrifted, drifted_share: share, max_drifted_share: max, columns }: Monitoring,
  report: string,
): void {
  if (max === null || share <= max) return;
  const names = columns.flatMap(({ name, is_drifted: isDrifted }) => (isDrifted ? [name] : []));
  throw new StageError(
    'E_GATE',
    `at most ${Number((max * 100).toFixed(2))} % of the columns must drift; got ${nDrifted} of ${columns.length}: ${listExamples(names)}`,
    {
      hint: `see ${report}; train the model again on newer rows, or change monitor.max_drifted_share`,
    },
  );
}

function compare(
  before: ColumnProfile,
  after: ColumnProfile,
  { threshold, test }: Pick<MonitorParams, 'threshold' | 'test'>,
): Omit<MonitoredColumn, 'name' | 'compared'> {
  const sides = { reference: sideOf(before), current: sideOf(after) };
  if (after.nValues === 0) {
    return { is_drifted: true, test: null, score: null, scores: null, ...sides, bins: null };
  }
  const drift = measureDrift(before, after, { threshold, test });
  return {
    is_drifted: drift.isDrifted,
    test: drift.test,
    score: drift.score,
    scores: drift.scores,
    ...sides,
    bins: showBins(drift.bins, MAX_BINS),
  };
}

function sideOf(profile: ColumnProfile): Side {
  const isNumeric = profile.kind === 'number' && profile.nValues > 0;
  return {
    n_values: profile.nValues,
    missing_count: profile.nMissing,
    median: isNumeric ? medianOf(profile) : null,
    std: isNumeric ? profile.std : null,
  };
}

/** The least value that half of the rows do not exceed. */
function medianOf({ values, counts }: NumericProfile): number {
  const half = counts.reduce((sum, count) => sum + count, 0) / 2;
  let [at, reached] = [0, counts[0]];
  while (reached < half && at < values.length - 1) reached += counts[++at];
  return values[at];
}

function reasonOf({ kind }: Column): string {
  return kind === 'text' || kind === 'number'
    ? 'no value in the reference'
    : 'neither numbers nor texts';
}

/** A column without any value may have come as one of texts. */
async function hasTexts(
  database: CountingDatabase,
  { sql }: Relation,
  { name, kind }: Column,
): Promise<boolean> {
  if (kind === 'number') return false;
  const [{ n }] = await database.query(`SELECT count(${identifier(name)}) AS n FROM ${sql}`);
  return Number(n) > 0;
}

function assertNumbers(names: readonly string[], reference: Reference, current: Relation): void {
  if (names.length === 0) return;
  throw new StageError(
    'E_DATA',
    `${current.source} must hold numbers where ${reference.source} does; got texts in ${listExamples(names)}`,
  );
}

function assertSome(columns: readonly unknown[], reference: Reference, current: Relation): void {
  if (columns.length > 0) return;
  throw new StageError(
    'E_DATA',
    `${current.source} must share a column of numbers or texts with ${reference.source}; got none`,
    {
      hint: `its columns are ${current.columns
        .map(({ name }) => name)
        .slice(0, 12)
        .join(', ')}`,
    },
  );
}
