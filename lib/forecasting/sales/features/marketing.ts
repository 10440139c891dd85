/** marketing: a month sells (1 + d × marketing_spend) times what its past alone says. */
import type { SalesWorld } from '../world.ts';

/** The spend of each month; shape (nItems, nMonths). */
export function marketingDriver({ marketing }: Pick<SalesWorld, 'marketing'>): Float64Array | null {
  return marketing;
}
