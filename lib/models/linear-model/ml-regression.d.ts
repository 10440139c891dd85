/** What of ml-regression is used; the package has no types of its own. */
declare module 'ml-regression' {
  import type { Matrix } from 'ml-matrix';

  export class MultivariateLinearRegression {
    constructor(x: Matrix, y: Matrix, options: { intercept: boolean; statistics: false });
    /** Shape (nFeatures, nOutputs), and one row more for the intercepts. */
    readonly weights: number[][];
  }

  interface Regression {
    predict(x: number): number;
    toJSON(): Record<string, unknown>;
  }
  interface RegressionClass<Options extends unknown[] = []> {
    new (x: number[], y: number[], ...options: Options): Regression;
    load(json: object): Regression;
  }
  export const SimpleLinearRegression: RegressionClass;
  export const PolynomialRegression: RegressionClass<[degree: number]>;
  export const ExponentialRegression: RegressionClass;
  export const PowerRegression: RegressionClass;
  export const TheilSenRegression: RegressionClass;
}
