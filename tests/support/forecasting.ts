/** Series and contexts for tests of forecasting. */
import { parseFrequency } from '../../lib/forecasting/frequency.ts';
import type { ForecastContext, ForecastModel } from '../../lib/forecasting/model.ts';
import { seasonalNaive } from '../../lib/forecasting/models/seasonal-naive.ts';
import { panelOf } from '../../lib/forecasting/panel.ts';
import type { Panel } from '../../lib/forecasting/panel.ts';
import { createRng } from '../../lib/rng.ts';
import type { Rng } from '../../lib/rng.ts';
import { showNoProgress } from '../../lib/progress.ts';

export const MONTHLY = parseFrequency('MS');

export const createForecastContext = (changes: Partial<ForecastContext> = {}): ForecastContext => ({
  h: 4,
  seasonLength: 4,
  lags: [1, 2, 4],
  level: [80],
  rng: (purpose) => createRng(1, 'test', purpose),
  signal: new AbortController().signal,
  threads: 1,
  warn: () => {},
  startProgress: showNoProgress,
  ...changes,
});

/** Standard normal draws (Box and Muller). */
export const drawNormal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());

/** Seasonal series with a trend and noise, above 0, of the lengths given, named series_0, series_1 … */
export function createPanel(lengths: readonly number[], seed = 1): Panel {
  const rng = createRng(seed, 'test', 'series');
  const series = lengths.map((length, i): [string, number[]] => {
    const level = 50 + 100 * rng();
    const at = (t: number): number =>
      level + t + 10 * Math.sin((Math.PI * t) / 2) + 3 * drawNormal(rng);
    return [`series_${i}`, Array.from({ length }, (_, t) => Math.max(1, at(t)))];
  });
  return panelOf(MONTHLY, Object.fromEntries(series), 600);
}

/**
 * The absolute error of a model over that of the seasonal naive, on 20 series of ten noisy seasons, of which the last
 * is forecast.
 */
export async function measureSeasonSkill(model: ForecastModel): Promise<number> {
  const rng = createRng(2, 'test', 'direct');
  const seasonLength = 8;
  const [known, coming]: Record<string, number[]>[] = [{}, {}];
  for (let i = 0; i < 20; i++) {
    const wave = Array.from({ length: seasonLength }, () => 10 * drawNormal(rng));
    const at = (t: number): number => 100 + wave[t % seasonLength] + 4 * drawNormal(rng);
    const y = Array.from({ length: 80 }, (_, t) => at(t));
    known[`series_${i}`] = y.slice(0, 72);
    coming[`series_${i}`] = y.slice(72);
  }
  const actual = Object.values(coming).flat();
  const context = createForecastContext({ h: seasonLength, seasonLength, lags: [1, 2, 4, 8] });
  const panel = panelOf(MONTHLY, known);
  const errorOf = async (one: ForecastModel): Promise<number> => {
    const forecast = await (await one.fit(panel, context)).predict(seasonLength);
    return forecast.reduce((sum, value, k) => sum + Math.abs(value - actual[k]), 0);
  };
  return (await errorOf(model)) / (await errorOf(seasonalNaive));
}
