/** How good predictions of sales are. */
import type { SalesWorld } from './world.ts';

export interface Scores {
  readonly n: number;
  readonly r2: number;
  readonly mae: number;
  readonly rmse: number;
  /** Mean over items of the absolute error over that of y(M-12) on the months before; null: all such errors are 0. */
  readonly mase: number | null;
}

const SEASON = 12;

/** @returns null where no month from `start` to `end` (not included; null: all) has known sales. */
export function scorePredictions(
  { items, months, sales }: SalesWorld,
  predictions: Float64Array,
  start: number,
  end = months.length,
): Scores | null {
  const errors: number[] = [];
  const actual: number[] = [];
  const scaled: number[] = [];
  for (let i = 0; i < items.length; i++) {
    const row = i * months.length;
    let scale = 0;
    for (let t = SEASON; t < start; t++)
      scale += Math.abs(sales[row + t] - sales[row + t - SEASON]);
    scale /= start - SEASON;
    for (let t = start; t < end; t++) {
      if (Number.isNaN(sales[row + t])) continue;
      const error = sales[row + t] - predictions[row + t];
      errors.push(error);
      actual.push(sales[row + t]);
      if (scale > 0) scaled.push(Math.abs(error) / scale);
    }
  }
  if (errors.length === 0) return null;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const center = mean(actual);
  const squared = mean(errors.map((error) => error ** 2));
  return {
    n: errors.length,
    r2: 1 - squared / mean(actual.map((value) => (value - center) ** 2)),
    mae: mean(errors.map(Math.abs)),
    rmse: Math.sqrt(squared),
    mase: scaled.length === 0 ? null : mean(scaled),
  };
}
