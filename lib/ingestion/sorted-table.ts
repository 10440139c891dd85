/** Rows kept in order, one of each key. */
export interface SortedTable<T> {
  /** In order. The array is the table's own: it changes with the next `put`. */
  readonly rows: readonly T[];
  /** Takes rows in; one that compares equal to a row that is there replaces it. No two of them compare equal. */
  put(rows: readonly T[]): void;
}

export function createSortedTable<T>(compare: (a: T, b: T) => number): SortedTable<T> {
  const rows: T[] = [];
  const put = (given: readonly T[]): void => {
    const nBefore = rows.length;
    for (const row of given) {
      const index = findIndex(rows, nBefore, row, compare);
      if (index < nBefore && compare(rows[index], row) === 0) rows[index] = row;
      else rows.push(row);
    }
    // two runs in order are merged in one pass
    if (rows.length > nBefore) rows.sort(compare);
  };
  return { rows, put };
}

/** The first of the `length` first rows that does not come before `row`. */
function findIndex<T>(
  rows: readonly T[],
  length: number,
  row: T,
  compare: (a: T, b: T) => number,
): number {
  let [start, end] = [0, length];
  while (start < end) {
    const middle = (start + end) >> 1;
    if (compare(rows[middle], row) < 0) start = middle + 1;
    else end = middle;
  }
  return start;
}
