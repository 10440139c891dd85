/**
 * price: customers know changes in advance. They order more in the month before a rise and less in the month
 * of it, and the reverse before a fall: a month sells (1 + e × price_change) times what its past says.
 */
import type { SalesWorld } from '../world.ts';

/**
 * Relative change of the price to the next month less that of this one; the price of the last month is taken
 * to last, and that of the first to have been so before.
 *
 * @returns Shape (nItems, nMonths).
 */
export function priceDriver({
  items,
  months,
  price,
}: Pick<SalesWorld, 'items' | 'months' | 'price'>): Float64Array | null {
  if (price === null) return null;
  const n = months.length;
  const change = (i: number, t: number): number =>
    t === 0 || t === n ? 0 : price[i * n + t] / price[i * n + t - 1] - 1;
  return Float64Array.from(
    { length: items.length * n },
    (_, at) => change(Math.floor(at / n), (at % n) + 1) - change(Math.floor(at / n), at % n),
  );
}
