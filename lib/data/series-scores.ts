/** Scores of a forecast of any series as a document, numbers rounded as in every file of results. */
import type { ForecastPlan } from '../forecasting/forecast-plan.ts';
import type { SeriesForecast } from '../forecasting/forecast-series.ts';
import type { ForecastMetrics } from '../forecasting/metrics.ts';
import type { Panel } from '../forecasting/panel.ts';
import type { ChoiceMetric } from '../forecasting/series-params.ts';
import { countSeries, countSteps, formatError } from '../reports/series-text.ts';
import { roundResult } from './json-files.ts';

type Metrics = Readonly<Record<keyof ForecastMetrics, number | null>>;

/** @returns Keys as DVC's metrics have them. */
export function listSeriesScores(
  { ids, freq }: Panel,
  { h, seasonLength, lags, nWindows, stepSize }: ForecastPlan,
  metric: ChoiceMetric,
  { models, intervals, scores, reference }: SeriesForecast,
) {
  return {
    n_series: ids.length,
    h,
    freq: freq.name,
    season_length: seasonLength,
    lags,
    n_windows: nWindows,
    step_size: stepSize,
    metric,
    choice: toMetrics(scores.choice),
    coverage: Object.fromEntries(intervals.map(({ level, coverage }) => [level, round(coverage)])),
    models: Object.fromEntries(
      scores.models.map(({ name, nSeries, nChosen, metrics }) => [
        name,
        { n_series: nSeries, n_chosen: nChosen, ...toMetrics(metrics) },
      ]),
    ),
    reference,
    series: ids.map((id, i) => ({
      id,
      models: models[i],
      error: round(scores.chosenErrors[i]),
      reference_error: round(scores.referenceErrors[i]),
    })),
  };
}
export type SeriesScores = ReturnType<typeof listSeriesScores>;

function toMetrics(metrics: ForecastMetrics | null): Metrics {
  const { mae = null, rmse = null, mase = null, smape = null, r2 = null } = metrics ?? {};
  return {
    mae: round(mae),
    rmse: round(rmse),
    mase: round(mase),
    smape: round(smape),
    r2: round(r2),
  };
}

function round(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : roundResult(value);
}

/** One line. */
export function toSeriesMessage({
  n_series: n,
  h,
  freq,
  choice,
  models,
  reference,
}: SeriesScores): string {
  const what = `${countSeries(n)}, ${countSteps(h, freq)} ahead`;
  const naive = models[reference].mase;
  if (choice.mase === null || naive === null) return what;
  return `${what}, MASE ${formatError('mase', choice.mase)} (${reference} ${formatError('mase', naive)})`;
}
