/** The sliding window of the restaurants' pipeline, in the text of its params.yaml. */
const KEYS = ['start_week', 'end_week', 'next_week'];

/**
 * Moves the window so that `nextWeek` is the week that is forecast; all else in the text stays as it is, comments too.
 *
 * @param {string} text
 * @param {number} nextWeek
 * @returns {Promise<{ text: string, window: Record<string, number> }>}
 * @throws Error where the window would begin before week 1, or the text has none.
 */
export async function moveWindow(text, nextWeek) {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const nodes = KEYS.map((key) => document.getIn(['window', key], true));
  if (!nodes.every((node) => Number.isInteger(node?.value))) {
    throw new Error(`params.yaml must have the weeks ${KEYS.join(', ')} of window`);
  }
  const by = nextWeek - nodes.at(-1).value;
  const weeks = nodes.map(({ value }) => value + by);
  if (weeks[0] < 1) {
    throw new Error(
      `the window must begin at week 1 or later; got ${weeks[0]} for --next-week ${nextWeek}`,
    );
  }
  // from the last to the first, so that the places of those before stay
  const moved = nodes
    .map(({ range: [start, end] }, i) => ({ start, end, week: weeks[i] }))
    .toSorted((a, b) => b.start - a.start)
    .reduce((all, { start, end, week }) => all.slice(0, start) + week + all.slice(end), text);
  return {
    text: moved,
    window: Object.fromEntries(KEYS.map((key, i) => [key, weeks[i]])),
  };
}
