import { integer, number, oneOf } from '../params/schema.ts';
import { TESTED_METRICS } from './registry.ts';

/** Parameters of the stage `compare`. */
export const COMPARE_SCHEMA = {
  metric: oneOf(TESTED_METRICS, {
    default: 'accuracy',
    doc: 'Metric that decides which model is better; all are shown.',
  }),
  confidence_level: number({
    default: 0.95,
    above: 0,
    below: 1,
    doc: 'Level of the intervals; with several models against one, each takes its share of what is left of 1.',
  }),
  n_resamples: integer({
    default: 10_000,
    min: 1000,
    max: 1_000_000,
    doc: 'Bootstrap samples behind an interval.',
  }),
};
