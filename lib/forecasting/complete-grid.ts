/** The long table in which every series has every time step, for tables that leave out what did not happen. */
import { StageError } from '../errors.ts';
import { toStep, toTime } from './frequency.ts';
import type { Frequency } from './frequency.ts';

/** Columns of a long table. */
export interface Grid {
  readonly unique_id: string[];
  readonly ds: string[];
}

/**
 * @param ids - In the order that the rows get.
 * @param start - First time, as {@link toStep} reads it.
 * @param end - Last time, included; before `start`: no rows.
 * @returns `ids.length` times the number of steps, one series after another, times ascending.
 * @throws StageError E_DATA when an id comes twice, or a time is none of the frequency.
 */
export function completeGrid(
  ids: readonly string[],
  start: string,
  end: string,
  freq: Frequency,
): Grid {
  const seen = new Set<string>();
  const twice = ids.find((id) => seen.size === seen.add(id).size);
  if (twice !== undefined) {
    throw new StageError('E_DATA', `every series must have an id of its own; got ${twice} twice`);
  }
  const [first, last] = [start, end].map((time) => {
    const step = toStep(freq, time);
    if (step !== null) return step;
    throw new StageError('E_DATA', `a time must begin a step of freq ${freq.name}; got ${time}`);
  });
  const times = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    toTime(freq, first + i),
  );
  return {
    unique_id: ids.flatMap((id) => times.map(() => id)),
    ds: ids.flatMap(() => times),
  };
}
