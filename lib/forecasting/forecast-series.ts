/**
 * Forecasts any series without a configuration: every candidate is tried by cross-validation, each series gets the
 * models of its smallest errors, refitted on all of its history, their mean with conformal intervals.
 */
import { StageError, listExamples } from '../errors.ts';
import { chooseModels, composeWindows, tabulateErrors } from './choose-models.ts';
import type { Choice, ValidatedModel } from './choose-models.ts';
import { conformalIntervals, maxLevel, scoreConformal } from './conformal.ts';
import type { Interval } from './conformal.ts';
import { crossValidate } from './cross-validation.ts';
import type { Window } from './cross-validation.ts';
import type { ForecastPlan } from './forecast-plan.ts';
import type { ForecastContext, ForecastModel } from './model.ts';
import { takeSeries } from './panel.ts';
import type { Future, Panel } from './panel.ts';
import { leaveOutWindows, replayChoice, replayCoverage } from './replay-choice.ts';
import { scoreChoice } from './score-choice.ts';
import type { ChoiceScores } from './score-choice.ts';
import type { ChoiceMetric } from './series-params.ts';

export interface SeriesForecastOptions {
  readonly candidates: readonly ForecastModel[];
  /** Models of a series, at least 1, at most half of its candidates; their mean is its forecast. */
  readonly nModels: number;
  /** What the choice is shown beside; tried too where it is no candidate. */
  readonly reference: ForecastModel;
  readonly metric: ChoiceMetric;
  /** In percent; null: 80 and 95, those that there are errors enough for. */
  readonly level: readonly number[] | null;
}

export interface SeriesForecast {
  /** Names of the models of each series, the best first. */
  readonly models: readonly (readonly string[])[];
  /** Of the model that the choice is shown beside. */
  readonly reference: string;
  /** Shape (nSeries × h). */
  readonly forecast: Float64Array;
  readonly intervals: readonly MeasuredInterval[];
  readonly scores: ChoiceScores;
  /** The last window as the models of the choice forecast it, of the series that have one. */
  readonly lastWindow: Window;
}

export interface MeasuredInterval extends Interval {
  /** Share that such intervals held at the cutoffs of the past; null: there are too few windows to tell. */
  readonly coverage: number | null;
}

const LEVELS = [80, 95];

/**
 * @param future - What is known of the steps to come.
 * @throws StageError E_DATA when no candidate can forecast a series, E_PARAMS when a level needs more errors.
 */
export async function forecastSeries(
  panel: Panel,
  future: Future,
  plan: ForecastPlan,
  { candidates, nModels, reference, metric, level }: SeriesForecastOptions,
  context: ForecastContext,
): Promise<SeriesForecast> {
  const tried = [...new Set([...candidates, reference])].map((model) => reaching(model, panel));
  const asked = { ...plan, inputSize: null, shortSeries: 'leave out' } as const;
  const all: ValidatedModel[] = [];
  for (const model of tried) {
    const windows = await crossValidate(model, panel, asked, context);
    for (const { history, forecast } of windows) assertFinite(model, history.ids, forecast);
    all.push({ name: model.name, windows });
  }
  const validated = keepReached(all, candidates.length);
  const errors = { metric, seasonLength: plan.seasonLength };
  const table = tabulateErrors(validated, panel.ids, errors);
  const options = { nCandidates: candidates.length, nModels };
  const validation = { panel, validated, table, options };
  const known = [...table.rowsAfter.keys()];
  const choice = chooseModels(table, { ...options, windows: known });
  assertChosen(choice, panel, tried.slice(0, candidates.length), plan);
  const forecast = await refit(panel, future, choice, tried, context);
  const windows = composeWindows(validated, panel, table, () => choice);
  const replayed = replayChoice(validation, plan.h);
  const scores = scoreConformal(leaveOutWindows(validation, known));
  const levels = level ?? LEVELS.filter((percent) => percent <= maxLevel(scores));
  const intervals = conformalIntervals(forecast, panel, scores, levels);
  return {
    models: choice.map((chosen) => chosen.map((m) => tried[m].name)),
    reference: reference.name,
    forecast,
    intervals: intervals.map((interval) => ({
      ...interval,
      coverage: replayCoverage(validation, replayed, interval.level, plan.h),
    })),
    scores: scoreChoice(validated, panel.ids, { choice, windows, replayed, reference, ...errors }),
    lastWindow: windows[windows.length - 1],
  };
}

/** A past column is seen h steps before, which a model does not know before it sees the panel. */
function reaching(model: ForecastModel, { exogenous }: Panel): ForecastModel {
  if (!model.isGlobal || exogenous.every(({ kind }) => kind !== 'past')) return model;
  return { ...model, minLength: (options) => Math.max(model.minLength(options), options.h + 1) };
}

/** @throws Error A model that forecasts no numbers has a bug. */
function assertFinite(
  { name }: ForecastModel,
  ids: readonly string[],
  forecast: Float64Array,
): void {
  const at = forecast.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const id = ids[Math.floor((at * ids.length) / forecast.length)];
  throw new Error(`the forecast of ${id} by ${name} must be finite; got ${forecast[at]}`);
}

/** Without the windows that only the reference reaches: there is no choice in them. */
function keepReached(
  validated: readonly ValidatedModel[],
  nCandidates: number,
): readonly ValidatedModel[] {
  const candidates = validated.slice(0, nCandidates);
  const reached = new Set(candidates.flatMap(({ windows }) => windows.map((w) => w.rowsAfter)));
  return validated.map(({ name, windows }) => ({
    name,
    windows: windows.filter(({ rowsAfter }) => reached.has(rowsAfter)),
  }));
}

function assertChosen(
  choice: Choice,
  { ids, offsets }: Panel,
  candidates: readonly ForecastModel[],
  plan: ForecastPlan,
): void {
  const none = [...ids.keys()].filter((i) => choice[i].length === 0);
  if (none.length === 0) return;
  const least = Math.min(...candidates.map((model) => model.minLength(plan))) + plan.h;
  const shown = listExamples(none, (i) => `${ids[i]}: ${offsets[i + 1] - offsets[i]}`);
  throw new StageError(
    'E_DATA',
    `a series must have at least ${least} rows for one of ${candidates.map(({ name }) => name).join(', ')}; got ${shown}`,
    { hint: 'leave these series out, or name a model that needs less, such as naive' },
  );
}

/** Each model on the whole history: of its own series, or of all that it can learn from where it is global. */
async function refit(
  panel: Panel,
  future: Future,
  choice: Choice,
  tried: readonly ForecastModel[],
  context: ForecastContext,
): Promise<Float64Array> {
  const { h } = context;
  const forecast = new Float64Array(panel.ids.length * h);
  for (const [m, model] of tried.entries()) {
    const isChosen = (i: number): boolean => choice[i].includes(m);
    const all = [...panel.ids.keys()];
    if (!all.some(isChosen)) continue;
    const minLength = model.minLength(context);
    const places = all.filter((i) =>
      model.isGlobal ? panel.offsets[i + 1] - panel.offsets[i] >= minLength : isChosen(i),
    );
    const fitted = await model.fit(takeSeries(panel, places), context);
    const ahead = await fitted.predict(h, takeFuture(future, places));
    assertFinite(
      model,
      places.map((i) => panel.ids[i]),
      ahead,
    );
    places.forEach((i, k) => {
      if (!isChosen(i)) return;
      for (let step = 0; step < h; step++) {
        forecast[i * h + step] += ahead[k * h + step] / choice[i].length;
      }
    });
  }
  return forecast;
}

function takeFuture({ h, columns }: Future, places: readonly number[]): Future {
  const take = (values: Float64Array): Float64Array => {
    const taken = new Float64Array(places.length * h);
    places.forEach((i, k) => taken.set(values.subarray(i * h, (i + 1) * h), k * h));
    return taken;
  };
  return { h, columns: columns.map(({ name, values }) => ({ name, values: take(values) })) };
}
