/** What changed in a column, in words. */
import type { DriftTest } from '../monitoring/drift.ts';
import type { MonitoredColumn } from '../monitoring/monitor.ts';
import { formatCount, formatMeasure, formatPercent } from './format.ts';

export const TEST_NAMES: Readonly<Record<DriftTest, string>> = {
  jensen_shannon: 'Jensen-Shannon',
  wasserstein: 'Wasserstein',
  psi: 'PSI',
  unseen_share: 'unseen texts',
};

/** Changes of shares that are named. */
const N_CHANGES = 3;
/** Less than this is no change to speak of, as a share of the rows. */
const MIN_CHANGE = 0.005;

/** "median 2.1, was 1.4; standard deviation 0.9, was 0.8; 20.0 % missing, were 5.0 %". */
export function describeChange(column: MonitoredColumn): string {
  const { compared, reference, current, bins } = column;
  if (bins === null) {
    return `no value in ${formatCount(current.missing_count)} rows; ${formatPercent(missingShare(reference))} were missing`;
  }
  const parts =
    compared === 'categories' || (compared === 'numbers' && bins.kind === 'values')
      ? describeShares(column)
      : describeNumbers(column);
  return [...parts, ...describeMissing(column)].join('; ');
}

export function missingShare({
  n_values: nValues,
  missing_count: nMissing,
}: MonitoredColumn['reference']): number {
  return nMissing / (nValues + nMissing);
}

function describeNumbers({ compared, reference, current }: MonitoredColumn): string[] {
  const of = compared === 'lengths' ? ' of the lengths in characters' : '';
  return [
    `median${of} ${formatMeasure(current.median!)}, was ${formatMeasure(reference.median!)}`,
    `standard deviation ${formatMeasure(current.std!)}, was ${formatMeasure(reference.std!)}`,
  ];
}

function describeShares({ bins, scores }: MonitoredColumn): string[] {
  const { labels, reference, current } = bins!;
  const change = (i: number): number => Math.abs(current[i] - reference[i]);
  const changed = labels
    .map((_, i) => i)
    .filter((i) => change(i) >= MIN_CHANGE)
    .sort((a, b) => change(b) - change(a) || a - b)
    .slice(0, N_CHANGES)
    .map((i) => `${labels[i]}: ${formatPercent(current[i])}, was ${formatPercent(reference[i])}`);
  const unseen = scores?.unseen_share ?? 0;
  return [
    ...(changed.length === 0 ? ['no share changed by half a per cent or more'] : changed),
    ...(unseen > 0
      ? [`${formatPercent(unseen)} of the rows hold texts that the reference has not`]
      : []),
  ];
}

function describeMissing({ reference, current }: MonitoredColumn): string[] {
  const [before, now] = [missingShare(reference), missingShare(current)];
  if (Math.abs(now - before) < MIN_CHANGE) return [];
  return [`${formatPercent(now)} missing, were ${formatPercent(before)}`];
}
