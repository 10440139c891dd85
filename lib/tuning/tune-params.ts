import { integer, isRecord, nullable, number, oneOf, shaped, text } from '../params/schema.ts';

const SAMPLERS = ['tpe', 'gp', 'random', 'grid'] as const;
const PRUNERS = ['none', 'median', 'percentile', 'successive_halving', 'hyperband'] as const;
const RANGE =
  'a map from parameters to {type: float or int, low, high, log, step} or {type: categorical, choices}, each with an optional when: {parameter: [values]}';

const bound = { type: 'number' };
const when = {
  type: 'object',
  additionalProperties: { type: 'array', minItems: 1 },
  description: 'Other parameters of the space and the values under which this one is drawn.',
};
const numeric = {
  type: 'object',
  required: ['type', 'low', 'high'],
  additionalProperties: false,
  properties: {
    type: { enum: ['float', 'int'] },
    low: bound,
    high: bound,
    log: { type: 'boolean', description: 'Drawn evenly over the logarithm.' },
    step: { type: 'number', exclusiveMinimum: 0 },
    when,
  },
};
const categorical = {
  type: 'object',
  required: ['type', 'choices'],
  additionalProperties: false,
  properties: { type: { const: 'categorical' }, choices: { type: 'array', minItems: 1 }, when },
};

/** Parameters of the stage `tune`. */
export const TUNE_SCHEMA = {
  stage: text({
    default: 'train',
    doc: 'Stage that every trial runs, with the parameters of its group but for those of the space.',
  }),
  metric: text({
    default: 'valid_accuracy',
    doc: "Key of the stage's metrics that is tuned, dotted for a nested one.",
  }),
  direction: oneOf(['maximize', 'minimize'], {
    default: 'maximize',
    doc: 'Which values of the metric are better.',
  }),
  space: shaped<Readonly<Record<string, unknown>>>(
    {
      default: {},
      doc: 'Search space: what is drawn for which parameter of the stage; low and high are included.',
      range: RANGE,
      jsonSchema: { type: 'object', additionalProperties: { anyOf: [numeric, categorical] } },
    },
    (value) => {
      if (!isRecord(value)) throw new Error(RANGE);
    },
  ),
  sampler: oneOf(SAMPLERS, {
    default: 'tpe',
    doc: 'How parameters are drawn: Parzen estimators, a Gaussian process (needs torch and scipy in .venv), evenly, or every point of a grid.',
  }),
  n_startup_trials: integer({
    default: 10,
    min: 0,
    doc: 'Trials drawn evenly before tpe and gp learn, and that must be complete before median and percentile prune.',
  }),
  pruner: oneOf(PRUNERS, {
    default: 'median',
    doc: 'Which trials end early, by what the stage reports of the metric step by step: those below the median or the percentile of others at that step, or by halving.',
  }),
  n_warmup_steps: integer({
    default: 0,
    min: 0,
    doc: 'Steps of each trial before it may be pruned; the least resource of the halving pruners.',
  }),
  percentile: number({
    default: 25,
    min: 0,
    max: 100,
    doc: 'Percentage of the trials at a step that the pruner percentile keeps.',
  }),
  n_trials: integer({
    default: 30,
    min: 1,
    doc: 'Trials of the study, those of earlier runs included.',
  }),
  timeout_seconds: nullable(number({ default: 3600, above: 0, doc: '' }), {
    default: null,
    doc: 'After this no trial begins; null: no limit.',
  }),
  workers: integer({
    default: 1,
    min: 1,
    max: 256,
    doc: 'Trials at once, each a process with its part of base.threads. With one, the same seed gives the same trials.',
  }),
  max_failures: integer({
    default: 5,
    min: 1,
    doc: 'Failed trials in a row that end the tuning.',
  }),
  storage: text({
    default: 'sqlite:///logs/studies.db',
    doc: 'Where the study is kept, as a URL of SQLAlchemy; a server (postgresql+psycopg://…) lets many machines share it. Passwords belong to its client (PGPASSWORD, ~/.pgpass).',
  }),
  study: nullable(text({ default: 'study', doc: '' }), {
    default: null,
    doc: 'Name of the study; null: the stage and a hash of all that decides its trials, so that other data or another space begin another study.',
  }),
};
