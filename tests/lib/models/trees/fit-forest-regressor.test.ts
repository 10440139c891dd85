import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  EXTRA_TREES_REGRESSOR,
  RANDOM_FOREST_REGRESSOR,
  fitForestRegressor,
  predictForestRegressor,
} from '../../../../lib/models/trees/fit-forest-regressor.ts';
import type { ForestRegressorParams } from '../../../../lib/models/trees/fit-forest-regressor.ts';
import { findEnsembleProblem } from '../../../../lib/models/trees/ensemble.ts';
import { createRng } from '../../../../lib/rng.ts';

const test = suite('forests of regression trees');

const GOLDEN = new URL('../../../golden/regression-forests/', import.meta.url);
const machine = { threads: 1, warn: () => {} };

interface Table {
  readonly features: Float32Array;
  readonly targets: Float64Array;
  readonly nFeatures: number;
}

/** The first column tells all rows apart, the others have ties. */
const tables: fc.Arbitrary<Table> = fc
  .record({
    seed: fc.nat(),
    nSamples: fc.integer({ min: 1, max: 60 }),
    nFeatures: fc.integer({ min: 1, max: 8 }),
    scale: fc.constantFrom(1e-9, 1, 1e9),
    offset: fc.constantFrom(0, 1e6, -1e12),
  })
  .map(({ seed, nSamples, nFeatures, scale, offset }) => {
    const rng = createRng(seed, 'test', 'table');
    const features = Float32Array.from({ length: nSamples * nFeatures }, (_, i) =>
      i % nFeatures === 0 ? i : Math.round(rng() * 6) - 3,
    );
    const targets = Float64Array.from({ length: nSamples }, () => offset + scale * rng());
    return { features, targets, nFeatures };
  });
const settings: fc.Arbitrary<ForestRegressorParams> = fc.record({
  splitter: fc.constantFrom('best', 'random'),
  nEstimators: fc.integer({ min: 1, max: 5 }),
  maxFeatures: fc.constantFrom(0.01, 0.5, 1),
  minSamplesSplit: fc.integer({ min: 2, max: 6 }),
  minSamplesLeaf: fc.integer({ min: 1, max: 4 }),
  maxDepth: fc.constantFrom(null, 1, 3),
  bootstrap: fc.boolean(),
});

const fit = ({ features, targets }: Table, params: ForestRegressorParams, seed = 1) =>
  fitForestRegressor(features, targets, params, createRng(seed, 'test', 'trees'));

test('property: predicts nothing outside of the targets that it learnt from', async () => {
  await fc.assert(
    fc.asyncProperty(tables, settings, async (table, params) => {
      const forest = fit(table, params);
      assert.is(findEnsembleProblem(forest), null);
      const least = Math.min(...table.targets);
      const greatest = Math.max(...table.targets);
      assert.ok(forest.leaves.every((leaf) => leaf >= least && leaf <= greatest));
      const rows = table.features.map((value, i) => value * 3 - (i % 7));
      const slack = 1e-12 * Math.max(Math.abs(least), Math.abs(greatest));
      for (const value of await predictForestRegressor(forest, rows, machine)) {
        assert.ok(value >= least - slack && value <= greatest + slack);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('property: learns from the rows of a sample alone', async () => {
  await fc.assert(
    fc.asyncProperty(tables, fc.nat(), async (table, seed) => {
      const draw = createRng(seed, 'test', 'sample');
      const { features, targets, nFeatures } = table;
      const sample = Int32Array.from(targets, () => Math.floor(draw() * targets.length));
      const params = { ...RANDOM_FOREST_REGRESSOR, nEstimators: 1, bootstrap: false };
      const forest = fitForestRegressor(features, targets, params, draw, sample);
      const learnt = new Set(Array.from(sample, (row) => targets[row]));
      assert.equal(new Set(forest.leaves), learnt);
      const rows = Array.from(sample, (row) => [
        ...features.subarray(row * nFeatures, (row + 1) * nFeatures),
      ]);
      const predicted = await predictForestRegressor(forest, Float32Array.from(rows.flat()), machine); // prettier-ignore
      assert.equal(
        [...predicted],
        Array.from(sample, (row) => targets[row]),
      );
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('property: of columns of two values takes the one whose sides have the least squared errors', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 40 }), async (seed, n) => {
      const draw = createRng(seed, 'test', 'binary');
      const columns = Array.from({ length: 4 }, () => Array.from({ length: n }, () => (draw() < 0.3 ? 1 : -2))); // prettier-ignore
      const targets = Float64Array.from({ length: n }, () => draw());
      const squares = (values: readonly number[]): number => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      };
      const sides = columns.map((column) =>
        [1, -2].map((value) => [...targets].filter((_, i) => column[i] === value)),
      );
      const least = Math.min(...sides.map(([a, b]) => squares(a) + squares(b)));
      const features = Float32Array.from(targets.keys().flatMap((i) => columns.map((column) => column[i]))); // prettier-ignore
      const params = { ...RANDOM_FOREST_REGRESSOR, nEstimators: 1, maxDepth: 1, bootstrap: false };
      const forest = fitForestRegressor(features, targets, params, draw);
      const predicted = await predictForestRegressor(forest, features, machine);
      const error = predicted.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0);
      assert.ok(Math.abs(error - least) < 1e-9, `${error}, not ${least}`);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('property: full trees without bootstrap give back every target', async () => {
  await fc.assert(
    fc.asyncProperty(tables, settings, async (table, { splitter, maxFeatures }) => {
      const params = { ...EXTRA_TREES_REGRESSOR, splitter, maxFeatures, nEstimators: 1 };
      const predicted = await predictForestRegressor(fit(table, params), table.features, machine);
      assert.equal(predicted, table.targets);
    }),
    { seed: 8, numRuns: 200 },
  );
});

test('property: leaves of at least so many rows, and no deeper than it may be', async () => {
  await fc.assert(
    fc.asyncProperty(tables, settings, async (table, params) => {
      const { minSamplesLeaf, maxDepth } = params;
      const single = { ...params, nEstimators: 1, bootstrap: false };
      const forest = fit(table, single);
      const n = table.targets.length;
      assert.ok(forest.leaves.length <= Math.max(1, n / minSamplesLeaf));
      if (maxDepth !== null) assert.ok(forest.leaves.length <= 2 ** maxDepth);
      // leaves numbered instead of averaged: how many rows reach each
      const leaves = forest.leaves.map((_, leaf) => leaf);
      const reached = await predictForestRegressor({ ...forest, leaves }, table.features, machine);
      const counts = new Array<number>(leaves.length).fill(0);
      for (const leaf of reached) counts[leaf]++;
      assert.ok(counts.every((count) => count >= Math.min(minSamplesLeaf, n)));
      const sums = new Array<number>(leaves.length).fill(0);
      reached.forEach((leaf, i) => (sums[leaf] += table.targets[i] / counts[leaf]));
      sums.forEach((mean, leaf) => {
        assert.ok(Math.abs(mean - forest.leaves[leaf]) <= 1e-12 * Math.abs(mean));
      });
    }),
    { seed: 9, numRuns: 300 },
  );
});

interface GoldenForest {
  readonly splitter: 'best' | 'random';
  readonly bootstrap: boolean;
  readonly max_features: number;
  readonly min_samples_leaf: number;
  readonly mean: { readonly mae: number; readonly n_leaves_of_tree: number };
  readonly std: { readonly mae: number; readonly n_leaves_of_tree: number };
}
const N_SEEDS = 30;
const read = (file: string) => JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));

test('reaches what scikit-learn reaches: mean absolute error, number of leaves', async () => {
  const { n_features: nFeatures, ...data } = read('data.json');
  const { n_train: nTrain, n_trees: nEstimators, n_seeds: nSeeds, forests } = read('expected.json');
  const features = Float32Array.from(data.features);
  const targets = Float64Array.from(data.targets);
  const train = {
    features: features.subarray(0, nTrain * nFeatures),
    targets: targets.subarray(0, nTrain),
    nFeatures,
  };
  for (const golden of forests as GoldenForest[]) {
    const params = {
      ...{ ...RANDOM_FOREST_REGRESSOR, nEstimators, splitter: golden.splitter },
      ...{ bootstrap: golden.bootstrap, maxFeatures: golden.max_features },
      minSamplesLeaf: golden.min_samples_leaf,
    };
    const runs = [];
    for (let seed = 0; seed < N_SEEDS; seed++) {
      const forest = fit(train, params, seed);
      const rows = features.subarray(nTrain * nFeatures);
      const predicted = await predictForestRegressor(forest, rows, machine);
      const errors = predicted.map((value, i) => Math.abs(value - targets[nTrain + i]));
      runs.push({
        mae: errors.reduce((sum, error) => sum + error, 0) / errors.length,
        n_leaves_of_tree: forest.leaves.length / nEstimators,
      });
    }
    for (const key of ['mae', 'n_leaves_of_tree'] as const) {
      const mean = runs.reduce((sum, run) => sum + run[key], 0) / N_SEEDS;
      // every leaf of full extra-trees holds one row, so that there is no deviation
      const tolerance = 4 * golden.std[key] * Math.sqrt(1 / N_SEEDS + 1 / nSeeds) + 1e-9;
      const label = `${golden.splitter}, ${golden.max_features}: ${key} ${mean}, expected ${golden.mean[key]}`;
      assert.ok(Math.abs(mean - golden.mean[key]) <= tolerance, label);
    }
  }
});

test('gives the same bytes for the same seed, others for another', () => {
  const { n_features: nFeatures, features, targets } = read('data.json');
  const table = {
    features: Float32Array.from(features),
    targets: Float64Array.from(targets),
    nFeatures,
  };
  const hash = (seed: number): string => {
    const { nodes, leaves, roots } = fit(
      table,
      { ...RANDOM_FOREST_REGRESSOR, nEstimators: 4 },
      seed,
    );
    const sum = createHash('sha256').update(new Uint8Array(nodes));
    return sum.update(leaves).update(roots).digest('hex');
  };
  assert.is(hash(1), hash(1));
  assert.is.not(hash(1), hash(2));
});

test.run();
