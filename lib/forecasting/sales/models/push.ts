/** How far sales of June are pushed where a fiscal year comes close to its objective. */
import type { Walk } from '../walk.ts';
import type { SalesWorld } from '../world.ts';

/**
 * Mean share by which pushed Junes were above what was expected without a push, and the Julys after them below.
 *
 * @param walkWith - The walk of a model with a given push.
 * @returns 0 where no month before `startTest` was pushed.
 */
export function estimatePush(
  { items, months, sales }: SalesWorld,
  walkWith: (push: number) => Walk,
  startTest: number,
): number {
  // a push too small to change anything marks the months that have one
  const { demand, pushes } = walkWith(MARK);
  const shares: number[] = [];
  for (let i = 0; i < items.length; i++) {
    for (let t = 0; t < startTest; t++) {
      const at = i * months.length + t;
      if (pushes[at] === 1 || Number.isNaN(demand[at])) continue;
      shares.push(Math.sign(pushes[at] - 1) * (sales[at] / demand[at] - 1));
    }
  }
  if (shares.length === 0) return 0;
  return Math.min(Math.max(shares.reduce((sum, share) => sum + share, 0) / shares.length, 0), 1);
}

const MARK = 1e-9;
