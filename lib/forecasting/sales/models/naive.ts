/** The two models that learn nothing: a month sells what an earlier one did. */
import { lastMonth, sameMonthLastYear } from '../features/past-sales.ts';
import type { PastFeature } from '../features/past-sales.ts';
import { walkMonths } from '../walk.ts';
import type { SalesModel } from './model.ts';

const repeat = (name: string, summary: string, feature: PastFeature): SalesModel => ({
  name,
  summary,
  takesFeatures: false,
  fit(world) {
    const equation = { demand: ofItem(feature), effect: () => 1, push: 0 };
    const options = { available: null, withObjectives: false, spread: null };
    return { walk: walkMonths(world, equation, options), parameters: [] };
  },
});

const ofItem =
  (feature: PastFeature) =>
  (history: Float64Array, _i: number, t: number): number =>
    feature(history, t);

export const prevMonthSale = repeat('PrevMonthSale', 'y(M-1)', lastMonth);

export const sameMonthLastYearSales = repeat(
  'SameMonthLastYearSales',
  'y(M-12)',
  sameMonthLastYear,
);
