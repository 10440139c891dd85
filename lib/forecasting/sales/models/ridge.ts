/**
 * Ridge: linear in the features of past sales, and in their products with the drivers: (1 + d × marketing) on
 * the autoregressive part, each of whose terms has a d of its own. As scikit-learn's Ridge.
 */
import { fitRidge } from '../../../models/linear-model/ridge-regression.ts';
import { PAST_FEATURES } from '../features/past-sales.ts';
import type { PastFeature } from '../features/past-sales.ts';
import { availableStock } from '../features/stock.ts';
import { walkMonths } from '../walk.ts';
import type { SalesWorld } from '../world.ts';
import { listDrivers } from './drivers.ts';
import type { SalesModel, SalesOptions } from './model.ts';
import { estimatePush } from './push.ts';
import { listTrainingRows } from './training-rows.ts';

export const ridge: SalesModel = {
  name: 'Ridge',
  summary: 'linear in past sales and their products with marketing and price',
  takesFeatures: true,
  fit(world, options) {
    const { features, startTest, alpha } = options;
    const available = features.includes('stock') ? availableStock(world) : null;
    const design = designOf(world, options);
    const rows = listTrainingRows(world, available, startTest);
    const X = new Float64Array(rows.length * design.nColumns);
    const y = new Float64Array(rows.length);
    const n = world.months.length;
    for (const [row, at] of rows.entries()) {
      const i = Math.floor(at / n);
      const values = design.row(world.sales.subarray(i * n, (i + 1) * n), i, at % n);
      X.set(values, row * design.nColumns);
      y[row] = world.sales[at];
    }
    const { coefficients, intercepts } = fitRidge(
      { nColumns: design.nColumns, values: X },
      { nColumns: 1, values: y },
      { alpha, fitIntercept: true, sampleWeight: null },
    );
    const demand = (history: Float64Array, i: number, t: number): number =>
      design
        .row(history, i, t)
        .reduce((sum, value, j) => sum + value * coefficients[j], intercepts[0]);
    const walkWith = (push: number) =>
      walkMonths(
        world,
        { demand, effect: () => 1, push },
        { available, withObjectives: features.includes('objectives'), spread: null },
      );
    const push = features.includes('objectives') ? estimatePush(world, walkWith, startTest) : 0;
    return {
      walk: walkWith(push),
      parameters: [
        { name: 'intercept', value: intercepts[0] },
        ...Array.from(coefficients, (value, j) => ({ name: `coefficient_${j + 1}`, value })),
        ...(features.includes('objectives') ? [{ name: 'push', value: push }] : []),
      ].map((parameter) => ({ ...parameter, lo: null, hi: null })),
    };
  },
};

interface Design {
  readonly nColumns: number;
  row(history: Float64Array, i: number, t: number): number[];
}

function designOf(world: SalesWorld, { features }: SalesOptions): Design {
  const past = features.flatMap((name): readonly PastFeature[] =>
    Object.hasOwn(PAST_FEATURES, name) ? PAST_FEATURES[name] : [],
  );
  const drivers = listDrivers(world, features);
  return {
    nColumns: past.length * (1 + drivers.length),
    row(history, i, t) {
      const values = past.map((feature) => feature(history, t));
      const at = i * world.months.length + t;
      return [...values, ...drivers.flatMap((driver) => values.map((value) => value * driver[at]))];
    },
  };
}
