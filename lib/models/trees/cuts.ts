/** The ranks of one feature in one node, in their order. */

interface Column {
  /** Row-major, shape (n, nFeatures). */
  readonly ranks: Uint16Array;
  readonly rows: Int32Array;
  readonly nFeatures: number;
  readonly feature: number;
  /** Least and greatest rank in the node. */
  readonly low: number;
  readonly high: number;
}

/** Up to so many ranks for each row they are counted, beyond they are sorted. */
const RANKS_PER_ROW = 8;

/**
 * Calls `visit` for each cut between a rank and the next one in the node, from the lowest on; `nLeft` then
 * has the rows of each segment up to the cut.
 */
export function eachCut(
  { ranks, rows, nFeatures, feature, low, high }: Column,
  segments: readonly { readonly start: number; readonly end: number }[],
  nLeft: Int32Array,
  visit: (rank: number, nextRank: number) => void,
): void {
  const nSegments = segments.length;
  const nRows = segments[nSegments - 1].end - segments[0].start;
  const nRanks = high - low + 1;
  nLeft.fill(0, 0, nSegments);
  let last = -1;
  const begin = (rank: number): void => {
    if (last >= 0) visit(last, rank);
    last = rank;
  };
  if (nRanks <= RANKS_PER_ROW * nRows) {
    const histogram = new Uint32Array(nRanks * nSegments);
    segments.forEach(({ start, end }, s) => {
      for (let i = start; i < end; i++) {
        histogram[(ranks[rows[i] * nFeatures + feature] - low) * nSegments + s]++;
      }
    });
    for (let rank = 0; rank < nRanks; rank++) {
      const row = rank * nSegments;
      let isUsed = false;
      for (let s = 0; s < nSegments; s++) isUsed ||= histogram[row + s] > 0;
      if (!isUsed) continue;
      begin(low + rank);
      for (let s = 0; s < nSegments; s++) nLeft[s] += histogram[row + s];
    }
    return;
  }
  const keys = new Float64Array(nRows);
  let nKeys = 0;
  segments.forEach(({ start, end }, s) => {
    for (let i = start; i < end; i++) {
      keys[nKeys++] = ranks[rows[i] * nFeatures + feature] * nSegments + s;
    }
  });
  keys.sort();
  for (const key of keys) {
    const rank = Math.floor(key / nSegments);
    if (rank !== last) begin(rank);
    nLeft[key % nSegments]++;
  }
}
