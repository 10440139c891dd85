/** The months that a model may learn from. */
import { isStockOut } from '../features/stock.ts';
import { N_LAGS } from '../world.ts';
import type { SalesWorld } from '../world.ts';

/**
 * Places `i nMonths + t` of the months before `startTest` that reach back far enough; with stock, without those
 * that ran out of it and those right after, which sell what was left unserved too.
 */
export function listTrainingRows(
  { items, months, sales }: SalesWorld,
  available: Float64Array | null,
  startTest: number,
): Int32Array {
  const isOut = (at: number): boolean => available !== null && isStockOut(sales[at], available[at]);
  const rows: number[] = [];
  for (let i = 0; i < items.length; i++) {
    for (let t = N_LAGS; t < startTest; t++) {
      const at = i * months.length + t;
      if (!isOut(at) && !isOut(at - 1)) rows.push(at);
    }
  }
  return Int32Array.from(rows);
}
