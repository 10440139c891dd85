/** What is known of the steps to come, from a long table of its own. */
import { StageError, listExamples } from '../errors.ts';
import type { Relation } from '../sql.ts';
import { toTime } from './frequency.ts';
import type { Future, Panel } from './panel.ts';
import { readPanel } from './read-panel.ts';
import type { ColumnDatabase } from './read-panel.ts';

/**
 * @param panel - The history; its columns of kind `future` are read.
 * @param columns - Of the series and of the times, as the table names them.
 * @param h - Steps of each series after its last; the table may have more, before and after.
 * @throws StageError E_DATA as {@link readPanel}, and naming the series that lack some of the steps.
 */
export async function readFuture(
  database: ColumnDatabase,
  relation: Relation,
  panel: Panel,
  columns: { readonly id: string; readonly time: string },
  h: number,
): Promise<Future> {
  const names = panel.exogenous.filter(({ kind }) => kind === 'future').map(({ name }) => name);
  const [first, ...others] = names;
  const known = await readPanel(database, relation, panel.freq, {
    ...columns,
    target: first,
    exogenous: Object.fromEntries(others.map((name) => [name, 'future'])),
  });
  const placeOf = new Map(known.ids.map((id, i) => [id, i]));
  const ends = panel.ids.map((_, i) => panel.starts[i] + panel.offsets[i + 1] - panel.offsets[i]);
  const starts = panel.ids.map((id, i) => {
    const place = placeOf.get(id);
    if (place === undefined) return null;
    const skipped = ends[i] - known.starts[place];
    const length = known.offsets[place + 1] - known.offsets[place];
    return skipped >= 0 && skipped + h <= length ? known.offsets[place] + skipped : null;
  });
  const lacking = [...panel.ids.keys()].filter((i) => starts[i] === null);
  if (lacking.length > 0) {
    const steps = (i: number): string =>
      `${panel.ids[i]}: ${toTime(panel.freq, ends[i])} to ${toTime(panel.freq, ends[i] + h - 1)}`;
    throw new StageError(
      'E_DATA',
      `${relation.source} must have the ${h} steps to come of each series; got not all of ${listExamples(lacking, steps)}`,
      { hint: 'add their rows, or lower h' },
    );
  }
  const take = (values: Float64Array): Float64Array => {
    const taken = new Float64Array(panel.ids.length * h);
    starts.forEach((start, i) => taken.set(values.subarray(start!, start! + h), i * h));
    return taken;
  };
  const all = [known.y, ...known.exogenous.map(({ values }) => values)];
  return { h, columns: names.map((name, j) => ({ name, values: take(all[j]) })) };
}
