/** The weeks of each vegetable that stand out: a week concerns all others, so they are found when they are asked for. */
import { compareWeekly } from './monthly-sales.ts';
import type { WeeklySales } from './monthly-sales.ts';
import { tagOutliers } from './outliers.ts';
import type { OutlierRule } from './outliers.ts';
import { createSortedTable } from './sorted-table.ts';
import type { SortedTable } from './sorted-table.ts';
import type { Day } from './weeks.ts';

export interface OutlierIndex {
  put(weekly: readonly WeeklySales[]): void;
  /** Whether one of the weeks is an outlier of the vegetable. */
  holdsAny(vegetable: string, weeks: readonly { readonly firstDay: Day }[]): boolean;
}

export function createOutlierIndex(rule: OutlierRule): OutlierIndex {
  const series = new Map<string, SortedTable<WeeklySales>>();
  const outlying = new Map<string, ReadonlySet<Day>>();
  const put = (weekly: readonly WeeklySales[]): void => {
    for (const [vegetable, rows] of Map.groupBy(weekly, (row) => row.vegetable)) {
      outlying.delete(vegetable);
      let table = series.get(vegetable);
      if (table === undefined) series.set(vegetable, (table = createSortedTable(compareWeekly)));
      table.put(rows);
    }
  };
  const find = (vegetable: string): ReadonlySet<Day> => {
    const known = outlying.get(vegetable);
    if (known !== undefined) return known;
    const { rows } = series.get(vegetable)!;
    const tags = tagOutliers(
      rows.map(({ sales }) => sales),
      rule,
    );
    const days = new Set(rows.filter((_, i) => tags[i]).map(({ firstDay }) => firstDay));
    outlying.set(vegetable, days);
    return days;
  };
  const holdsAny: OutlierIndex['holdsAny'] = (vegetable, weeks) => {
    const days = find(vegetable);
    return days.size > 0 && weeks.some(({ firstDay }) => days.has(firstDay));
  };
  return { put, holdsAny };
}
