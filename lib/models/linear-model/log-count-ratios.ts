/**
 * Scales of sparse features by how much more often the rows of one class hold them than those of the others: the
 * L2 penalty of a linear model on features so scaled holds those least back that tell the classes apart, so that a few
 * rows are enough to learn them from. Known of texts as NB-SVM, or naive-Bayes features.
 *
 * @see Wang, S. and Manning, C. D. (2012), Baselines and Bigrams, ACL, https://aclanthology.org/P12-2018
 */
import type { CsrMatrix } from '../../sparse/csr.ts';

/**
 * How apart the classes are in each feature: r_j, the root mean square over the classes k of
 * log((1 + n_kj) / (2 + n_k)) - log((1 + n_oj) / (2 + n_o)). n_k are the rows of the class, n_kj those of them whose
 * feature j is not 0, n_o and n_oj the same of all rows of other classes: Bernoulli naive Bayes, each class against the
 * rest. Of two classes it is the absolute value of the one ratio.
 *
 * @param labels - Class of each row, 0 to nClasses - 1; a class without rows is left out.
 * @returns Shape (nColumns), at least 0; all 0 where fewer than two classes have rows.
 */
export function logCountRatios(
  { nRows, nColumns, indptr, indices, values }: CsrMatrix,
  labels: Int32Array,
  nClasses: number,
): Float64Array {
  const sizes = new Float64Array(nClasses);
  const counts = new Float64Array(nClasses * nColumns);
  const totals = new Float64Array(nColumns);
  for (let i = 0; i < nRows; i++) {
    const offset = labels[i] * nColumns;
    sizes[labels[i]]++;
    for (let at = indptr[i]; at < indptr[i + 1]; at++) {
      if (values[at] === 0) continue;
      counts[offset + indices[at]]++;
      totals[indices[at]]++;
    }
  }
  const squares = new Float64Array(nColumns);
  const present = [...sizes.keys()].filter((k) => sizes[k] > 0 && sizes[k] < nRows);
  for (const k of present) {
    const rest = nRows - sizes[k];
    for (let j = 0; j < nColumns; j++) {
      const own = counts[k * nColumns + j];
      const ratio = rateOf(own, sizes[k]) / rateOf(totals[j] - own, rest);
      squares[j] += Math.log(ratio) ** 2;
    }
  }
  return squares.map((sum) => Math.sqrt(sum / Math.max(1, present.length)));
}

/**
 * (1 - share) + share r_j / q, where r are the {@link logCountRatios} and q is their root mean square, so that the
 * strength of a penalty keeps its meaning.
 *
 * @param share - 0 to 1; 0 scales nothing, 1 takes features out that all classes hold equally often.
 * @returns Shape (nColumns); all 1 where every ratio is 0.
 */
export function logCountRatioScales(
  X: CsrMatrix,
  labels: Int32Array,
  nClasses: number,
  share: number,
): Float64Array {
  const ratios = logCountRatios(X, labels, nClasses);
  const q = Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio ** 2, 0) / ratios.length);
  return ratios.map((ratio) => (q > 0 ? 1 - share + (share * ratio) / q : 1));
}

/** Share of the rows that hold a feature, as if one row more held it and one did not. */
function rateOf(n: number, nRows: number): number {
  return (1 + n) / (2 + nRows);
}
