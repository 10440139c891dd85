import { integer, list, nullable, number, oneOf, text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import { DRIFT_TESTS, DRIFT_THRESHOLD } from './drift.ts';

/** The group `monitor` of params.yaml. */
export const MONITOR_SCHEMA = {
  columns: nullable(list(text({ default: 'x', doc: '' }), { default: [], doc: '', minLength: 1 }), {
    default: null,
    doc: 'Columns to compare; null: all that both tables have, but the id.',
  }),
  test: nullable(oneOf(DRIFT_TESTS, { default: 'psi', doc: '' }), {
    default: null,
    doc: 'The test that decides, where it is of such columns; null: jensen_shannon of texts and of numbers with up to 5 distinct values, else wasserstein.',
  }),
  threshold: number({
    default: DRIFT_THRESHOLD,
    above: 0,
    doc: 'A column whose score reaches it has drifted.',
  }),
  max_drifted_share: nullable(number({ default: 0.5, min: 0, max: 1, doc: '' }), {
    default: 0.5,
    doc: 'Greatest share of the columns that may have drifted; beyond it the stage fails with exit 5. null: it never does.',
  }),
  max_charts: integer({
    default: 24,
    min: 0,
    max: 200,
    doc: 'Charts on the page, of the columns that drifted most.',
  }),
};

export type MonitorParams = Params<typeof MONITOR_SCHEMA>;
