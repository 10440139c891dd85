/** What the model server can be told, beside what every service can be. */
import { integer, list, nullable, number, text } from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import { SERVICE_PARAMS } from '../services/service-params.ts';

export const SERVE_SCHEMA = {
  ...SERVICE_PARAMS,
  body_limit: integer({
    doc: 'Bytes that the body of a request may have; a longer one is refused with 413.',
    min: 1,
    default: 4_194_304,
  }),
  max_rows: integer({
    doc: 'Rows that one request may have; more are refused with 413.',
    min: 1,
    default: 1000,
  }),
  reload_seconds: nullable(number({ doc: '', above: 0, default: 1 }), {
    doc: 'How often the file of the model is looked at; another one is served once its golden rows are right. null: never.',
    default: 1,
  }),
  input: {
    sample_share: number({
      doc: 'Share of the requests whose input and answer the log keeps, for replay; those that fail are kept all.',
      min: 0,
      max: 1,
      default: 0.01,
    }),
    max_bytes: integer({
      doc: 'Longer bodies are not kept.',
      min: 0,
      default: 65_536,
    }),
    redact: list(text({ doc: '', default: 'name' }), {
      doc: 'Columns whose values the log hides in what it keeps of inputs and faults; a request that has one cannot be replayed.',
      default: [],
    }),
  },
  drift: {
    window_rows: integer({
      doc: 'Latest rows that are compared with the training rows.',
      min: 1,
      default: 2000,
    }),
    min_rows: integer({
      doc: 'Fewer rows are not compared: by chance alone they differ.',
      min: 1,
      default: 1000,
    }),
    interval_seconds: number({ doc: 'Time between comparisons.', above: 0, default: 30 }),
    threshold: number({
      doc: 'Score of the test that decides, from which on a feature counts as drifted.',
      above: 0,
      default: 0.1,
    }),
  },
  objective: {
    share: number({
      doc: 'Share of the requests that are to be good: answered without a failure of the service, and in time.',
      above: 0,
      below: 1,
      default: 0.999,
    }),
    latency_ms: number({ doc: 'What in time means.', above: 0, default: 50 }),
  },
} as const;

export type ServeParams = Params<typeof SERVE_SCHEMA>;
