/**
 * Charts of turnover by the hour: what came, what was predicted, and the range.
 *
 * Drawn here: for the charts of a page Vega takes longer than the forests take to be fitted and to forecast.
 */
import { toCalendarDay } from '../forecasting/frequency.ts';
import { DAY, HOURLY } from '../forecasting/restaurants/hourly-features.ts';
import { formatMeasure } from './format.ts';
import { markup } from './html.ts';
import type { Html } from './html.ts';

/** Consecutive hours and their forecast, each array of shape (nHours). */
export interface ForecastHours {
  /** Step of the first hour. */
  readonly start: number;
  readonly prediction: Float64Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** Turnover of the same hour of the week before. */
  readonly lastWeek: Float64Array;
}

const COLOUR = '#d1622b';
/** In pixels; the size is that of other charts, the plot lies within. */
const SIZE = { width: 380, height: 200 };
const PLOT = { left: 56, top: 8, width: 306, height: 170 };
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Hours `from` to `to` - 1, what came as a line, the prediction dashed in its range.
 *
 * @param actual - null: not known.
 * @param axis - `hours` of one day, each a point that tells its numbers, or `days`.
 */
export function drawHours(
  { start, prediction, minimum, maximum }: ForecastHours,
  actual: Float64Array | null,
  [from, to]: readonly [number, number],
  axis: 'hours' | 'days',
): Html {
  const hours = Array.from({ length: to - from }, (_, k) => from + k);
  const most = Math.max(...hours.map((i) => Math.max(maximum[i], actual?.[i] ?? 0)));
  const amounts = listAmounts(most);
  const x = (i: number): number => round(((i - from) / Math.max(1, to - 1 - from)) * PLOT.width);
  const y = (value: number): number => round((1 - value / amounts.at(-1)!) * PLOT.height);
  const toPath = (values: Float64Array, order = hours): string =>
    order.map((i) => `${x(i)},${y(values[i])}`).join('L');
  const tellHour = (i: number): string => {
    const range = `${formatMeasure(minimum[i])} to ${formatMeasure(maximum[i])}`;
    const came = actual === null ? '' : `, came ${formatMeasure(actual[i])}`;
    return `${nameHour(start + i)}:00: ${formatMeasure(prediction[i])} (${range})${came}`;
  };
  const every = axis === 'hours' ? 3 : DAY * Math.ceil(hours.length / DAY / 6);
  const first = hours.find((i) => (start + i) % (axis === 'hours' ? 3 : DAY) === 0) ?? to;
  const times = hours.filter((i) => i >= first && (i - first) % every === 0);
  const name = axis === 'hours' ? nameHour : nameDay;
  return drawPlot(
    times.map((i) => ({ at: x(i), label: name(start + i) })),
    amounts.map((amount) => ({ at: y(amount), label: String(amount) })),
    [
      markup`<path d="M${toPath(maximum)}L${toPath(minimum, hours.toReversed())}Z" fill="${COLOUR}" opacity="0.25"/>`,
      actual && markup`<path d="M${toPath(actual)}" stroke="var(--text)"/>`,
      markup`<path d="M${toPath(prediction)}" stroke="${COLOUR}" stroke-dasharray="4,3"/>`,
      (axis === 'hours' ? hours : []).map(
        (i) =>
          markup`<circle cx="${x(i)}" cy="${y(prediction[i])}" r="2.65" fill="${COLOUR}"><title>${tellHour(i)}</title></circle>`,
      ),
    ],
  );
}

/** 0 and up to five more, of equal distance, the last at least `most`: where lines of the plot stand. */
function listAmounts(most: number): number[] {
  if (most <= 0) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / 5));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power * 5 >= most)!;
  const n = Math.ceil(most / step);
  return Array.from({ length: n + 1 }, (_, k) => Number((k * step).toPrecision(6)));
}

interface Tick {
  /** Pixels from the left or the top of the plot. */
  readonly at: number;
  readonly label: string;
}

function drawPlot(
  times: readonly Tick[],
  amounts: readonly Tick[],
  marks: Parameters<typeof markup>[1][],
): Html {
  const { width, height, left, top } = { ...PLOT, ...SIZE };
  const [right, bottom] = [PLOT.width, PLOT.height];
  const lines = [
    ...times.map(({ at }) => `M${at},0V${bottom + 5}`),
    ...amounts.map(({ at }) => `M-5,${at}H${right}`),
    `M0,0V${bottom}`,
  ];
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><g transform="translate(${left},${top})" fill="none" stroke-width="1.5"><path d="${lines.join('')}" stroke="var(--line)" stroke-width="1"/><g fill="var(--muted)" font-size="12px">${[
    times.map(({ at, label }) => markup`<text x="${at}" y="${bottom + 18}" text-anchor="middle">${label}</text>`), // prettier-ignore
    amounts.map(({ at, label }) => markup`<text x="-8" y="${at + 4}" text-anchor="end">${label}</text>`), // prettier-ignore
  ]}<text transform="translate(-44,${bottom / 2}) rotate(-90)" text-anchor="middle">turnover</text></g>${marks}</g></svg>`;
}

function round(pixels: number): number {
  return Math.round(100 * pixels) / 100;
}

/** "07" of a step. */
function nameHour(step: number): string {
  return String(toCalendarDay(HOURLY, step).hour).padStart(2, '0');
}

/** "02 Jul" of a step. */
function nameDay(step: number): string {
  const { day, month } = toCalendarDay(HOURLY, step);
  return `${String(day).padStart(2, '0')} ${MONTHS[month - 1]}`;
}
