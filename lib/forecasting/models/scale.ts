/** Local scaling: what is common to small and large series is learnt from both alike. */
import { meanOf } from '../features/statistics.ts';

export interface Scale {
  readonly center: number;
  readonly spread: number;
}

/** Mean and population standard deviation of the history; a constant series has the spread 1. */
export function scaleOf(y: Float64Array): Scale {
  const center = meanOf(y, 0, y.length);
  let squares = 0;
  for (const value of y) squares += (value - center) ** 2;
  const spread = Math.sqrt(squares / y.length);
  // what rounding leaves of a constant is no spread
  return { center, spread: spread > 1e-12 * Math.abs(center) ? spread : 1 };
}
