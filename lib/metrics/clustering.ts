/**
 * Agreement of two partitions of the same rows, of clusters with classes for instance: 1 when they are the
 * same up to the names of their parts. Both take whole counts; weights have no meaning for pairs of rows.
 */
import { columnSums, rowSums, type ContingencyTable } from './contingency.ts';

/**
 * Rand index adjusted for chance: of all pairs of rows, the share that both partitions treat alike,
 * rescaled so that random partitions give 0 on average.
 *
 *     2 (tp tn - fn fp) / ((tp + fn)(fn + tn) + (tp + fp)(fp + tn)), counts of ordered pairs
 *
 * The products pass 2^53 from about 10,000 rows on, so that they are computed in whole numbers of any size.
 *
 * @param table - Whole counts, any shape; labels that do not occur change nothing.
 * @returns A value in [-0.5, 1]; 1 for equal partitions, for no rows and for one row.
 * @see Hubert, L. and Arabie, P. (1985), Journal of Classification 2, 193-218, doi:10.1007/BF01908075
 */
export function adjustedRandIndex(table: ContingencyTable): number {
  const nSamples = BigInt(table.counts.reduce((sum, count) => sum + count, 0));
  const together = sumOfSquares(table.counts);
  const togetherInRows = sumOfSquares(rowSums(table));
  const togetherInColumns = sumOfSquares(columnSums(table));
  const tp = together - nSamples;
  const fn = togetherInRows - together;
  const fp = togetherInColumns - together;
  const tn = nSamples * nSamples - togetherInRows - togetherInColumns + together;
  if (fn === 0n && fp === 0n) return 1;
  const numerator = 2n * (tp * tn - fn * fp);
  return Number(numerator) / Number((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn));
}

/**
 * Mutual information of the two labels over the arithmetic mean of their entropies (natural logarithm; the
 * base cancels): the share of what there is to know about one label that the other tells.
 *
 * @param table - Whole counts, any shape; labels that do not occur change nothing.
 * @returns A value in [0, 1]. 1 when both partitions have a single part or there are no rows; 0 when only
 *   one of them has a single part.
 * @see Vinh, N. X., Epps, J. and Bailey, J. (2010), JMLR 11, 2837-2854
 */
export function normalizedMutualInformation(table: ContingencyTable): number {
  const rowEntropy = entropy(rowSums(table));
  const columnEntropy = entropy(columnSums(table));
  if (rowEntropy === 0 && columnEntropy === 0) return 1;
  if (rowEntropy === 0 || columnEntropy === 0) return 0;
  // equal labels can round to a hair above everything
  return Math.min(1, mutualInformation(table) / ((rowEntropy + columnEntropy) / 2));
}

/**
 * Mutual information of the two labels in nats: what knowing one of them takes from the entropy of the other.
 *
 * @param table - Counts or weights, any shape; labels that do not occur change nothing.
 * @returns At least 0; 0 for no rows.
 */
export function mutualInformation(table: ContingencyTable): number {
  const rows = rowSums(table);
  const columns = columnSums(table);
  const nSamples = rows.reduce((sum, count) => sum + count, 0);
  let information = 0;
  for (let row = 0; row < table.nRows; row++) {
    for (let column = 0; column < table.nColumns; column++) {
      const count = table.counts[row * table.nColumns + column];
      if (count === 0) continue;
      information +=
        (count / nSamples) * Math.log((count / rows[row]) * (nSamples / columns[column]));
    }
  }
  // independent labels can round to a hair below nothing
  return Math.max(0, information);
}

function sumOfSquares(counts: Float64Array): bigint {
  return counts.reduce((sum, count) => sum + BigInt(count) ** 2n, 0n);
}

/** Entropy in nats of a label that occurs so often; 0 for no rows. */
export function entropy(counts: Float64Array): number {
  const nSamples = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce(
    (sum, count) => (count === 0 ? sum : sum - (count / nSamples) * Math.log(count / nSamples)),
    0,
  );
}
