/** Numbers of the model server for Prometheus: what it predicts, what is wrong with rows, and whether it is in time. */
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { isRegression } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { InvalidRowsError, Scored } from './score-invocation.ts';
import type { ServedModel } from './served-model.ts';

export type Outcome = 'good' | 'slow' | 'failed';

export interface PredictionMetrics {
  /** A model begins to be served. */
  serve(model: ServedModel): void;
  /** The file of a model was refused. */
  refuse(): void;
  observe(model: ServedModel, scored: Scored): void;
  /** Faults, by the columns of the model. */
  countFaults(model: ServedModel, counts: InvalidRowsError['counts']): void;
  countOutcome(outcome: Outcome): void;
}

/** Of the most probable class. */
const PROBABILITY_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
/** All that are no columns of the model together, or callers could make up any number. */
const OTHER = 'other';
const VALUE = 'serve_prediction_value';

/** @param objectiveShare - Share of the requests that are to be good. */
export function createPredictionMetrics(
  registry: Registry,
  objectiveShare: number,
): PredictionMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  const model = new Gauge({
    name: 'serve_model_info',
    help: '1 for the model that is served',
    labelNames: ['hash', 'model', 'task'],
    registers,
  });
  const swaps = counter('serve_model_swaps_total', 'New files of the model', ['result']);
  const rows = counter('serve_rows_total', 'Rows that were scored', []);
  const classes = counter('serve_predictions_total', 'Rows by predicted class', ['prediction']);
  const faults = counter('serve_faults_total', 'Faults in rows by column', ['field']);
  const outcomes = counter('serve_requests_total', 'Requests to score rows by outcome', [
    'outcome',
  ]);
  for (const outcome of ['good', 'slow', 'failed']) outcomes.inc({ outcome }, 0);
  for (const result of ['swapped', 'refused']) swaps.inc({ result }, 0);
  new Gauge({
    name: 'serve_objective_share',
    help: 'Share of the requests that are to be good',
    registers,
  }).set(objectiveShare);
  const probabilities = new Histogram({
    name: 'serve_prediction_probability',
    help: 'Probability of the most probable class',
    buckets: PROBABILITY_BUCKETS,
    registers,
  });
  let values: Histogram | null = null;
  let nServed = 0;
  return {
    serve({ hash, bundle }) {
      model.reset();
      const task = isRegression(bundle) ? 'regression' : 'classification';
      model.set({ hash, model: bundle.model.name, task }, 1);
      registry.removeSingleMetric(VALUE);
      values = isRegression(bundle) ? createValues(registers, bundle) : null;
      if (nServed++ > 0) swaps.inc({ result: 'swapped' });
    },
    refuse: () => swaps.inc({ result: 'refused' }),
    observe({ bundle }, { rows: { nRows }, labels, outputs }) {
      rows.inc(nRows);
      if (outputs instanceof Float64Array) {
        for (const value of outputs) values?.observe(value);
        return;
      }
      const n = bundle.classes.length;
      for (const [i, label] of labels.entries()) {
        classes.inc({ prediction: String(bundle.classes[label]) });
        let highest = 0;
        for (let c = i * n; c < (i + 1) * n; c++) highest = Math.max(highest, outputs[c]);
        probabilities.observe(highest);
      }
    },
    countFaults({ schema }, counts) {
      for (const [name, n] of counts) {
        faults.inc(
          { field: schema.input.some((column) => column.name === name) ? name : OTHER },
          n,
        );
      }
    },
    countOutcome: (outcome) => outcomes.inc({ outcome }),
  };
}

/** Begins anew with every model: the numbers of one fall into other intervals than those of another. */
function createValues(registers: Registry[], bundle: Bundle): Histogram {
  const buckets = valueBuckets(bundle);
  return new Histogram({ name: VALUE, help: 'Predicted number', buckets, registers });
}

/** Ends of intervals that the golden rows, which are spread over the target, fall into one by one. */
function valueBuckets({ golden }: Bundle): number[] {
  return [...new Set(golden.predictions ?? [])].toSorted((a, b) => a - b);
}
