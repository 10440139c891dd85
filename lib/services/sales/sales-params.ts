import { ENGINES } from '../../ingestion/engines/open-engine.ts';
import { DEFAULT_OUTLIER_RULE, OUTLIER_METHODS } from '../../ingestion/outliers.ts';
import { WEEK_NUMBERINGS } from '../../ingestion/weeks.ts';
import { integer, nullable, number, oneOf, text } from '../../params/schema.ts';
import { SERVICE_PARAMS } from '../service-params.ts';
import type { Params } from '../../params/schema.ts';

export const SERVE_SALES_PARAMS = {
  ...SERVICE_PARAMS,
  storage: oneOf(ENGINES, {
    doc: 'What keeps the tables: CSV files, a file of SQLite, or PostgreSQL.',
    default: 'app_sql',
  }),
  location: nullable(text({ doc: '', default: 'data/sales' }), {
    doc: 'Where: a folder, a file, or postgresql://user@host:5432/database without the password, which PGPASSWORD has; null: data/sales, data/sales.sqlite, or the database sales of PGHOST.',
    default: null,
  }),
  weeks: oneOf(WEEK_NUMBERINGS, {
    doc: 'How year_week counts: strptime has %Y%W (week 01 begins on the first Monday), iso has ISO 8601.',
    default: 'strptime',
  }),
  outliers: {
    method: oneOf(OUTLIER_METHODS, {
      doc: 'Which weeks of a vegetable stand out: above the mean of all its weeks, of all others, or above the median.',
      default: DEFAULT_OUTLIER_RULE.method,
    }),
    threshold: number({
      doc: 'By how many standard deviations.',
      above: 0,
      default: DEFAULT_OUTLIER_RULE.threshold,
    }),
  },
  max_rows: integer({
    doc: 'Rows that one post may have; a longer list is refused with 413.',
    min: 1,
    default: 20_000,
  }),
} as const;

export type ServeSalesParams = Params<typeof SERVE_SALES_PARAMS>;
