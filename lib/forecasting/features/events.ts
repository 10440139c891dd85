/** Events: holidays, campaigns and the like, known ahead, as columns of 0 and 1. */
import { StageError, listExamples } from '../../errors.ts';
import { stepOfDate } from '../frequency.ts';
import type { Frequency } from '../frequency.ts';
import type { Feature } from './feature.ts';

/**
 * A column by the name of each event: 1 in a step that holds one of its dates, else 0. Of hours a date without a
 * time of day is the whole day.
 *
 * @param events - Dates by name, ISO text.
 * @throws StageError E_DATA naming what is no date.
 */
export function events(
  freq: Frequency,
  events: Readonly<Record<string, readonly string[]>>,
): Feature {
  const names = Object.keys(events);
  const wrong = names.flatMap((name) =>
    events[name]
      .filter((date) => stepOfDate(freq, date) === null)
      .map((date) => `${name}: ${date}`),
  );
  if (wrong.length > 0) {
    throw new StageError(
      'E_DATA',
      `an event must have dates as YYYY-MM-DD; got ${listExamples(wrong)}`,
    );
  }
  const steps = names.map((name) => new Set(events[name].flatMap((date) => stepsOf(freq, date))));
  return {
    names,
    sees: 'known ahead',
    reach: 0,
    fill({ start, y }, from, columns, at) {
      steps.forEach((known, j) => {
        for (let t = from; t < y.length; t++)
          columns[j][at + t - from] = known.has(start + t) ? 1 : 0;
      });
    },
  };
}

function stepsOf(freq: Frequency, date: string): number[] {
  const first = stepOfDate(freq, date)!;
  const isWholeDay = freq.name === 'h' && date.length === 10;
  return Array.from({ length: isWholeDay ? 24 : 1 }, (_, i) => first + i);
}
