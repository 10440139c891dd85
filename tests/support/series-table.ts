/** Long tables of made series, as people have them in files. */

/** A table of series of `n` steps, seasonal with a trend and what looks like noise. */
export function seriesTable(
  names: readonly string[],
  times: readonly string[],
  season: number,
): string {
  const valueOf = (i: number, t: number): string =>
    (
      50 +
      20 * i +
      t / 10 +
      10 * Math.sin((2 * Math.PI * t) / season) +
      ((t * 7919) % 13) / 10
    ).toFixed(2);
  const rows = names.flatMap((name, i) =>
    times.map((time, t) => `${name},${time},${valueOf(i, t)}`),
  );
  return ['unique_id,ds,y', ...rows, ''].join('\n');
}
/** First days of months from 2018 on. */
export const months = (n: number): string[] =>
  Array.from({ length: n }, (_, t) => new Date(Date.UTC(2018, t, 1)).toISOString().slice(0, 10));
/** Times so many hours apart: dates from a day on. */
export const stepsOf = (n: number, first: string, hours: number): string[] =>
  Array.from({ length: n }, (_, t) =>
    new Date(Date.parse(first) + t * hours * 3_600_000)
      .toISOString()
      .slice(0, hours < 24 ? 19 : 10),
  );
/** Lines of a file, without the empty one at its end. */
export const linesOf = (csv: string): string[] => csv.trim().split('\n');
