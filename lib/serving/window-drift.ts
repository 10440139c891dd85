/** Drift of the columns of a window against the training rows of a bundle. Pure. */
import { measureDrift } from '../monitoring/drift.ts';
import type { ColumnDrift } from '../monitoring/drift.ts';
import { profileCategories, profileNumbers, profileTraining } from '../monitoring/profiles.ts';
import type { ColumnProfile } from '../monitoring/profiles.ts';
import type { Distribution } from '../preprocessing/distribution.ts';
import type { Column } from '../sql.ts';
import type { WindowColumns, WindowValues } from './drift-window.ts';

export type FeatureDrift = Omit<ColumnDrift, 'bins'>;

/**
 * By name of column. Those that the bundle keeps too little of are left out, as are those without a value in the
 * window.
 */
export function measureWindow(
  distribution: Distribution,
  columns: WindowColumns,
  threshold: number,
): Map<string, FeatureDrift> {
  const found = new Map<string, FeatureDrift>();
  for (const [name, values] of columns) {
    const reference = profileTraining(distribution, name);
    const current = profileWindow(values);
    if (reference === null || reference.nValues === 0 || current.nValues === 0) continue;
    const { scores, test, score, isDrifted } = measureDrift(reference, current, { threshold });
    found.set(name, { scores, test, score, isDrifted });
  }
  return found;
}

/** Columns that a bundle of an earlier version keeps too little of, though training had values of them. */
export function findUnwatched(distribution: Distribution, input: readonly Column[]): string[] {
  const watchable = input.filter(({ name, kind }) => {
    const nValues = distribution.n_samples - distribution.columns[name].missing_count;
    return (kind === 'number' || kind === 'text') && nValues > 0;
  });
  const names = watchable.map(({ name }) => name);
  return names.filter((name) => profileTraining(distribution, name) === null);
}

function profileWindow(values: WindowValues): ColumnProfile {
  if (values instanceof Float64Array) return profileNumbers(values);
  const counts = new Map<string, number>();
  let nMissing = 0;
  for (const text of values) {
    if (text === null) nMissing++;
    else counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return profileCategories(counts, nMissing);
}
