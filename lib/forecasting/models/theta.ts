/**
 * theta: the mean of the straight line through the history and of simple exponential smoothing of the history
 * bent twice as much around that line; as the benchmark of M4 has it.
 */
import { meanOf } from '../features/statistics.ts';
import { fitEts } from './ets-fit.ts';
import type { EtsForm } from './exponential-smoothing.ts';
import { defineLocalModel } from './local-model.ts';
import { addSeason, adjustSeason } from './seasonal-adjustment.ts';

const SIMPLE: EtsForm = { error: 'additive', trend: 'none', season: 'none' };

export const theta = defineLocalModel({
  name: 'theta',
  summary:
    'Half the trend line, half simple exponential smoothing of twice the distance from it, seasonally adjusted where the autocorrelation shows a season (Assimakopoulos and Nikolopoulos 2000, doi:10.1016/S0169-2070(00)00066-2)',
  minLength: () => 5,
  async forecast(y, { h, seasonLength }) {
    const season = adjustSeason(y, seasonLength);
    const { center, mean, slope } = fitLine(season.adjusted);
    const lineAt = (t: number): number => mean + slope * (t - center);
    const bent = season.adjusted.map((value, t) => 2 * value - lineAt(t));
    const { states } = await fitEts(bent, SIMPLE, 1);
    const level = states.level[y.length];
    const ahead = Float64Array.from({ length: h }, (_, k) => (level + lineAt(y.length + k)) / 2);
    return addSeason(ahead, season);
  },
});

/** Least squares on the step, counted from 0: the value is `mean` at `center`. */
function fitLine(y: Float64Array): { center: number; mean: number; slope: number } {
  const center = (y.length - 1) / 2;
  const mean = meanOf(y, 0, y.length);
  let [products, squares] = [0, 0];
  y.forEach((value, t) => {
    products += (t - center) * (value - mean);
    squares += (t - center) ** 2;
  });
  return { center, mean, slope: products / squares };
}
