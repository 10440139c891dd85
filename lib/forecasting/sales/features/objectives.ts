/**
 * objectives: towards the end of a fiscal year that comes close to its objective, sales of June are pushed,
 * and July lacks them. A year that has met its objective, or is too far from it, ends as it would.
 */

/** Objectives that exceed the year's sales by more than this share are given up. */
const MAX_MISSING = 0.2;

/** A year that exceeds its objective by more than this share needs no push. */
const MAX_EXCESS = 0.05;

/**
 * @param total - Sales of the fiscal year, those of June as far as they are known or expected.
 * @param objective - NaN: none, hence no push.
 */
export function isPushed(total: number, objective: number): boolean {
  return objective <= total * (1 + MAX_MISSING) && objective >= total / (1 + MAX_EXCESS);
}
