/** What the addresses of sales take and give, for OpenAPI; the rows of a post are checked one by one elsewhere. */
import { ERROR_REPLY } from '../error-replies.ts';

const VEGETABLE = { type: 'string', description: 'As it was written, in any language' } as const;
const WEEK_ROW = {
  type: 'object',
  required: ['year_week', 'vegetable', 'sales'],
  properties: {
    year_week: { type: 'integer', examples: [202_001] },
    vegetable: VEGETABLE,
    sales: { type: 'number', minimum: 0 },
  },
  examples: [{ year_week: 202_001, vegetable: 'Tomate', sales: 489 }],
} as const;
const DATE_ROW = {
  type: 'object',
  required: ['date', 'vegetable', 'kilo_sold'],
  properties: {
    date: { type: 'string', format: 'date', description: 'First of seven days' },
    vegetable: VEGETABLE,
    kilo_sold: { type: 'number', minimum: 0 },
  },
  examples: [{ date: '2020-01-06', vegetable: 'carottes', kilo_sold: 12.5 }],
} as const;

/** Any list: a row that is none is refused by itself, with its reason. */
export const POSTED_ROWS = {
  type: 'array',
  items: {},
  description: 'Rows of either shape, mixed freely',
  examples: [[...WEEK_ROW.examples, ...DATE_ROW.examples]],
} as const;

const COUNT = { type: 'integer', minimum: 0 } as const;
const POSTED = {
  type: 'object',
  required: ['n_rows', 'n_new', 'n_changed', 'n_unchanged', 'n_refused', 'refused', 'extra'],
  properties: {
    n_rows: COUNT,
    n_new: COUNT,
    n_changed: { ...COUNT, description: 'Another value was there' },
    n_unchanged: COUNT,
    n_refused: COUNT,
    refused: {
      type: 'array',
      description: 'Fields for which rows were not stored',
      items: {
        type: 'object',
        required: ['index', 'field', 'reason'],
        properties: {
          index: { ...COUNT, description: 'Place of the row in the list, from 0' },
          field: { type: ['string', 'null'], description: 'null: the row as a whole' },
          reason: { type: 'string' },
        },
      },
    },
    extra: {
      type: 'array',
      description: 'Fields that no row has; their rows were stored without them',
      items: {
        type: 'object',
        required: ['index', 'field'],
        properties: { index: COUNT, field: { type: 'string' } },
      },
    },
  },
} as const;

const MONTH_ROW = {
  type: 'object',
  required: ['year_month', 'vegetable', 'sales'],
  properties: {
    year_month: { type: 'integer', examples: [202_001] },
    vegetable: { type: 'string', description: 'In clean English' },
    sales: { type: 'number', minimum: 0 },
    is_outlier: { type: 'boolean' },
  },
} as const;
const UNKNOWN = {
  type: 'object',
  required: ['vegetable', 'n_rows'],
  properties: { vegetable: VEGETABLE, n_rows: COUNT },
} as const;

const rowsOf = (description: string, items: object) => ({
  200: {
    description,
    content: {
      'application/json': { schema: { type: 'array', items } },
      'text/csv': { schema: { type: 'string' } },
    },
  },
  304: { description: 'Nothing changed since the answer with this tag', type: 'null' },
  400: { description: 'A question that cannot be', ...ERROR_REPLY },
});

export const ANSWERS = {
  posted: {
    200: { description: 'What became of the rows', ...POSTED },
    400: { description: 'No list of rows', ...ERROR_REPLY },
    413: { description: 'Too long', ...ERROR_REPLY },
    415: { description: 'No JSON', ...ERROR_REPLY },
    503: { description: 'Not stored, none of it; to be sent again', ...ERROR_REPLY },
  },
  raw: rowsOf('Rows as they were received', { anyOf: [WEEK_ROW, DATE_ROW] }),
  monthly: rowsOf('Rows ordered by month, then vegetable', MONTH_ROW),
  unknown: rowsOf('Names as they were written, ordered as texts', UNKNOWN),
  initialized: {
    200: {
      description: 'The tables are there, and empty',
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['initialized'] } },
    },
    503: { description: 'Nothing was done', ...ERROR_REPLY },
  },
} as const;
