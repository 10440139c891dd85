/** Parameters of the restaurants' pipeline, each group once. */
import { StageError } from '../../errors.ts';
import { integer } from '../../params/schema.ts';
import type { Params } from '../../params/schema.ts';

/** The group `window`, which every step reads. */
export const WINDOW_SCHEMA = {
  start_week: integer({ default: 180, min: 1, doc: 'First week that is learnt from.' }),
  end_week: integer({ default: 200, min: 1, doc: 'Last week that is learnt from.' }),
  next_week: integer({
    default: 201,
    min: 2,
    doc: 'Week that is forecast, the one after end_week.',
  }),
};
export type WindowParams = Params<typeof WINDOW_SCHEMA>;

/** Of the step features; future reads it too. */
export const FEATURES_SCHEMA = {
  degree: integer({
    default: 1,
    min: 0,
    max: 12,
    doc: 'Pairs of cosine and sine of the hour; each pair has one turn more a day.',
  }),
  lag_in_week: integer({
    default: 1,
    min: 1,
    doc: 'Weeks back that the turnover of the same hour is looked at.',
  }),
};

/** Of the step train; cross-validate and predict read it too. */
export const FORESTS_SCHEMA = {
  n_estimators: integer({ default: 10, min: 1, doc: 'Trees of each forest.' }),
  n_models: integer({
    default: 10,
    min: 1,
    doc: 'Forests beside the single one, each on its own bootstrap sample.',
  }),
};

export const CROSS_VALIDATION_SCHEMA = {
  n_fold: integer({
    default: 10,
    min: 2,
    doc: 'Folds, each forecast by forests that learnt from all hours before it.',
  }),
};

export const BACKTEST_SCHEMA = {
  first_week: integer({ default: 220, min: 3, doc: 'First week that is forecast.' }),
  last_week: integer({ default: 239, min: 3, doc: 'Last week that is forecast.' }),
  n_weeks: integer({
    default: 21,
    min: 2,
    doc: 'Weeks before each that the forests learn from, as many as the window has.',
  }),
  n_weeks_lightgbm: integer({
    default: 104,
    min: 3,
    doc: 'Weeks before each that LightGBM learns from.',
  }),
};
export type BacktestWeeks = Params<typeof BACKTEST_SCHEMA>;

/** The weeks whose orders a backtest needs. */
export function weeksOfBacktest({
  firstWeek,
  lastWeek,
  nWeeks,
  nWeeksLightgbm,
}: BacktestWeeks): Pick<WindowParams, 'startWeek' | 'endWeek'> {
  const startWeek = firstWeek - Math.max(nWeeks, nWeeksLightgbm);
  if (firstWeek <= lastWeek && startWeek >= 1) return { startWeek, endWeek: lastWeek };
  throw new StageError(
    'E_PARAMS',
    firstWeek > lastWeek
      ? `backtest.first_week must be at most last_week, ${lastWeek}; got ${firstWeek}`
      : `backtest.first_week must be above n_weeks and n_weeks_lightgbm, ${firstWeek - startWeek}; got ${firstWeek}`,
  );
}

/** @throws StageError E_PARAMS unless the weeks follow one another. */
export function assertWindow({ startWeek, endWeek, nextWeek }: WindowParams): void {
  const problems = [
    ...(startWeek > endWeek
      ? [`window.start_week must be at most end_week, ${endWeek}; got ${startWeek}`]
      : []),
    ...(nextWeek !== endWeek + 1
      ? [`window.next_week must be the week after end_week, ${endWeek + 1}; got ${nextWeek}`]
      : []),
  ];
  if (problems.length === 0) return;
  throw new StageError('E_PARAMS', problems.join('\n  '), {
    hint: 'npm run restaurants -- --next-week N moves all three',
  });
}
