/** The points of a search space whose parameters have finitely many values. */
import { StageError, listExamples } from '../errors.ts';
import type { Rng } from '../rng.ts';
import { shuffledIndices } from '../tensors/shuffle.ts';
import { isSame } from './search-space.ts';
import type { Distribution, SearchSpace } from './search-space.ts';

export type Point = Readonly<Record<string, unknown>>;

/** A grid larger than this is nothing that anybody runs to its end. */
const MAX_POINTS = 100_000;

/**
 * Every combination of values once, in random order, so that a part of them is spread over the whole.
 * A parameter whose condition does not hold is left out, and does not multiply the points.
 *
 * @throws StageError E_PARAMS when a float has no step, or the points are more than 100,000.
 */
export function listGridPoints(space: SearchSpace, rng: Rng): Point[] {
  const endless = space.filter(({ distribution }) => valuesOf(distribution) === null);
  if (endless.length > 0) {
    const names = listExamples(endless, ({ name }) => name);
    throw new StageError(
      'E_PARAMS',
      `tune.space: ${names} must have a step, since the sampler is grid`,
      { hint: 'give each float a step, or choices, or set tune.sampler to tpe' },
    );
  }
  let points: Point[] = [{}];
  for (const { name, distribution, when } of space) {
    const values = valuesOf(distribution)!;
    const isDrawn = (point: Point): boolean =>
      Object.entries(when).every(
        ([other, allowed]) =>
          Object.hasOwn(point, other) && allowed.some((value) => isSame(value, point[other])),
      );
    const nMore = points.filter(isDrawn).length * (values.length - 1);
    if (points.length + nMore > MAX_POINTS) {
      throw new StageError(
        'E_PARAMS',
        `tune.space must have at most ${MAX_POINTS} points, since the sampler is grid; got more`,
        { hint: 'make the steps wider, or set tune.sampler to random' },
      );
    }
    points = points.flatMap((point) =>
      isDrawn(point) ? values.map((value) => ({ ...point, [name]: value })) : [point],
    );
  }
  return Array.from(shuffledIndices(points.length, rng), (i) => points[i]);
}

/** null: infinitely many. */
function valuesOf(distribution: Distribution): readonly unknown[] | null {
  if (distribution.type === 'categorical') return distribution.choices;
  const { type, low, high } = distribution;
  const step = distribution.step ?? (type === 'int' ? 1 : null);
  if (step === null) return low === high ? [low] : null;
  const nSteps = Math.round((high - low) / step);
  if (nSteps > MAX_POINTS) return Array.from({ length: MAX_POINTS + 1 }, () => low);
  // the same number that Optuna rounds to
  return Array.from({ length: nSteps + 1 }, (_, i) => Number((low + i * step).toPrecision(12)));
}
