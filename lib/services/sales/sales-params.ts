import { DEFAULT_OUTLIER_RULE, OUTLIER_METHODS } from '../../ingestion/outliers.ts';
import { WEEK_NUMBERINGS } from '../../ingestion/weeks.ts';
import { integer, number, oneOf, text } from '../../params/schema.ts';
import { SERVICE_PARAMS } from '../service-params.ts';
import type { Params } from '../../params/schema.ts';

export const SERVE_SALES_PARAMS = {
  ...SERVICE_PARAMS,
  storage: oneOf(['app_sql'], {
    doc: 'What keeps the tables: a file of SQLite.',
    default: 'app_sql',
  }),
  sqlite_file: text({ doc: 'File of app_sql.', default: 'data/sales.sqlite' }),
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
