/** The drivers of a configuration: features beside the past of the sales that raise or lower a month. */
import { marketingDriver } from '../features/marketing.ts';
import { priceDriver } from '../features/price.ts';
import type { SalesWorld } from '../world.ts';

export const DRIVERS: Readonly<Record<string, (world: SalesWorld) => Float64Array | null>> = {
  marketing: marketingDriver,
  price: priceDriver,
};

/** Values of the drivers among `features`, in their order, each of shape (nItems, nMonths). */
export function listDrivers(world: SalesWorld, features: readonly string[]): Float64Array[] {
  return features.flatMap((name) => {
    const values = Object.hasOwn(DRIVERS, name) ? DRIVERS[name](world) : null;
    return values === null ? [] : [values];
  });
}
