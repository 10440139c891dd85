/** Rows kept in order, one of each key. */
export interface SortedTable<T> {
  /** In order. The array is the table's own: it changes with the next `put`. */
  readonly rows: readonly T[];
  /** Takes rows in; one that compares equal to a row that is there replaces it. No two of them compare equal. */
  put(rows: readonly T[]): void;
}

/** Above so many new rows, sorting is quicker than moving the rows behind each of them. */
const MAX_INSERTED = 64;

export function createSortedTable<T>(compare: (a: T, b: T) => number): SortedTable<T> {
  const rows: T[] = [];
  const put = (given: readonly T[]): void => {
    const fresh = given.filter((row) => {
      const index = findIndex(rows, row, compare);
      const isThere = index < rows.length && compare(rows[index], row) === 0;
      if (isThere) rows[index] = row;
      return !isThere;
    });
    if (fresh.length <= MAX_INSERTED) {
      for (const row of fresh) rows.splice(findIndex(rows, row, compare), 0, row);
      return;
    }
    for (const row of fresh) rows.push(row);
    rows.sort(compare);
  };
  return { rows, put };
}

/** The place of the first row that does not come before `row`. */
function findIndex<T>(rows: readonly T[], row: T, compare: (a: T, b: T) => number): number {
  let [start, end] = [0, rows.length];
  while (start < end) {
    const middle = (start + end) >> 1;
    if (compare(rows[middle], row) < 0) start = middle + 1;
    else end = middle;
  }
  return start;
}
