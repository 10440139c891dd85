/**
 * A balanced k-d tree over rows of float32: exact nearest neighbours by Euclidean distance.
 *
 * Every node halves its rows at the median of the column in which they spread most; all leaves stand at one
 * depth, so that nodes need no pointers: the children of node i are 2 i + 1 and 2 i + 2.
 *
 * @see Bentley, J. L. (1975), Communications of the ACM 18(9), 509-517, doi:10.1145/361002.361007
 * @see Friedman, J. H., Bentley, J. L. and Finkel, R. A. (1977), ACM Transactions on Mathematical Software
 *   3(3), 209-226, doi:10.1145/355744.355745
 */
export interface KdTree {
  readonly nColumns: number;
  /** Coordinates in the order of the leaves, row-major, shape (nSamples, nColumns). */
  readonly points: Float32Array;
  /** Number of the row that each point was, shape (nSamples). */
  readonly rows: Int32Array;
  /** Of each node, shape (2^depth - 1). */
  readonly splitColumns: Int32Array;
  /** Of each node, the largest coordinate of its first half in that column, and the smallest of its second. */
  readonly splitValues: Float32Array;
}

/** The nearest rows, the nearest first; of two at the same distance, the one of the lower number. */
export interface Neighbors {
  readonly rows: Int32Array;
  readonly squaredDistances: Float64Array;
}

/** Columns that are added up before a row is given up as too far. */
const STRIDE = 8;

/** Levels of nodes above the leaves: the least at which no leaf of `nSamples` rows has more than `leafSize`. */
export function depthOf(nSamples: number, leafSize: number): number {
  let depth = 0;
  while (Math.ceil(nSamples / 2 ** depth) > leafSize) depth++;
  return depth;
}

/**
 * Cost: about nSamples log2(nSamples / leafSize) (nColumns + 3) steps.
 *
 * @param X - Row-major, shape (nSamples, nColumns), at least one row, every value finite.
 * @param leafSize - Rows of a leaf at most, at least 1.
 */
export function buildKdTree(X: Float32Array, nColumns: number, leafSize: number): KdTree {
  const nSamples = X.length / nColumns;
  const depth = depthOf(nSamples, leafSize);
  const order = Int32Array.from({ length: nSamples }, (_, i) => i);
  const splitColumns = new Int32Array(2 ** depth - 1);
  const splitValues = new Float32Array(2 * splitColumns.length);
  const keys = new Float32Array(nSamples);

  const divide = (node: number, start: number, end: number): void => {
    if (node >= splitColumns.length) {
      order.subarray(start, end).sort();
      return;
    }
    const column = widestColumn(X, nColumns, order, start, end);
    for (let i = start; i < end; i++) keys[i] = X[order[i] * nColumns + column];
    const middle = middleOf(start, end);
    select(keys, order, start, end - 1, middle);
    splitColumns[node] = column;
    // -Infinity for no rows: a leaf may be empty
    splitValues[2 * node] = keys
      .subarray(start, middle)
      .reduce((a, b) => Math.max(a, b), -Infinity);
    splitValues[2 * node + 1] = keys[middle];
    divide(2 * node + 1, start, middle);
    divide(2 * node + 2, middle, end);
  };
  divide(0, 0, nSamples);

  const points = new Float32Array(X.length);
  order.forEach((row, i) => {
    points.set(X.subarray(row * nColumns, (row + 1) * nColumns), i * nColumns);
  });
  return { nColumns, points, rows: order, splitColumns, splitValues };
}

/**
 * A search of `k` neighbours that is asked again and again; what it returns is overwritten by the next.
 *
 * @param k - At least 1, at most the rows of the tree.
 * @returns Takes the coordinates of one row out of many, from `at` on; every one finite.
 */
export function createSearch(
  { nColumns: d, points, rows, splitColumns, splitValues }: KdTree,
  k: number,
): (queries: Float32Array, at: number) => Neighbors {
  const nearest = new Int32Array(k);
  const distances = new Float64Array(k);
  /** By column, distance of the query from the box of the node in hand. */
  const outside = new Float64Array(d);
  let query: Float32Array = new Float32Array(0);
  let offset = 0;

  const scanLeaf = (start: number, end: number): void => {
    let worst = distances[k - 1];
    for (let i = start; i < end; i++) {
      let distance = 0;
      const point = i * d;
      for (let j = 0; j < d && distance <= worst;) {
        for (const stop = Math.min(d, j + STRIDE); j < stop; j++) {
          const difference = query[offset + j] - points[point + j];
          distance += difference * difference;
        }
      }
      if (distance > worst || (distance === worst && rows[i] > nearest[k - 1])) continue;
      let place = k - 1;
      for (; place > 0; place--) {
        const before = distances[place - 1];
        if (before < distance || (before === distance && nearest[place - 1] < rows[i])) break;
        distances[place] = before;
        nearest[place] = nearest[place - 1];
      }
      distances[place] = distance;
      nearest[place] = rows[i];
      worst = distances[k - 1];
    }
  };

  const descend = (node: number, start: number, end: number, bound: number): void => {
    if (node >= splitColumns.length) return scanLeaf(start, end);
    const column = splitColumns[node];
    const value = query[offset + column];
    const low = value - splitValues[2 * node];
    const high = splitValues[2 * node + 1] - value;
    const middle = middleOf(start, end);
    const isFirst = low < high;
    const near = 2 * node + (isFirst ? 1 : 2);
    const far = 2 * node + (isFirst ? 2 : 1);
    const gap = isFirst ? high : low;
    if (isFirst) descend(near, start, middle, bound);
    else descend(near, middle, end, bound);
    const before = outside[column];
    const farBound = gap > before ? bound - before * before + gap * gap : bound;
    // rounding must not hide a row at the same distance
    if (farBound * (1 - 1e-12) > distances[k - 1]) return;
    outside[column] = Math.max(gap, before);
    if (isFirst) descend(far, middle, end, farBound);
    else descend(far, start, middle, farBound);
    outside[column] = before;
  };

  return (queries, at) => {
    query = queries;
    offset = at;
    nearest.fill(-1);
    distances.fill(Infinity);
    descend(0, 0, rows.length, 0);
    return { rows: nearest, squaredDistances: distances };
  };
}

/** Where the second half begins. */
function middleOf(start: number, end: number): number {
  return (start + end) >> 1;
}

function widestColumn(
  X: Float32Array,
  nColumns: number,
  order: Int32Array,
  start: number,
  end: number,
): number {
  const low = new Float32Array(nColumns).fill(Infinity);
  const high = new Float32Array(nColumns).fill(-Infinity);
  for (let i = start; i < end; i++) {
    const row = order[i] * nColumns;
    for (let j = 0; j < nColumns; j++) {
      const value = X[row + j];
      if (value < low[j]) low[j] = value;
      if (value > high[j]) high[j] = value;
    }
  }
  let widest = 0;
  for (let j = 1; j < nColumns; j++) {
    if (high[j] - low[j] > high[widest] - low[widest]) widest = j;
  }
  return widest;
}

/**
 * Puts the item that sorting would put at `middle` there, none larger in front of it, none smaller behind.
 *
 * @param end - Included.
 * @see Hoare, C. A. R. (1961), Algorithm 65: Find, Communications of the ACM 4(7), 321-322,
 *   doi:10.1145/366622.366647
 */
function select(
  keys: Float32Array,
  order: Int32Array,
  start: number,
  end: number,
  middle: number,
): void {
  while (start < end) {
    const pivot = keys[(start + end) >> 1];
    let i = start;
    let j = end;
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i > j) break;
      const key = keys[i];
      const row = order[i];
      keys[i] = keys[j];
      order[i++] = order[j];
      keys[j] = key;
      order[j--] = row;
    }
    if (middle <= j) end = j;
    else if (middle >= i) start = i;
    else return;
  }
}
