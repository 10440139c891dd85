/** How good a split is: the higher the score, the purer both sides. Comparable within one node. */
import { naturalLog } from './arithmetic.ts';

export const CRITERIA = ['gini', 'entropy'] as const;
export type CriterionName = (typeof CRITERIA)[number];

export interface Criterion {
  readonly name: CriterionName;
  /** Shape (nClasses). */
  readonly classWeight: readonly number[];
  /** By class, the term of n of its rows, n = 0 to all; w is their weight: w² for gini, w ln w for entropy. */
  readonly terms: readonly Float64Array[];
}

export function createCriterion(
  name: CriterionName,
  classWeight: readonly number[],
  nRowsOfClass: readonly number[],
): Criterion {
  const terms = nRowsOfClass.map((nRows, c) => {
    const ofClass = new Float64Array(nRows + 1);
    for (let n = 1; n <= nRows; n++) {
      const weight = classWeight[c] * n;
      ofClass[n] = weight * (name === 'gini' ? weight : naturalLog(weight));
    }
    return ofClass;
  });
  return { name, classWeight, terms };
}

/**
 * Minus the impurity of both sides by their weight, up to what is the same for all splits of a node.
 *
 * @param labels - Classes in the node, ascending.
 * @param nLeft - Rows of each of them on the left; neither side is empty.
 * @param nTotal - Rows of each of them in the node.
 */
export function scoreSplit(
  { name, classWeight, terms }: Criterion,
  labels: ArrayLike<number>,
  nLabels: number,
  nLeft: ArrayLike<number>,
  nTotal: ArrayLike<number>,
): number {
  let left = 0;
  let right = 0;
  let leftWeight = 0;
  let rightWeight = 0;
  for (let s = 0; s < nLabels; s++) {
    const label = labels[s];
    const nRight = nTotal[s] - nLeft[s];
    left += terms[label][nLeft[s]];
    right += terms[label][nRight];
    leftWeight += classWeight[label] * nLeft[s];
    rightWeight += classWeight[label] * nRight;
  }
  return name === 'gini'
    ? left / leftWeight + right / rightWeight
    : left - leftWeight * naturalLog(leftWeight) + (right - rightWeight * naturalLog(rightWeight));
}
