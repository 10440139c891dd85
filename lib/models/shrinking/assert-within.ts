import { StageError } from '../../errors.ts';

/**
 * @param what - Predicts as another model does.
 * @param difference - Largest difference of an output; NaN is none that is within.
 * @param outputs - What these are.
 * @throws StageError E_GATE when it is larger than `tolerance`.
 */
export function assertWithin(
  what: string,
  difference: number | null,
  tolerance: number,
  parameter: string,
  outputs = 'probabilities',
): void {
  if (difference !== null && difference <= tolerance) return;
  throw new StageError(
    'E_GATE',
    `${what} must give the ${outputs} of the bundle within ${tolerance}; got a difference of ${difference}`,
    { hint: `if that is good enough, raise ${parameter}` },
  );
}
