/**
 * What a network knows at an origin of a series: the values of the last season, those around the steps ahead in the
 * seasons before, and what {@link Expert}s say of these steps; every distance in units of the series' mean step.
 */
import type { ForecastOptions } from '../model.ts';
import type { Expert } from './direct-experts.ts';
import { N_SEASONS, noiseAt, unitAt } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';

/**
 * The inputs at origin `t`, whose last known value is z(t). Their number depends on the options alone.
 *
 * @returns NaN where the series does not reach back far enough.
 */
export function inputsAt(
  series: DirectSeries,
  experts: readonly Expert[],
  t: number,
  { h, seasonLength: m }: ForecastOptions,
): number[] {
  const { z, steps } = series;
  const unit = unitAt(series, t);
  const inputs: number[] = [];
  const addDistance = (i: number): void => void inputs.push(i < 0 ? NaN : (z[i] - z[t]) / unit);
  const nRecent = m === 1 ? 2 * h : m;
  for (let lag = 1; lag <= nRecent; lag++) addDistance(t - lag);
  const nAround = Math.ceil(h / 2);
  for (let k = 1; k <= N_SEASONS && m > 1; k++) {
    const back = m * (Math.ceil((h + nAround) / m) - 1 + k);
    for (let step = -nAround; step <= h + nAround; step++) addDistance(t - back + step);
  }
  const steady = new Set([Math.ceil(h / 4), h]);
  for (const { changes, slopes, errors } of experts) {
    const at = (of: Float64Array, step: number): number => of[t * h + step - 1];
    for (const step of steady) inputs.push(at(slopes, step), at(errors, step));
    for (let step = 1; step <= h; step++) {
      const change = at(changes, step) / unit;
      inputs.push(change, at(slopes, step) * change);
    }
  }
  const meanStep = (window: number): number =>
    t < window ? NaN : (steps[t] - steps[t - window]) / window / unit;
  inputs.push(Math.log(noiseAt(series, t)), Math.log(t + 1), meanStep(h), meanStep(nRecent));
  return inputs;
}
