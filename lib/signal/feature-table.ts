/** Rows whose features come in groups, so that a model can be fitted to some of these, or to features dealt anew. */
import { StageError } from '../errors.ts';
import { shuffledIndices } from '../tensors/shuffle.ts';
import type { Rng } from '../rng.ts';

export interface FeatureGroup {
  readonly name: string;
  /** Ascending, below nFeatures. */
  readonly columns: readonly number[];
  /**
   * Number of what the row's features of this group describe, from 0 to nUnits - 1, shape (nSamples of train and
   * test); null: each row is its own.
   */
  readonly units: Int32Array | null;
}

export interface FeatureTable {
  readonly nFeatures: number;
  /** Row-major, shape (nSamples, nFeatures): the rows of train, those of test behind. */
  readonly X: Float32Array;
  /** 0 or 1, shape (nSamples). */
  readonly y: Int32Array;
  readonly nTrain: number;
  readonly groups: readonly FeatureGroup[];
}

/** The features of some groups alone, in their order, row-major. */
export function selectGroups(
  { X, nFeatures }: Pick<FeatureTable, 'X' | 'nFeatures'>,
  groups: readonly FeatureGroup[],
): { readonly X: Float32Array; readonly nFeatures: number } {
  const columns = groups.flatMap((group) => group.columns);
  const nSamples = X.length / nFeatures;
  const selected = new Float32Array(nSamples * columns.length);
  for (let i = 0, to = 0; i < nSamples; i++) {
    for (const column of columns) selected[to++] = X[i * nFeatures + column];
  }
  return { X: selected, nFeatures: columns.length };
}

/**
 * The features with those of one group dealt anew: all rows of a unit get the features of another one, every order
 * of the units equally likely. Whatever the group told of its unit is gone; its own distribution stays.
 */
export function permuteGroup(
  { X, nFeatures }: Pick<FeatureTable, 'X' | 'nFeatures'>,
  { columns, units }: FeatureGroup,
  rng: Rng,
): Float32Array {
  const nSamples = X.length / nFeatures;
  const firstRow = units === null ? null : findFirstRows(units);
  const order = shuffledIndices(firstRow?.length ?? nSamples, rng);
  const permuted = X.slice();
  for (let i = 0; i < nSamples; i++) {
    const from = firstRow === null ? order[i] : firstRow[order[units![i]]];
    for (const column of columns) permuted[i * nFeatures + column] = X[from * nFeatures + column];
  }
  return permuted;
}

/** A row of each unit, shape (nUnits). */
function findFirstRows(units: Int32Array): Int32Array {
  const rows: number[] = [];
  units.forEach((unit, row) => (rows[unit] ??= row));
  return Int32Array.from(rows);
}

/** @throws StageError E_PARAMS for a group whose features differ between the rows of a unit. */
export function assertUnits({ X, nFeatures, groups }: FeatureTable): void {
  for (const { name, columns, units } of groups) {
    if (units === null) continue;
    const first = findFirstRows(units);
    const isAlike = units.every((unit, i) =>
      columns.every((column) => X[i * nFeatures + column] === X[first[unit] * nFeatures + column]),
    );
    if (isAlike) continue;
    throw new StageError(
      'E_PARAMS',
      `signal.groups: the columns of ${name} must be the same in all rows of what they describe (of)`,
      { hint: 'leave `of` out where the features are those of the row' },
    );
  }
}
