/** How any series is forecast, as declared in `forecast.series`; each of it is a flag of the command line too. */
import { asFlags, integer, list, number, nullable, oneOf, shaped, text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import { FORECAST_MODELS, findForecastModel } from './models/registry.ts';

/** What models are chosen by, the smaller the better. */
export const CHOICE_METRICS = ['mase', 'mae', 'rmse', 'smape'] as const;
export type ChoiceMetric = (typeof CHOICE_METRICS)[number];

export const GAP_FILLS = ['none', 'zero', 'last'] as const;
export type GapFill = (typeof GAP_FILLS)[number];

const MODEL_RANGE = `one of ${FORECAST_MODELS.map(({ name }) => name).join(', ')}, or a mean of some as theta+ets or 2*theta+ets`;
const model = shaped<string>(
  { doc: '', default: '', range: MODEL_RANGE, jsonSchema: { type: 'string', minLength: 1 } },
  (value) => {
    if (typeof value !== 'string' || findForecastModel(value) === null) {
      throw new Error(MODEL_RANGE);
    }
  },
);

const count = nullable(integer({ default: 1, min: 1, doc: '' }), { default: null, doc: '' });
const column = nullable(text({ default: 'x', doc: '' }), { default: null, doc: '' });

export const SERIES_SCHEMA = asFlags({
  h: {
    ...count,
    doc: 'Steps ahead; null: those of the M4 competition for the frequency (h 48, D 14, W 13, MS 18, QS 8, YS 6).',
  },
  freq: nullable(text({ default: 'x', doc: '' }), {
    default: null,
    doc: 'Time from one row to the next: h, D, W (or W-SUN), MS, QS, YS, or 1 for integers; null: as the times have it.',
  }),
  season_length: {
    ...count,
    doc: 'Steps after which a pattern comes again; null: that of the frequency (h 24, D 7, W 52, MS 12, QS 4, else 1).',
  },
  models: nullable(list(model, { default: [], doc: '', minLength: 1 }), {
    default: null,
    doc: 'Candidates of the choice; null: naive, seasonal-naive, drift, theta, ets, ridge, lightgbm.',
  }),
  n_models: integer({
    default: 3,
    min: 1,
    doc: 'Models of each series, those of its smallest errors, at most half of the candidates; its forecast is their mean.',
  }),
  metric: oneOf(CHOICE_METRICS, {
    default: 'mase',
    doc: 'Error in cross-validation that models are chosen by.',
  }),
  level: nullable(
    list(number({ default: 80, above: 0, below: 100, doc: '' }), { default: [], doc: '' }),
    {
      default: null,
      doc: 'Levels of the intervals in percent; null: 80 and 95, as far as there are errors enough for them.',
    },
  ),
  lags: nullable(
    list(integer({ default: 1, min: 1, doc: '' }), { default: [], doc: '', minLength: 1 }),
    {
      default: null,
      doc: 'Distances into the past that models on features see; null: a few steps, a season, as the history allows.',
    },
  ),
  n_windows: {
    ...count,
    doc: 'Cutoffs of the cross-validation; null: 3, of few series more, as the history allows.',
  },
  step_size: {
    ...count,
    doc: 'Steps from one cutoff to the next; null: h, or less to make room for n_windows.',
  },
  id_col: {
    ...column,
    doc: 'Column of the series; null: unique_id where there is one, else the table is one series.',
  },
  time_col: {
    ...column,
    doc: 'Column of the times; null: ds where there is one, else the only one of times.',
  },
  target_col: {
    ...column,
    doc: 'Column of the values; null: y where there is one, else the only one of numbers.',
  },
  exogenous: nullable(list(text({ default: 'x', doc: '' }), { default: [], doc: '' }), {
    default: null,
    doc: 'Columns of numbers that models on features may use, known ahead where --future has them; null: all without empty cells.',
  }),
  fill: oneOf(GAP_FILLS, {
    default: 'none',
    doc: 'What stands in steps without a row or value: none refuses them, zero is 0, last the value before.',
  }),
  max_charts: integer({
    default: 30,
    min: 0,
    doc: 'Series with a chart on the page, the first ones.',
  }),
});
export type SeriesParams = Params<typeof SERIES_SCHEMA>;
