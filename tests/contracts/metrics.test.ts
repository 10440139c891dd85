/** What every metric must hold. A metric cannot be exported without standing in the registry. */
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contingencyTable } from '../../lib/metrics/contingency.ts';
import {
  confusionMatrix,
  createPredictions,
  predictedLabels,
  type Predictions,
} from '../../lib/metrics/predictions.ts';
import { METRICS, type Metric } from '../../lib/metrics/registry.ts';
import type { NumericPredictions } from '../../lib/metrics/regression.ts';
import { createRng } from '../../lib/rng.ts';

const test = suite('contract: metrics');
type NumericMetric = Extract<Metric, { input: 'numbers' }>;
type ClassMetric = Exclude<Metric, NumericMetric>;
const all = Object.entries(METRICS) as [string, Metric][];
const metrics = all.filter((entry): entry is [string, ClassMetric] => entry[1].input !== 'numbers');
const numeric = all.filter(
  (entry): entry is [string, NumericMetric] => entry[1].input === 'numbers',
);
const folder = new URL('../../lib/metrics/', import.meta.url);

/** Exported functions that are no metrics, each with what it is instead. */
const NOT_METRICS: Readonly<Record<string, string>> = {
  accuracyInterval: 'two numbers',
  assertAtLeast: 'a judgement on values',
  assertGates: 'a judgement on metrics',
  assertGatesFit: 'a judgement on the names of metrics',
  bootstrapNumbers: 'intervals of two metrics',
  brierScoreOfRow: 'what a row adds to brier_score',
  calibrationBands: 'several numbers per band',
  checkGates: 'a judgement on metrics',
  columnSums: 'sums of a table',
  compareModels: 'all metrics of two models',
  compareRows: 'intervals of metrics',
  confusionMatrix: 'a table',
  contingencyTable: 'a table',
  countBands: 'a table',
  createPredictions: 'input of the metrics',
  decideLabels: 'a label per row',
  describeGate: 'a sentence',
  drawBinomial: 'a random number',
  entropy: 'a property of counts',
  evaluate: 'all metrics at once',
  evaluateNumbers: 'all metrics of numbers at once',
  judge: 'a judgement on metrics',
  liftCurve: 'several numbers per band',
  logLossOfRow: 'what a row adds to log_loss',
  mcnemar: 'a test',
  meanError: 'a bias, of which neither more nor less is better',
  measureBaselines: 'all metrics of several models',
  measureNumericSlices: 'all metrics of some rows',
  measureSlices: 'all metrics of some rows',
  meanOverRows: 'a mean, of whatever it is given',
  measure: 'all metrics at once',
  mutualInformation: 'registered in its normalized form',
  pairedBootstrap: 'intervals of all metrics',
  pairPredictions: 'a table',
  perClassScores: 'several numbers per class',
  predictedLabels: 'a label per row',
  readSliceKeys: 'a label per row',
  reliabilityCurve: 'several numbers per bin',
  resampleCounts: 'a random table',
  roundMetric: 'a rounding',
  roundQuantity: 'a rounding',
  rowSums: 'sums of a table',
  silhouetteSamples: 'a number per row',
  toInterval: 'two numbers',
  topKAccuracy: 'needs k; registered as top_2_accuracy',
  topKAccuracyOfRow: 'what a row adds to topKAccuracy',
  wilsonInterval: 'two numbers',
};

/** Properties that a metric does not have with two classes, with the reason. */
const NOT_RENAMED_WHEN_BINARY: Readonly<Record<string, string>> = {
  average_precision: 'with two classes it is that of the second one',
  roc_auc: 'with two classes it is that of the second one, whose float32 ties differ',
};

/** The second labels of a partition metric are the predicted ones. */
function score(metric: ClassMetric, predictions: Predictions): number {
  if (metric.input === 'probabilities') return metric.score(predictions);
  return metric.score(confusionMatrix(predictions));
}

interface Shape {
  nSamples: number;
  nClasses: number;
  seed: number;
}

/** Two classes at least occur in the truth; the probabilities lean to it. */
function makePredictions({ nSamples, nClasses, seed }: Shape): Predictions {
  const rng = createRng(seed, 'contract', 'metrics');
  const yTrue = Int32Array.from({ length: nSamples }, (_, row) =>
    row < 2 ? row : Math.floor(rng() * nClasses),
  );
  const yProba = new Float32Array(nSamples * nClasses);
  yTrue.forEach((truth, row) => {
    const scores = Array.from(
      { length: nClasses },
      (_, label) => rng() + (label === truth ? 0.4 : 0),
    );
    const total = scores.reduce((sum, value) => sum + value, 0);
    scores.forEach((value, label) => (yProba[row * nClasses + label] = value / total));
  });
  return createPredictions(yTrue, yProba, { nClasses });
}

/** The rows named, in that order, some perhaps twice. */
function take(predictions: Predictions, rows: readonly number[]): Predictions {
  const { nClasses, yTrue, yProba } = predictions;
  return createPredictions(
    Int32Array.from(rows, (row) => yTrue[row]),
    Float32Array.from(
      rows.flatMap((row) => [...yProba.subarray(row * nClasses, (row + 1) * nClasses)]),
    ),
    { nClasses },
  );
}

const shapes = fc.record({
  nSamples: fc.integer({ min: 2, max: 40 }),
  nClasses: fc.integer({ min: 2, max: 5 }),
  seed: fc.integer(),
});

function forAll(check: (predictions: Predictions, shape: Shape) => void): void {
  fc.assert(
    fc.property(shapes, (shape) => check(makePredictions(shape), shape)),
    { seed: 7, numRuns: 60 },
  );
}

function isEqual(actual: number, expected: number): void {
  if (Number.isNaN(expected)) return assert.ok(Number.isNaN(actual), `${actual} is not NaN`);
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

test('every exported function of lib/metrics is registered, or named here with what it is', async () => {
  const registered = new Set<unknown>(all.map(([, metric]) => metric.score));
  const exported = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      if (typeof value !== 'function') continue;
      exported.add(name);
      const isNamed = Object.hasOwn(NOT_METRICS, name);
      assert.ok(
        registered.has(value) !== isNamed,
        `${name} of ${file} must be in METRICS or in NOT_METRICS, not in both`,
      );
    }
  }
  assert.equal(
    Object.keys(NOT_METRICS).filter((name) => !exported.has(name)),
    [],
  );
});

for (const [name, metric] of metrics) {
  const { greaterIsBetter, range } = metric;

  test(`property: ${name} stays in its range`, () => {
    forAll((predictions) => {
      const value = score(metric, predictions);
      assert.ok(value >= range[0] - 1e-12 && value <= range[1] + 1e-12, String(value));
    });
  });

  test(`property: ${name} is best for a perfect prediction`, () => {
    forAll(({ yTrue, nClasses }) => {
      const yProba = new Float32Array(yTrue.length * nClasses);
      yTrue.forEach((label, row) => (yProba[row * nClasses + label] = 1));
      const perfect = createPredictions(yTrue, yProba, { nClasses });
      isEqual(score(metric, perfect), range[greaterIsBetter ? 1 : 0]);
    });
  });

  test(`property: ${name} does not depend on the order of the rows`, () => {
    forAll((predictions) => {
      const rows = [...predictions.yTrue.keys()];
      const turned = [
        ...rows.filter((row) => row % 3 > 0).reverse(),
        ...rows.filter((row) => row % 3 === 0),
      ];
      isEqual(score(metric, take(predictions, turned)), score(metric, predictions));
    });
  });

  test(`property: ${name} does not depend on the names of the classes`, () => {
    forAll((predictions, { nClasses }) => {
      if (nClasses === 2 && Object.hasOwn(NOT_RENAMED_WHEN_BINARY, name)) return;
      const renamed = (label: number): number => (label + 1) % nClasses;
      const yProba = new Float32Array(predictions.yProba.length);
      predictions.yProba.forEach((proba, index) => {
        const row = Math.floor(index / nClasses);
        yProba[row * nClasses + renamed(index % nClasses)] = proba;
      });
      const other = createPredictions(predictions.yTrue.map(renamed), yProba, { nClasses });
      isEqual(score(metric, other), score(metric, predictions));
    });
  });

  test(`property: ${name} leaves its input as it was`, () => {
    forAll((predictions) => {
      const copy = structuredClone(predictions);
      score(metric, predictions);
      assert.equal(predictions, copy);
    });
  });

  const scoreOfRow = metric.input === 'probabilities' ? metric.scoreOfRow : undefined;
  if (scoreOfRow !== undefined) {
    test(`property: ${name} is the mean of what its rows add`, () => {
      forAll((predictions) => {
        const values = Array.from(predictions.yTrue, (_, row) => scoreOfRow(predictions, row));
        isEqual(
          values.reduce((sum, value) => sum + value, 0) / values.length,
          score(metric, predictions),
        );
      });
    });
  }

  if (metric.input !== 'partitions') {
    test(`property: ${name} with unit weights equals ${name} without weights`, () => {
      forAll((predictions) => {
        const sampleWeight = new Float64Array(predictions.yTrue.length).fill(1);
        assert.equal(score(metric, { ...predictions, sampleWeight }), score(metric, predictions));
      });
    });

    test(`property: ${name} takes a row of weight 2 for the same row twice`, () => {
      forAll((predictions) => {
        const rows = [...predictions.yTrue.keys()];
        const sampleWeight = Float64Array.from(rows, (row) => 1 + (row % 3));
        const repeated = rows.flatMap((row) => Array<number>(sampleWeight[row]).fill(row));
        isEqual(
          score(metric, { ...predictions, sampleWeight }),
          score(metric, take(predictions, repeated)),
        );
      });
    });
  }

  if (metric.input !== 'probabilities') {
    const exchanged = (predictions: Predictions): number => {
      const { yTrue, nClasses } = predictions;
      const sizes = { nRows: nClasses, nColumns: nClasses };
      return metric.score(contingencyTable(predictedLabels(predictions), yTrue, sizes));
    };
    if (metric.symmetric) {
      test(`property: ${name} is symmetric in truth and prediction`, () => {
        forAll((predictions) => isEqual(exchanged(predictions), score(metric, predictions)));
      });
    } else {
      test(`${name} is not symmetric in truth and prediction`, () => {
        const predictions = makePredictions({ nSamples: 40, nClasses: 3, seed: 1 });
        assert.ok(Math.abs(exchanged(predictions) - score(metric, predictions)) > 1e-6);
      });
    }
  }
}

const numbers = fc.record({
  nSamples: fc.integer({ min: 2, max: 40 }),
  scale: fc.constantFrom(1e-6, 1, 1e9),
  offset: fc.constantFrom(0, 100),
  seed: fc.integer(),
});

/** At least two different true numbers; the predicted ones lean to them. */
function forAllNumbers(check: (predictions: NumericPredictions, scale: number) => void): void {
  fc.assert(
    fc.property(numbers, ({ nSamples, scale, offset, seed }) => {
      const rng = createRng(seed, 'contract', 'numbers');
      const yTrue = Float64Array.from({ length: nSamples }, (_, i) => scale * (offset + i + rng()));
      check({ yTrue, yPred: yTrue.map((truth) => truth + scale * (rng() - 0.4)) }, scale);
    }),
    { seed: 7, numRuns: 60 },
  );
}

for (const [name, { score: measure, range, greaterIsBetter }] of numeric) {
  const isClose = (actual: number, expected: number): void => {
    assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual}, ${expected}`);
  };

  test(`property: ${name} stays in its range, and is best for a perfect prediction`, () => {
    forAllNumbers((predictions) => {
      const value = measure(predictions);
      assert.ok(value >= range[0] && value <= range[1], String(value));
      const { yTrue } = predictions;
      assert.is(measure({ yTrue, yPred: yTrue }), range[greaterIsBetter ? 1 : 0]);
    });
  });

  test(`property: ${name} does not depend on the order of the rows`, () => {
    forAllNumbers(({ yTrue, yPred }) => {
      const turned = { yTrue: yTrue.toReversed(), yPred: yPred.toReversed() };
      isClose(measure(turned), measure({ yTrue, yPred }));
    });
  });

  test(`property: ${name} has the unit of the target, or none`, () => {
    forAllNumbers(({ yTrue, yPred }) => {
      const twice = (values: Float64Array) => values.map((value) => 2 * value);
      const factor = name === 'r2' ? 1 : 2;
      const doubled = measure({ yTrue: twice(yTrue), yPred: twice(yPred) });
      isClose(doubled, factor * measure({ yTrue, yPred }));
    });
  });

  test(`property: ${name} leaves its input as it was`, () => {
    forAllNumbers((predictions) => {
      const copy = structuredClone(predictions);
      measure(predictions);
      assert.equal(predictions, copy);
    });
  });
}

test.run();
