import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accuracyInterval } from '../../../lib/metrics/accuracy-interval.ts';
import { perClassScores } from '../../../lib/metrics/per-class.ts';
import { confusionMatrix, createPredictions } from '../../../lib/metrics/predictions.ts';
import { logLoss } from '../../../lib/metrics/probabilistic.ts';
import { METRICS, type Metric } from '../../../lib/metrics/registry.ts';

const test = suite('golden: metrics');

interface Given {
  predictions: Record<
    string,
    { n_classes: number; y_true: number[]; y_proba: number[]; sample_weight: number[] | null }
  >;
  partitions: Record<string, number[][]>;
  intervals: [nCorrect: number, nSamples: number, level: number][];
}
interface Expected {
  predictions: Record<
    string,
    {
      confusion: number[][];
      precision: number[];
      recall: number[];
      f1: number[];
      support: number[];
      metrics: Record<string, number | null>;
      log_loss_float32: number;
    }
  >;
  partitions: Record<string, Record<string, number>>;
  intervals: [low: number, high: number][];
}

const folder = new URL('../../golden/metrics/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const given = read('input.json') as Given;
const expected = read('expected.json') as Expected;
const metrics: [string, Metric][] = Object.entries(METRICS);

function isClose(actual: number, wanted: number | null, tolerance: number, what: string): void {
  if (wanted === null) return assert.ok(Number.isNaN(actual), `${what}: ${actual}, not NaN`);
  const isNear = Math.abs(actual - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
  assert.ok(isNear, `${what}: ${actual}, not ${wanted}`);
}

for (const [name, input] of Object.entries(given.predictions)) {
  test(`equals scikit-learn: ${name}`, () => {
    const predictions = createPredictions(
      Int32Array.from(input.y_true),
      Float32Array.from(input.y_proba),
      {
        nClasses: input.n_classes,
        sampleWeight: input.sample_weight && Float64Array.from(input.sample_weight),
      },
    );
    const wanted = expected.predictions[name];
    const confusion = confusionMatrix(predictions);
    confusion.counts.forEach((count, index) =>
      isClose(count, wanted.confusion.flat()[index], 1e-12, `confusion ${index}`),
    );
    perClassScores(confusion).forEach((scores, label) => {
      for (const score of ['precision', 'recall', 'f1', 'support'] as const) {
        isClose(scores[score], wanted[score][label], 1e-12, `${score} of class ${label}`);
      }
    });
    for (const [metricName, metric] of metrics) {
      if (metric.input === 'partitions' || metric.input === 'numbers') continue;
      const actual =
        metric.input === 'labels' ? metric.score(confusion) : metric.score(predictions);
      isClose(actual, wanted.metrics[metricName], 1e-12, metricName);
    }
    isClose(logLoss(predictions), wanted.log_loss_float32, 1e-6, 'log_loss in float32');
  });
}

for (const [name, rows] of Object.entries(given.partitions)) {
  test(`equals scikit-learn: partitions, ${name}`, () => {
    const counts = Float64Array.from(rows.flat());
    const table = { nRows: rows.length, nColumns: rows[0].length, counts };
    for (const [metricName, metric] of metrics) {
      if (metric.input !== 'partitions') continue;
      isClose(metric.score(table), expected.partitions[name][metricName], 1e-12, metricName);
    }
  });
}

test('the accuracy interval equals the quantiles of SciPy', () => {
  const ends = given.intervals.map(([nCorrect, nSamples, level]) => {
    const { low, high } = accuracyInterval(nCorrect, nSamples, level);
    return [low, high];
  });
  assert.equal(ends, expected.intervals);
});

test.run();
