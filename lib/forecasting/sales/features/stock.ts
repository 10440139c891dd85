/**
 * stock: nothing at the beginning, refills known in advance, so that a month sells what there is at most.
 *
 * What a stock-out left unserved is asked for again in the month after.
 */
import type { SalesWorld } from '../world.ts';

/**
 * What each item can sell in month t at most: refills up to its end less sales up to its beginning.
 *
 * @returns Shape (nItems, nMonths); NaN from the month on that follows unknown sales; null without refills.
 */
export function availableStock({ items, months, sales, refills }: SalesWorld): Float64Array | null {
  if (refills === null) return null;
  const available = new Float64Array(sales.length);
  for (let i = 0; i < items.length; i++) {
    let stock = 0;
    for (let t = 0; t < months.length; t++) {
      const at = i * months.length + t;
      stock += refills[at];
      available[at] = stock;
      stock -= sales[at];
    }
  }
  return available;
}

/** Stock is counted in doubles that add up to a rest of rounding where nothing is left. */
const ROUNDING = 1e-9;

/** Whether sales took all that there was. */
export function isStockOut(sold: number, available: number): boolean {
  return available - sold <= ROUNDING * Math.max(1, Math.abs(available));
}
