/** Lags: the value so many steps before, of y or of another column. */
import { fillColumn } from './feature.ts';
import type { Feature } from './feature.ts';

/**
 * `lag_1`, `lag_12` …: y(t - lag).
 *
 * @param lags - At least 1 each.
 */
export function lags(lags: readonly number[]): Feature {
  return {
    names: lags.map((lag) => `lag_${lag}`),
    sees: 'past',
    reach: Math.max(0, ...lags),
    fill({ y }, from, columns, at) {
      lags.forEach((lag, j) =>
        fillColumn(y.length, from, columns[j], at, (t) => (t < lag ? NaN : y[t - lag])),
      );
    },
  };
}

/** `<column>_lag_1` …: the column's value `lag` steps before, for a column that is known up to the last step. */
export function columnLags(column: string, lags: readonly number[]): Feature {
  return {
    names: lags.map((lag) => `${column}_lag_${lag}`),
    sees: 'past',
    reach: Math.max(0, ...lags),
    fill({ y, exogenous }, from, columns, at) {
      const values = exogenous.get(column)!;
      lags.forEach((lag, j) =>
        fillColumn(y.length, from, columns[j], at, (t) => (t < lag ? NaN : values[t - lag])),
      );
    },
  };
}

/** The column as it is in the row itself, for one that is `future` or `static`. */
export function column(name: string): Feature {
  return {
    names: [name],
    sees: 'known ahead',
    reach: 0,
    fill({ y, exogenous }, from, [values], at) {
      const known = exogenous.get(name)!;
      fillColumn(y.length, from, values, at, (t) => known[t]);
    },
  };
}
