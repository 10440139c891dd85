/** What a forecasting model is: how much history it needs, how it learns from a panel, and how it forecasts. */
import type { StartProgress } from '../progress.ts';
import type { Rng } from '../rng.ts';
import type { Future, Panel } from './panel.ts';

export interface ForecastOptions {
  /** Steps ahead, at least 1. */
  readonly h: number;
  /** Steps after which a pattern comes again; 1: none does. */
  readonly seasonLength: number;
  /** Distances into the past that models on features see, at least 1 each; others do not look at them. */
  readonly lags: readonly number[];
}

export interface ForecastContext extends ForecastOptions {
  /** Of intervals, in percent: 80, 95. */
  readonly level: readonly number[];
  /** The random stream of one purpose. */
  readonly rng: (purpose: string) => Rng;
  /** Aborted by Ctrl-C; long loops look at it. */
  readonly signal: AbortSignal;
  readonly threads: number;
  readonly warn: (message: string) => void;
  readonly startProgress: StartProgress;
}

export interface FittedForecast {
  /**
   * @param h - At most that of the fit.
   * @param future - What is known ahead; models that take no exogenous columns do not look at it.
   * @returns Shape (nSeries × h), series after series, in the order of the panel; finite.
   */
  predict(h: number, future?: Future): Promise<Float64Array>;
}

export interface ForecastModel {
  /** In kebab-case, as parameters and tables have it. */
  readonly name: string;
  /** One sentence for the documentation, with its source. */
  readonly summary: string;
  /** Whether one model is learnt from all series; else a series' forecast depends on that series alone. */
  readonly isGlobal: boolean;
  /** Fewest rows of a series that it can forecast. */
  minLength(options: ForecastOptions): number;
  /** @throws StageError E_DATA when a series is shorter than {@link minLength}. */
  fit(panel: Panel, context: ForecastContext): Promise<FittedForecast>;
}
