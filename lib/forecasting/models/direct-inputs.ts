/**
 * What a network knows at an origin of a series: the values of the last season, those around the steps ahead in the
 * seasons before, and what {@link consultExperts} say of these steps; every distance in units of the series' mean step.
 */
import type { ForecastOptions } from '../model.ts';
import { consultExperts } from './direct-experts.ts';
import type { Expert } from './direct-experts.ts';
import { noiseAt, openDirectSeries, unitAt } from './direct-series.ts';
import type { DirectSeries } from './direct-series.ts';

/** Seasons back that are looked at. */
const N_SEASONS = 4;

export interface ConsultedSeries {
  readonly series: DirectSeries;
  readonly experts: readonly Expert[];
}

export function consultSeries(y: Float64Array, options: ForecastOptions): ConsultedSeries {
  const series = openDirectSeries(y, options);
  return { series, experts: consultExperts(series, options) };
}

/**
 * The inputs at origin `t`, whose last known value is z(t). Their number depends on the options alone.
 *
 * @returns NaN where the series does not reach back far enough.
 */
export function inputsAt(
  { series, experts }: ConsultedSeries,
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
  const steady = [Math.ceil(h / 4), h];
  for (const { changes, slopes, errors } of experts) {
    const at = (of: Float64Array, step: number): number => of[t * h + step - 1];
    for (const step of steady) inputs.push(at(slopes, step), at(errors, step));
    for (let step = 1; step <= h; step++) {
      const change = at(changes, step) / unit;
      const slope = at(slopes, step);
      inputs.push(change, Number.isNaN(slope) ? 0 : slope * change);
    }
  }
  const meanStep = (window: number): number =>
    t < window ? 1 : (steps[t] - steps[t - window]) / window / unit;
  inputs.push(Math.log(noiseAt(series, t)), Math.log(t + 1), meanStep(h), meanStep(nRecent));
  return inputs;
}
