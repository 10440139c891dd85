/** What a forecast of any series takes for granted where nobody says otherwise: horizon, season, lags, windows. */
import { defaultSeasonLength } from './frequency.ts';
import type { FrequencyName } from './frequency.ts';
import type { ForecastOptions } from './model.ts';
import { assertMinLength } from './panel.ts';
import type { Panel } from './panel.ts';

export interface ForecastPlan extends ForecastOptions {
  readonly nWindows: number;
  readonly stepSize: number;
}

/** What is asked for; null: as the series have it. */
export type PlanOptions = {
  readonly [K in keyof ForecastPlan]: ForecastPlan[K] | null;
};

/** Of the M4 competition (doi:10.1016/j.ijforecast.2019.04.014). */
const HORIZONS: Readonly<Record<FrequencyName, number>> = {
  h: 48,
  D: 14,
  W: 13,
  MS: 18,
  QS: 8,
  YS: 6,
  '1': 6,
};

/** Beside a season and its neighbours; what the history is too short for is left out. */
const LAGS: Readonly<Record<FrequencyName, readonly number[]>> = {
  h: [1, 2, 3, 24, 48, 168],
  D: [1, 2, 3, 7, 14, 28, 364],
  W: [1, 2, 3, 4, 8, 13, 26, 52],
  MS: [1, 2, 3, 6, 12, 13],
  QS: [1, 2, 3, 4, 5, 8],
  YS: [1, 2, 3],
  '1': [1, 2, 3],
};

/** Errors of a step that an interval of 95 % needs, and one to spare. */
const N_ERRORS = 20;
const N_WINDOWS = 3;

const SHORT_HINT = 'leave these series out, or lower h';

/**
 * Windows reach back into half of the history of the median series, and leave it two seasons where it has them;
 * together with the series they are to give {@link N_ERRORS} errors of each step.
 *
 * @throws StageError E_DATA naming the series that are too short to be tried once.
 */
export function planForecast(panel: Panel, asked: PlanOptions): ForecastPlan {
  const { freq } = panel;
  const h = asked.h ?? HORIZONS[freq.name];
  const seasonLength = asked.seasonLength ?? defaultSeasonLength(freq);
  // one row tells no spread, and h are held back to try the models
  assertMinLength(panel, h + 2, `a forecast of ${h} steps`, SHORT_HINT);
  const length = medianLength(panel);
  const kept = Math.min(Math.max(Math.ceil(length / 2), 2 * seasonLength), length - h);
  const room = length - h - kept;
  const { nWindows, stepSize } = planWindows(room, h, panel.ids.length, asked);
  const lags = asked.lags ?? defaultLags(freq.name, seasonLength, kept);
  return { h, seasonLength, lags, nWindows, stepSize };
}

/** Windows that do not overlap where they give errors enough, else more that do. */
function planWindows(
  room: number,
  h: number,
  nSeries: number,
  asked: PlanOptions,
): Pick<ForecastPlan, 'nWindows' | 'stepSize'> {
  // the first window is there to choose by alone
  const enough = 1 + Math.ceil(N_ERRORS / nSeries);
  const apart = 1 + Math.floor(room / h);
  const most = Math.max(N_WINDOWS, enough);
  const wanted = asked.nWindows ?? (apart >= enough ? Math.min(apart, most) : most);
  const stepSize = asked.stepSize ?? clamp(Math.floor(room / Math.max(1, wanted - 1)), 1, h);
  const nWindows = asked.nWindows ?? clamp(1 + Math.floor(room / stepSize), 1, wanted);
  return { nWindows, stepSize };
}

/** Half of what every window knows is left to learn from. */
function defaultLags(freq: FrequencyName, seasonLength: number, kept: number): number[] {
  const all = [...new Set([...LAGS[freq], ...(seasonLength > 1 ? [seasonLength] : [])])];
  const short = all.filter((lag) => lag === 1 || lag <= kept / 2);
  return short.toSorted((a, b) => a - b);
}

function medianLength({ ids, offsets }: Panel): number {
  const lengths = ids.map((_, i) => offsets[i + 1] - offsets[i]).toSorted((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)];
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
