/**
 * CustomModel: sales_v1(M) = a sales(M-12) + b mean(M-1…M-12) + c sales(M-12) growth, sales_v2 = sales_v1
 * (1 + d marketing) (1 + e price_change), then objectives, then stock.
 *
 * Fitted by Levenberg-Marquardt on logarithms of sales over prediction: noise is a share of what is sold, so
 * that the largest items do not decide. With a cleaned history, what a parameter changes in one month it
 * changes in the history of the later ones, and all is fitted jointly.
 */
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { Matrix, inverse } from 'ml-matrix';
import { normalQuantile } from '../../../preprocessing/normal-quantile.ts';
import { growth, lastYearAverage, sameMonthLastYear } from '../features/past-sales.ts';
import { marketingDriver } from '../features/marketing.ts';
import { priceDriver } from '../features/price.ts';
import { availableStock } from '../features/stock.ts';
import { walkMonths } from '../walk.ts';
import type { DemandEquation, Walk } from '../walk.ts';
import type { SalesWorld } from '../world.ts';
import type { ParameterEstimate, SalesModel, SalesOptions } from './model.ts';
import { listTrainingRows } from './training-rows.ts';

/** Parameters in their order; where one is 0 without its feature, it is not fitted. */
const PARAMETERS = [
  { name: 'a', start: 0.3, feature: null },
  { name: 'b', start: 0.4, feature: null },
  { name: 'c', start: 0.3, feature: null },
  { name: 'd', start: 0.1, feature: 'marketing' },
  { name: 'e', start: 0.1, feature: 'price' },
  { name: 'push', start: 0.1, feature: 'objectives' },
] as const;

/** Spread of demand that the first of two fits assumes. */
const FIRST_SPREAD = 0.1;

/** Of the finite differences, in units of the parameters. */
const STEP = 1e-4;

/** A demand below this share of the sales is no better than it. */
const LEAST_RATIO = 1e-3;

export const customModel: SalesModel = {
  name: 'CustomModel',
  summary: 'the equations of the industry, their parameters by Levenberg-Marquardt',
  takesFeatures: true,
  fit(world, options) {
    const problem = pose(world, options);
    if (!options.cleanHistory) return conclude(problem, solve(problem, null), null, options);
    const first = solve(problem, FIRST_SPREAD);
    const spread = deviation(residuals(problem, first, FIRST_SPREAD));
    return conclude(problem, solve(problem, spread), spread, options);
  },
};

interface Problem {
  readonly names: readonly string[];
  readonly start: readonly number[];
  /** Places of the months that are learnt from. */
  readonly rows: Int32Array;
  readonly sales: Float64Array;
  walk(parameters: readonly number[], spread: number | null): Walk;
}

function pose(world: SalesWorld, { features, startTest }: SalesOptions): Problem {
  const fitted = PARAMETERS.filter(({ feature }) => feature === null || features.includes(feature));
  const names = fitted.map(({ name }) => name);
  const has = (name: string): boolean => features.includes(name);
  const marketing = has('marketing') ? marketingDriver(world) : null;
  const price = has('price') ? priceDriver(world) : null;
  const available = has('stock') ? availableStock(world) : null;
  const n = world.months.length;
  const equationOf = (values: readonly number[]): DemandEquation => {
    const valueOf = (name: string): number => values[names.indexOf(name as never)] ?? 0;
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(valueOf);
    const effect = (i: number, t: number): number => {
      const at = i * n + t;
      return (1 + d * (marketing?.[at] ?? 0)) * (1 + e * (price?.[at] ?? 0));
    };
    return {
      demand: (history, i, t) =>
        effect(i, t) *
        (a * sameMonthLastYear(history, t) +
          b * lastYearAverage(history, t) +
          c * growth(history, t)),
      effect,
      push: valueOf('push'),
    };
  };
  return {
    names,
    start: fitted.map(({ start }) => start),
    rows: listTrainingRows(world, available, startTest),
    sales: world.sales,
    walk: (values, spread) =>
      walkMonths(world, equationOf(values), {
        available,
        withObjectives: has('objectives'),
        spread,
      }),
  };
}

/** Logarithm of expectation over sales, row by row. */
function residuals(
  { rows, sales, walk }: Pick<Problem, 'rows' | 'sales' | 'walk'>,
  parameters: readonly number[],
  spread: number | null,
): Float64Array {
  const { demand } = walk(parameters, spread);
  return Float64Array.from(rows, (at) => Math.log(Math.max(demand[at] / sales[at], LEAST_RATIO)));
}

/** The optimiser knows no end but its count of iterations, so that it runs a few at a time. */
const ITERATIONS = 4;
const MAX_ROUNDS = 25;
/** Parameters that move less than this in a round have settled. */
const SETTLED = 1e-7;

function solve(problem: Problem, spread: number | null): number[] {
  const x = Array.from(problem.rows.keys());
  const data = { x, y: x.map(() => 0) };
  const curve = (parameters: number[]): ((row: number) => number) => {
    const values = residuals(problem, parameters, spread);
    return (row) => values[row];
  };
  let values = [...problem.start];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { parameterValues } = levenbergMarquardt(data, curve, {
      initialValues: values,
      gradientDifference: STEP,
      centralDifference: true,
      maxIterations: ITERATIONS,
      errorTolerance: 0,
    });
    const moved = Math.max(...values.map((value, j) => Math.abs(value - parameterValues[j])));
    values = parameterValues;
    if (moved < SETTLED) break;
  }
  return values;
}

function deviation(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

function conclude(
  problem: Problem,
  values: readonly number[],
  spread: number | null,
  { level }: SalesOptions,
): ReturnType<SalesModel['fit']> {
  const errors = standardErrors(problem, values, spread);
  const z = normalQuantile((1 + level) / 2);
  const parameters = problem.names.map((name, j): ParameterEstimate => ({
    name,
    value: values[j],
    lo: values[j] - z * errors[j],
    hi: values[j] + z * errors[j],
  }));
  return { walk: problem.walk(values, spread), parameters };
}

/** Square roots of the diagonal of s² (JᵀJ)⁻¹. */
function standardErrors(
  problem: Problem,
  values: readonly number[],
  spread: number | null,
): number[] {
  const at = residuals(problem, values, spread);
  const columns = values.map((_, j) => {
    const shifted = (sign: number): Float64Array =>
      residuals(
        problem,
        values.map((value, k) => value + (k === j ? sign * STEP : 0)),
        spread,
      );
    const [up, down] = [shifted(1), shifted(-1)];
    return up.map((value, row) => (value - down[row]) / (2 * STEP));
  });
  const gram = new Matrix(
    columns.map((p) => columns.map((q) => p.reduce((sum, v, row) => sum + v * q[row], 0))),
  );
  const variance = at.reduce((sum, value) => sum + value ** 2, 0) / (at.length - values.length);
  return inverse(gram, true)
    .diagonal()
    .map((value) => Math.sqrt(variance * Math.max(value, 0)));
}
