/** What a model server says of its model: version, schema of the rows, OpenAPI of the requests. */
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type {
  CategoricalDistribution,
  NumericDistribution,
} from '../preprocessing/distribution.ts';
import { ERROR_REPLY } from '../services/error-replies.ts';
import { PREDICT_METHODS } from './invocation.ts';
import type { ServedModel } from './served-model.ts';

const taskOf = (bundle: Bundle): string => (isRegression(bundle) ? 'regression' : 'classification');

/** Which model it is, and where it comes from. */
export function describeModel({ bundle, hash }: ServedModel): object {
  const { model, target, versions, dataHashes } = bundle;
  return { hash, name: model.name, task: taskOf(bundle), target, versions, data: dataHashes };
}

/** What its rows must be, what they were in training, and what it predicts. */
export function describeSchema({ bundle, hash, schema }: ServedModel): object {
  const { target, id, classes, classNames, threshold, distribution, input } = bundle;
  return {
    model: hash,
    task: taskOf(bundle),
    target,
    columns: input.map(({ name, kind }) => ({
      name,
      kind,
      ...describeTraining(distribution.columns[name]),
    })),
    ignored: schema.allowsUnknown ? 'every other column' : [target, id],
    n_samples: distribution.n_samples,
    classes: classes.map((value) => ({ value, name: classNames[String(value)] ?? null })),
    threshold,
  };
}

function describeTraining(facts: NumericDistribution | CategoricalDistribution): object {
  const { missing_count, n_distinct } = facts;
  if (facts.kind === 'number') return { min: facts.min, max: facts.max, missing_count, n_distinct };
  const values = facts.counts === null ? null : Object.keys(facts.counts);
  return { values, missing_count, n_distinct };
}

const TABLE = {
  type: 'object',
  required: ['data'],
  properties: {
    columns: { type: ['array', 'null'], items: { type: 'string' } },
    data: { type: 'array', items: { type: 'array' } },
  },
} as const;

/** The schema of POST /invocations, for its page; the rows are checked against the bundle. */
export function invocationSchema({ input, golden }: Bundle): object {
  const row = {
    type: 'object',
    required: input.map(({ name }) => name),
    properties: Object.fromEntries(input.map(({ name, kind }) => [name, { type: kind === 'number' ? ['number', 'boolean', 'null'] : ['string', 'null'] }])), // prettier-ignore
  };
  const rows = { type: 'array', items: row };
  const method = { type: 'string', enum: PREDICT_METHODS, default: 'predict' };
  const shape = (name: string, value: object): object => ({
    type: 'object',
    required: [name],
    properties: {
      [name]: value,
      params: { type: 'object', properties: { predict_method: method } },
    },
    additionalProperties: false,
  });
  const list = { type: 'array' };
  const json = {
    anyOf: [
      rows,
      shape('dataframe_records', rows),
      shape('dataframe_split', TABLE),
      shape('instances', list),
      shape('inputs', { type: ['array', 'object'] }),
    ],
    examples: [{ dataframe_records: golden.rows.slice(0, 1) }],
  };
  return {
    tags: ['model'],
    summary: 'Predict the rows of the body, in the shapes of MLflow, as a plain list, or as CSV',
    querystring: { type: 'object', properties: { predict_method: method } },
    body: {
      content: {
        'application/json': { schema: json },
        'text/csv': { schema: { type: 'string' } },
      },
    },
    response: {
      200: {
        type: 'object',
        required: ['predictions'],
        properties: {
          predictions: {
            type: 'array',
            description:
              'Classes or numbers; of predict_proba probabilities, in the order of the classes',
          },
        },
      },
      400: ERROR_REPLY,
      413: ERROR_REPLY,
      415: ERROR_REPLY,
    },
  };
}
