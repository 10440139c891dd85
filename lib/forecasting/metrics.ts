/**
 * How far forecasts are from what came, as the M4 competition measured it.
 *
 * | metric | of one series |
 * |---|---|
 * | MAE | mean of \|y - ŷ\| |
 * | RMSE | root of the mean of (y - ŷ)² |
 * | MASE | MAE over the mean of \|y(t) - y(t - m)\| in the history, m the season length |
 * | sMAPE | mean of 200 \|y - ŷ\| / (\|y\| + \|ŷ\|), in percent, 0 where both are 0 |
 * | R² | 1 - Σ(y - ŷ)² / Σ(y - ȳ)² |
 * | OWA | mean of the ratios of MASE and of sMAPE to those of naive2 |
 *
 * MAE, MASE and sMAPE of several series are the mean over the series of the mean over the steps; RMSE and R² are taken over all
 * values together.
 *
 * @see Makridakis, Spiliotis and Assimakopoulos (2020), International Journal of Forecasting 36(1), 54-74,
 *   doi:10.1016/j.ijforecast.2019.04.014
 */
import { seriesOf } from './panel.ts';
import type { Panel } from './panel.ts';

export interface ForecastMetrics {
  readonly mae: number;
  readonly rmse: number;
  /** null: no series has a history that differs from season to season. */
  readonly mase: number | null;
  /** 0 to 200. */
  readonly smape: number;
  /** null: what came is constant. */
  readonly r2: number | null;
}

export interface ForecastScore {
  readonly all: ForecastMetrics;
  /** Of the first to the h-th step ahead. */
  readonly byStep: readonly ForecastMetrics[];
}

/**
 * @param actual - Shape (nSeries × h), as the forecast.
 * @param history - What the forecast was made from; series in the same order.
 * @param seasonLength - Of MASE. A series whose history is constant from season to season has no MASE and is left
 *   out of its mean.
 */
export function scoreForecast(
  actual: Float64Array,
  forecast: Float64Array,
  history: Panel,
  seasonLength: number,
): ForecastScore {
  const nSeries = history.ids.length;
  const h = actual.length / nSeries;
  if (forecast.length !== actual.length || !Number.isInteger(h)) {
    throw new Error(
      `${forecast.length} forecasts for ${actual.length} values of ${nSeries} series`,
    );
  }
  const scales = Float64Array.from({ length: nSeries }, (_, i) =>
    seasonalScale(seriesOf(history, i).y, seasonLength),
  );
  const measureSteps = (steps: readonly number[]): ForecastMetrics =>
    measure(actual, forecast, scales, { h, steps });
  const steps = Array.from({ length: h }, (_, k) => k);
  return { all: measureSteps(steps), byStep: steps.map((step) => measureSteps([step])) };
}

/** Mean of |y(t) - y(t - seasonLength)|, what MASE divides by; NaN of a series no longer than a season. */
export function seasonalScale(y: Float64Array, seasonLength: number): number {
  let sum = 0;
  for (let t = seasonLength; t < y.length; t++) sum += Math.abs(y[t] - y[t - seasonLength]);
  return y.length > seasonLength ? sum / (y.length - seasonLength) : NaN;
}

/** Below 1: better than naive2. null where one of the two has no MASE, or naive2 is perfect. */
export function overallWeightedAverage(
  model: Pick<ForecastMetrics, 'mase' | 'smape'>,
  naive2: Pick<ForecastMetrics, 'mase' | 'smape'>,
): number | null {
  if (model.mase === null || !(naive2.mase! > 0) || naive2.smape === 0) return null;
  return (model.mase / naive2.mase! + model.smape / naive2.smape) / 2;
}

function measure(
  actual: Float64Array,
  forecast: Float64Array,
  scales: Float64Array,
  { h, steps }: { readonly h: number; readonly steps: readonly number[] },
): ForecastMetrics {
  const n = scales.length * steps.length;
  let [absolute, squares, smape, total] = [0, 0, 0, 0];
  let [mase, nScaled] = [0, 0];
  for (let i = 0; i < scales.length; i++) {
    let ofSeries = 0;
    for (const step of steps) {
      const [y, predicted] = [actual[i * h + step], forecast[i * h + step]];
      const error = Math.abs(y - predicted);
      const size = Math.abs(y) + Math.abs(predicted);
      ofSeries += error;
      squares += error ** 2;
      smape += size === 0 ? 0 : (200 * error) / size;
      total += y;
    }
    absolute += ofSeries;
    if (!(scales[i] > 0)) continue;
    mase += ofSeries / steps.length / scales[i];
    nScaled++;
  }
  let around = 0;
  for (let i = 0; i < scales.length; i++) {
    for (const step of steps) around += (actual[i * h + step] - total / n) ** 2;
  }
  return {
    mae: absolute / n,
    rmse: Math.sqrt(squares / n),
    mase: nScaled === 0 ? null : mase / nScaled,
    smape: smape / n,
    r2: around === 0 ? null : 1 - squares / around,
  };
}
