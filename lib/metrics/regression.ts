/** Metrics of predicted numbers. Names and definitions are scikit-learn's. */

/** True and predicted numbers, both finite, of the same length, at least one. */
export interface NumericPredictions {
  readonly yTrue: Float64Array;
  readonly yPred: Float64Array;
}

/** Root mean squared error, in units of the target. */
export function rmse({ yTrue, yPred }: NumericPredictions): number {
  return Math.sqrt(meanOfErrors(yTrue, yPred, (error) => error * error));
}

/** Mean absolute error, in units of the target. */
export function mae({ yTrue, yPred }: NumericPredictions): number {
  return meanOfErrors(yTrue, yPred, Math.abs);
}

/** Median of the absolute errors: half the rows are off by less. Of an even number, the mean of the two in the middle. */
export function medianAbsoluteError({ yTrue, yPred }: NumericPredictions): number {
  const errors = yTrue.map((truth, i) => Math.abs(truth - yPred[i])).sort();
  const middle = errors.length >> 1;
  return errors.length % 2 === 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
}

/**
 * Share of the variance of the truth that is predicted: 1 is perfect, 0 is what the mean of the truth reaches, below 0
 * is worse. NaN where the truth is the same in every row.
 */
export function r2({ yTrue, yPred }: NumericPredictions): number {
  const mean = yTrue.reduce((sum, truth) => sum + truth, 0) / yTrue.length;
  let [residual, total] = [0, 0];
  for (let i = 0; i < yTrue.length; i++) {
    residual += (yTrue[i] - yPred[i]) ** 2;
    total += (yTrue[i] - mean) ** 2;
  }
  return total > 0 ? 1 - residual / total : NaN;
}

/** Mean of predicted less true numbers: above 0, too much is predicted. */
export function meanError({ yTrue, yPred }: NumericPredictions): number {
  return meanOfErrors(yTrue, yPred, (error) => error);
}

function meanOfErrors(
  yTrue: Float64Array,
  yPred: Float64Array,
  measure: (error: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < yTrue.length; i++) sum += measure(yPred[i] - yTrue[i]);
  return sum / yTrue.length;
}
