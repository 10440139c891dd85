/** A histogram small enough for a cell of a table. */
import { formatCount } from './format.ts';
import { markup, type Html } from './html.ts';

const SPARK = { width: 112, height: 26 };

/** Bars without axes, small enough for a cell of a table. */
export function sparkBars(counts: readonly number[], label: string): Html {
  const { width, height } = SPARK;
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const gap = counts.length > 40 ? 0 : Math.min(1, step / 4);
  const path = counts
    .map((count, i) => {
      // what is there can be seen, however little it is
      const size = count === 0 ? 0 : Math.max(0.75, (count / most) * height);
      const [x, y] = [i * step, height - size].map((value) => Number(value.toFixed(2)));
      const bar = Number((step - gap).toFixed(2));
      return count === 0 ? '' : `M${x},${y}h${bar}V${height}h${-bar}z`;
    })
    .join('');
  return markup`<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><path d="${path}" fill="var(--accent)"/></svg>`;
}

/** "3 to 12 rows each" of bars, for those who cannot see them. */
export function describeBars(counts: readonly number[]): string {
  const most = Math.max(0, ...counts);
  return `${counts.length} bars, the highest of ${formatCount(most)} rows`;
}
