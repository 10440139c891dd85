/** Backtest: weeks of the past, each forecast at the midnight on which it begins, from the hours before alone. */
import { setImmediate } from 'node:timers/promises';
import { mae } from '../../metrics/regression.ts';
import type { BoosterContext } from '../../models/lightgbm/booster.ts';
import { showNoProgress } from '../../progress.ts';
import type { Rng } from '../../rng.ts';
import { forecastWeekBoosted } from './boosted-model.ts';
import type { WeekForecast } from './boosted-model.ts';
import { rangeCoverage } from './cross-validate.ts';
import {
  hourlyFeatures,
  hourlyFeaturesOnline,
  turnoverFrom,
  DAY,
  WEEK,
} from './hourly-features.ts';
import type { HourlyFeatureParams, HourlyTurnover } from './hourly-features.ts';
import { fitMultiModel, predictMultiModel } from './multi-model.ts';
import type { MultiModelParams } from './multi-model.ts';
import type { BacktestWeeks } from './restaurant-params.ts';
import { hasOrders } from './same-hour-means.ts';
import { startOfWeek } from './weeks.ts';

export const BACKTEST_MODELS = ['forest', 'lightgbm', 'last_week'] as const;
export type BacktestModel = (typeof BACKTEST_MODELS)[number];

export type BacktestParams = BacktestWeeks & MultiModelParams & HourlyFeatureParams;

export interface BacktestContext extends Omit<BoosterContext, 'rng' | 'onRound' | 'threads'> {
  readonly rng: (purpose: string) => Rng;
  /** Told each week as it is done. */
  readonly onWeek: (week: BacktestWeek) => void;
}

export interface BacktestScore {
  /** Over all hours; those of a day that the files lack count as 0, as everywhere in the pipeline. */
  readonly mae: number;
  /** Over the days that have orders; NaN where none has. */
  readonly maeOfKnownDays: number;
  /** Share of the hours within the range; null of a forecast that has none. */
  readonly coverage: number | null;
}

export interface BacktestWeek {
  readonly week: number;
  /** Step of its first hour. */
  readonly start: number;
  /** Shape (WEEK). */
  readonly actual: Float64Array;
  /** A forecast without a range has its prediction as both ends. */
  readonly forecasts: Readonly<Record<BacktestModel, WeekForecast>>;
  readonly scores: Readonly<Record<BacktestModel, BacktestScore>>;
}

/** @param turnover - From the longest window before `firstWeek` to the end of `lastWeek`. */
export async function backtest(
  turnover: HourlyTurnover,
  params: BacktestParams,
  context: BacktestContext,
): Promise<BacktestWeek[]> {
  const { firstWeek, lastWeek } = params;
  const bar = context.startProgress('backtest', lastWeek - firstWeek + 1, 'weeks');
  try {
    const weeks: BacktestWeek[] = [];
    for (let week = firstWeek; week <= lastWeek; week++) {
      const forecasts = await forecastWeek(turnover, week, params, context);
      const start = startOfWeek(week);
      const actual = turnoverFrom(turnover, start, WEEK);
      weeks.push({ week, start, actual, forecasts, scores: scoreAll(actual, forecasts) });
      context.onWeek(weeks.at(-1)!);
      bar.update(weeks.length);
      await setImmediate(); // Ctrl-C, the progress bar and the server get their turn
      context.signal.throwIfAborted();
    }
    return weeks;
  } finally {
    bar.end();
  }
}

/** What each model forecasts of a week from the hours before it. */
export async function forecastWeek(
  turnover: HourlyTurnover,
  week: number,
  params: Omit<BacktestParams, 'firstWeek' | 'lastWeek'>,
  { rng, ...context }: Omit<BacktestContext, 'onWeek'>,
): Promise<Record<BacktestModel, WeekForecast>> {
  const before = (nWeeks: number): HourlyTurnover => {
    const start = Math.max(startOfWeek(week - nWeeks), turnover.start);
    return { start, cashIn: turnoverFrom(turnover, start, startOfWeek(week) - start) };
  };
  const stream = (purpose: string): Rng => rng(`week ${week} ${purpose}`);
  const lastWeek = before(1).cashIn;
  return {
    forest: forecastWeekByForests(before(params.nWeeks), params, stream),
    lightgbm: await forecastWeekBoosted(before(params.nWeeksLightgbm), {
      ...context,
      // so few rows that threads would wait for each other
      threads: 1,
      rng: stream,
      startProgress: showNoProgress,
    }),
    last_week: { prediction: lastWeek, minimum: lastWeek, maximum: lastWeek },
  };
}

/** As the steps features, train, future and predict do it. */
function forecastWeekByForests(
  history: HourlyTurnover,
  params: MultiModelParams & HourlyFeatureParams,
  rng: (purpose: string) => Rng,
): WeekForecast {
  const { x, y } = hourlyFeatures(history, params);
  const model = fitMultiModel(new Float32Array(x.values), y, params, rng);
  const next = history.start + history.cashIn.length;
  const ahead = hourlyFeaturesOnline(history, next, params);
  const { all, minimum, maximum } = predictMultiModel(model, new Float32Array(ahead.values));
  return { prediction: all[0], minimum, maximum };
}

function scoreAll(
  actual: Float64Array,
  forecasts: Readonly<Record<BacktestModel, WeekForecast>>,
): Record<BacktestModel, BacktestScore> {
  const isKnown = (_value: number, i: number): boolean => hasOrders(actual, i - (i % DAY));
  const known = actual.filter(isKnown);
  const score = (model: BacktestModel): BacktestScore => {
    const { prediction } = forecasts[model];
    return {
      mae: mae({ yTrue: actual, yPred: prediction }),
      maeOfKnownDays: mae({ yTrue: known, yPred: prediction.filter(isKnown) }),
      coverage: model === 'last_week' ? null : rangeCoverage(actual, forecasts[model]),
    };
  };
  return { forest: score('forest'), lightgbm: score('lightgbm'), last_week: score('last_week') };
}
