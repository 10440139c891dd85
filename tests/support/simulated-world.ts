import { listMonths } from '../../lib/data/sales-files.ts';
import { simulateItem } from '../../lib/forecasting/sales/simulate.ts';
import type { SimulateParams } from '../../lib/forecasting/sales/simulate-params.ts';
import { fiscalYear } from '../../lib/forecasting/sales/world.ts';
import type { SalesWorld } from '../../lib/forecasting/sales/world.ts';
import { createRng } from '../../lib/rng.ts';

export const DRAWN: SimulateParams = {
  nItems: 50,
  nMonths: 51,
  start: '2019-10-01',
  a: 0.33,
  b: 0.37,
  c: 0.29,
  d: 0.24,
  e: 0.57,
  push: 0.16,
  noise: 0.1,
  stockOutShare: 0.1,
};

/** The world that the stage simulate writes, without its files. */
export function simulateWorld(seed: number, params: SimulateParams = DRAWN): SalesWorld {
  const months = listMonths(params.start, params.nMonths);
  const drawn = Array.from({ length: params.nItems }, (_, i) =>
    simulateItem(months, params, createRng(seed, 'simulate', `item ${i}`)),
  );
  const join = (pick: (item: (typeof drawn)[number]) => Float64Array): Float64Array =>
    Float64Array.from(drawn.flatMap((item) => [...pick(item)]));
  return {
    items: drawn.map((_, i) => `item_${i}`),
    months,
    sales: join(({ sales }) => sales),
    marketing: join(({ marketing }) => marketing),
    price: join(({ price }) => price),
    refills: join(({ refills }) => refills),
    objectives: join(({ objectives }) =>
      Float64Array.from(months, (month) => objectives.get(fiscalYear(month)) ?? NaN),
    ),
  };
}
