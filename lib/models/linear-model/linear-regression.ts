/**
 * Least squares and its relatives, as ml-regression has them: one target, one or several columns.
 *
 * Its robust polynomials are left out: they draw from Math.random.
 */
import { Matrix } from 'ml-matrix';
import {
  ExponentialRegression,
  MultivariateLinearRegression,
  PolynomialRegression,
  PowerRegression,
  SimpleLinearRegression,
  TheilSenRegression,
} from 'ml-regression';
import { StageError } from '../../errors.ts';
import type { LinearScores, Rows } from './ridge-regression.ts';

/**
 * `multivariate` takes any number of columns, the others one. `exponential` (b e^(a x)) and `power` (a x^b)
 * are straight lines through logarithms. `theil_sen` is the median of the slopes of all pairs of rows (the
 * lower of the two in the middle, where their number is even): up to
 * 29 % of outliers do not move it far, and its cost grows with the square of the rows.
 */
export const LINEAR_KINDS = [
  'multivariate',
  'simple',
  'polynomial',
  'theil_sen',
  'exponential',
  'power',
] as const;
export type LinearKind = (typeof LINEAR_KINDS)[number];
type CurveKind = Exclude<LinearKind, 'multivariate'>;

const CURVES = {
  simple: SimpleLinearRegression,
  polynomial: PolynomialRegression,
  theil_sen: TheilSenRegression,
  exponential: ExponentialRegression,
  power: PowerRegression,
} as const;

/** Plain data. */
export type LinearRegression =
  | { readonly kind: 'multivariate'; readonly coefficients: number[]; readonly intercept: number }
  | { readonly kind: CurveKind; readonly state: Readonly<Record<string, unknown>> };

/**
 * @param columns - Values of each column, shape (nFeatures, nSamples), finite; more rows than coefficients.
 * @param y - Shape (nSamples).
 * @param options.degree - Of the polynomial; the other kinds do not look at it. Default 2.
 * @throws StageError E_DATA when `exponential` or `power` meets a value that has no logarithm.
 */
export function fitLinear(
  kind: LinearKind,
  columns: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  { degree = 2 }: { readonly degree?: number } = {},
): LinearRegression {
  if (kind === 'multivariate') {
    const values = new Float64Array(columns.length * y.length);
    columns.forEach((column, j) => {
      for (let i = 0; i < y.length; i++) values[i * columns.length + j] = column[i];
    });
    const { coefficients, intercepts } = fitMultivariate(
      { nColumns: columns.length, values },
      { nColumns: 1, values: Float64Array.from(y) },
      { fitIntercept: true, sampleWeight: null },
    );
    return { kind, coefficients: [...coefficients], intercept: intercepts[0] };
  }
  if (columns.length !== 1) throw new Error(`${kind} takes one column; got ${columns.length}`);
  const x = Array.from(columns[0]);
  const target = Array.from(y);
  if (kind === 'power') assertPositive(kind, 'feature', x);
  if (kind === 'power' || kind === 'exponential') assertPositive(kind, 'target', target);
  const curve =
    kind === 'polynomial'
      ? new PolynomialRegression(x, target, degree)
      : new CURVES[kind](x, target);
  return { kind, state: curve.toJSON() };
}

/** @param columns - As {@link fitLinear} takes them. */
export function predictLinear(
  model: LinearRegression,
  columns: readonly ArrayLike<number>[],
): Float64Array {
  if (model.kind !== 'multivariate') {
    const curve = CURVES[model.kind].load(model.state);
    return Float64Array.from(columns[0], (x) => curve.predict(x));
  }
  const { coefficients, intercept } = model;
  return Float64Array.from(columns[0], (_, i) =>
    coefficients.reduce((sum, slope, j) => sum + slope * columns[j][i], intercept),
  );
}

/**
 * Least squares of several targets; of several solutions, the shortest (with its intercepts).
 *
 * The rows are copied as float64 three times over.
 *
 * @param options.sampleWeight - Weight of each row, at least 0; null: all 1.
 */
export function fitMultivariate(
  features: Rows,
  targets: Rows,
  {
    fitIntercept,
    sampleWeight,
  }: { readonly fitIntercept: boolean; readonly sampleWeight: Float64Array | null },
): LinearScores {
  const nSamples = targets.values.length / targets.nColumns;
  // a column of its own, so that the weights reach it too
  const X = weighedRows(features, nSamples, sampleWeight, fitIntercept);
  const Y = weighedRows(targets, nSamples, sampleWeight, false);
  const { weights } = new MultivariateLinearRegression(X, Y, {
    intercept: false,
    statistics: false,
  });
  return {
    coefficients: Float64Array.from(weights.slice(0, features.nColumns).flat()),
    intercepts: Float64Array.from(weights[features.nColumns] ?? weights[0].map(() => 0)),
  };
}

/** Every row times the root of its weight, with a 1 behind it. */
function weighedRows(
  { values, nColumns }: Rows,
  nSamples: number,
  sampleWeight: Float64Array | null,
  withOne: boolean,
): Matrix {
  const rows = new Matrix(nSamples, nColumns + (withOne ? 1 : 0));
  for (let i = 0; i < nSamples; i++) {
    const root = sampleWeight === null ? 1 : Math.sqrt(sampleWeight[i]);
    for (let j = 0; j < nColumns; j++) rows.set(i, j, root * values[i * nColumns + j]);
    if (withOne) rows.set(i, nColumns, root);
  }
  return rows;
}

function assertPositive(kind: LinearKind, what: string, values: readonly number[]): void {
  const bad = values.findIndex((value) => !(value > 0));
  if (bad < 0) return;
  throw new StageError(
    'E_DATA',
    `every ${what} must be above 0 for the regression ${kind}; got ${values[bad]} in row ${bad + 1}`,
    { hint: 'shift the values, or take another kind of regression' },
  );
}
