/** Columns of two splits as a feature table: categories one-hot, as train has them. */
import type { FeatureGroup, FeatureTable } from './feature-table.ts';

/** A column of train and one of test below it, as numbers. */
export type Columns = ReadonlyMap<string, Float64Array>;

export interface GroupOfColumns {
  readonly name: string;
  readonly columns: readonly string[];
  readonly units: FeatureGroup['units'];
}

/**
 * @param columns - Those of all groups, each of shape (nSamples), train first.
 * @param categorical - Columns that become a feature of 0 and 1 for each value of train, in ascending order; a value
 *   that train has not is 0 in all of them.
 */
export function buildFeatureTable(
  columns: Columns,
  { y, nTrain }: Pick<FeatureTable, 'y' | 'nTrain'>,
  groups: readonly GroupOfColumns[],
  categorical: readonly string[],
): FeatureTable {
  const features: Float64Array[] = [];
  const built = groups.map(({ name, columns: names, units }): FeatureGroup => {
    const start = features.length;
    for (const column of names) {
      const values = columns.get(column)!;
      if (categorical.includes(column)) features.push(...oneHot(values, nTrain));
      else features.push(values);
    }
    const own = Array.from({ length: features.length - start }, (_, j) => start + j);
    return { name, columns: own, units };
  });
  const X = new Float32Array(y.length * features.length);
  features.forEach((values, j) => {
    values.forEach((value, i) => (X[i * features.length + j] = value));
  });
  return { X, nFeatures: features.length, y, nTrain, groups: built };
}

function oneHot(values: Float64Array, nTrain: number): Float64Array[] {
  const categories = [...new Set(values.subarray(0, nTrain))].sort((a, b) => a - b);
  return categories.map((category) => values.map((value) => (value === category ? 1 : 0)));
}

/** Numbers the units by their first rows, from 0. */
export function numberUnits(keys: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(keys, (key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}
