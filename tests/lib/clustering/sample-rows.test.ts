import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import createWabt from 'wabt';
import {
  BATCH_SIZE,
  copyRow,
  fillBatch,
  meanVariance,
  setPoints,
  squaredDistance,
  squaredDistances,
} from '../../../lib/clustering/sample-rows.ts';
import { findNearest, floatError } from '../../../lib/clustering/nearest-points.ts';
import { toSampleRows } from '../../../lib/clustering/to-sample-rows.ts';
import type { SampleRows } from '../../../lib/clustering/sample-rows.ts';
import { SQUARED_DISTANCES } from '../../../lib/clustering/squared-distances.ts';
import { fromTriplets } from '../../../lib/sparse/csr.ts';
import type { StageError } from '../../../lib/errors.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';

const test = suite('sample rows');

/** Rows whose values are 0 with the probability `share`; the first columns never are. */
function draw(nSamples: number, nFeatures: number, share: number, seed = 1): Float32Array {
  const rng = createRng(seed, 'test', 'rows');
  return Float32Array.from({ length: nSamples * nFeatures }, (_, at) =>
    at % nFeatures >= 2 && rng() < share ? 0 : 4 * rng() - 2,
  );
}

function allDistances(rows: SampleRows, nPoints: number): number[] {
  const found: number[] = [];
  for (let start = 0; start < rows.nSamples; start += BATCH_SIZE) {
    const nRows = fillBatch(rows, start);
    const stride = squaredDistances(rows, nRows, nPoints);
    for (let b = 0; b < nRows; b++) {
      found.push(...rows.distances.subarray(b * stride, b * stride + nPoints));
    }
  }
  return found;
}

test('the kernel is what wabt makes of its source', async () => {
  const url = new URL('../../../lib/clustering/squared-distances.wat', import.meta.url);
  const wabt = await createWabt();
  const module = wabt.parseWat('squared-distances.wat', readFileSync(url, 'utf8'), {
    simd: true,
    threads: true,
    relaxed_simd: true,
  });
  const { buffer } = module.toBinary({});
  assert.is(SQUARED_DISTANCES, Buffer.from(buffer).toString('base64'));
});

test('property: distances are those of full rows, the same bits one by one as in batches', () => {
  const shape = fc.record({
    nSamples: fc.integer({ min: 1, max: 30 }),
    nFeatures: fc.integer({ min: 1, max: 9 }),
    nPoints: fc.integer({ min: 1, max: 9 }),
    share: fc.constantFrom(0, 0.4, 0.9, 1),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(shape, ({ nSamples, nFeatures, nPoints, share, seed }) => {
      const X = draw(nSamples, nFeatures, share, seed);
      const points = Float64Array.from(draw(nPoints, nFeatures, 0.5, seed + 1));
      const rows = toSampleRows(X, nFeatures, nPoints);
      const ordered = points.map(
        (_, at) => points[at - (at % nFeatures) + rows.order[at % nFeatures]],
      );
      setPoints(rows, ordered);
      const found = allDistances(rows, nPoints);
      for (let i = 0; i < nSamples; i++) {
        for (let p = 0; p < nPoints; p++) {
          let exact = 0;
          for (let d = 0; d < nFeatures; d++) {
            exact += (X[i * nFeatures + d] - points[p * nFeatures + d]) ** 2;
          }
          assertClose(found[i * nPoints + p], exact, 1e-14, 4 * nFeatures);
          assert.is(found[i * nPoints + p], squaredDistance(rows, i, p));
        }
      }
    }),
    { seed: 20261129, numRuns: Number(process.env.SOAK ?? 300) },
  );
});

test('property: the nearest point is the first of the least distance, where floats tell and where they do not', () => {
  const shape = fc.record({
    nSamples: fc.integer({ min: 1, max: 30 }),
    nFeatures: fc.integer({ min: 1, max: 9 }),
    nPoints: fc.integer({ min: 1, max: 9 }),
    share: fc.constantFrom(0, 0.5, 0.9),
    // beyond what floats hold, both ways, and so coarse that many points are equally near
    scale: fc.constantFrom(1, 1e-25, 1e18, 1e-40),
    // points far nearer to 0 than the rows
    pointScale: fc.constantFrom(1, 1e-9, 1e-20),
    isCoarse: fc.boolean(),
    seed: fc.integer(),
  });
  let nDecidedByFloats = 0;
  fc.assert(
    fc.property(
      shape,
      ({ nSamples, nFeatures, nPoints, share, scale, pointScale, isCoarse, seed }) => {
        const scaled = (values: Float32Array): Float32Array =>
          values.map((value) => scale * (isCoarse ? Math.round(value) : value));
        const rows = toSampleRows(
          scaled(draw(nSamples, nFeatures, share, seed)),
          nFeatures,
          nPoints,
        );
        const points = Float64Array.from(
          scaled(draw(nPoints, nFeatures, 0.5, seed + 1)),
          (value) => value * pointScale,
        );
        setPoints(rows, points);
        const nRows = fillBatch(rows, 0);
        nDecidedByFloats += nRows - findNearest(rows, nRows, nPoints, floatError(rows, points));
        for (let i = 0; i < nSamples; i++) {
          const distances = Array.from({ length: nPoints }, (_, p) => squaredDistance(rows, i, p));
          assert.is(rows.nearest[i], distances.indexOf(Math.min(...distances)));
          assert.is(rows.batch[i], i);
        }
      },
    ),
    { seed: 20261129, numRuns: Number(process.env.SOAK ?? 500) },
  );
  assert.ok(nDecidedByFloats > 500, String(nDecidedByFloats));
});

test('property: a row is at distance 0, exactly, of a point with its values', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 0.5, 0.9), fc.integer(), (share, seed) => {
      const nFeatures = 12;
      const rows = toSampleRows(draw(20, nFeatures, share, seed), nFeatures, 1);
      const point = new Float64Array(nFeatures);
      for (let i = 0; i < 20; i++) {
        copyRow(rows, i, point);
        setPoints(rows, point);
        assert.is(squaredDistance(rows, i, 0), 0);
      }
    }),
    { seed: 20261129, numRuns: Number(process.env.SOAK ?? 100) },
  );
});

test('takes sparse rows as they are: the distances of the same rows written out', () => {
  const X = draw(40, 12, 0.8);
  const nonZero = Array.from(X, (_, at) => at).filter((at) => X[at] !== 0);
  const matrix = fromTriplets({
    nRows: 40,
    nColumns: 12,
    rows: nonZero.map((at) => Math.floor(at / 12)),
    columns: nonZero.map((at) => at % 12),
    values: nonZero.map((at) => X[at]),
  });
  const points = Float64Array.from(draw(5, 12, 0.5, 2));
  const [dense, sparse] = [X, matrix].map((given) => {
    const rows = toSampleRows(given, 12, 5);
    setPoints(rows, points);
    return allDistances(rows, 5);
  });
  // the first two columns are full in one of them
  assertClose(sparse, dense, 1e-12, 10);
});

test('keeps only what is not 0 of columns that are mostly 0', () => {
  const X = Float32Array.of(1, 0, 5, 2, 0, 0, 3, 7, 0, 4, 0, 0);
  const rows = toSampleRows(X, 3, 1);
  assert.is(rows.nDense, 1);
  assert.equal([...rows.order], [0, 1, 2]);
  assert.equal([...rows.dense], [1, 2, 3, 4]);
  assert.equal([...rows.starts], [0, 1, 1, 2, 2]);
  const row = new Float64Array(3);
  copyRow(rows, 2, row);
  assert.equal([...row], [3, 7, 0]);
});

test('takes columns that are 0 in the rows looked at and not in the others', () => {
  // of 4,096 rows every fourth is looked at
  const nSamples = 4096;
  const X = Float32Array.from({ length: 2 * nSamples }, (_, at) => (at % 8 < 2 ? 0 : 1 + (at % 5)));
  const rows = toSampleRows(X, 2, 1);
  assert.is(rows.nDense, 0);
  const row = new Float64Array(2);
  for (const i of [0, 1, 2, 3, 4095]) {
    copyRow(rows, i, row);
    assert.equal([...row], [X[2 * i], X[2 * i + 1]]);
  }
});

test('computes more rows than a batch holds', () => {
  const nSamples = 2 * BATCH_SIZE + 3;
  const X = draw(nSamples, 3, 0);
  const rows = toSampleRows(X, 3, 1);
  setPoints(rows, new Float64Array(3));
  const found = allDistances(rows, 1);
  assert.is(found.length, nSamples);
  const last = X.subarray(-3).reduce((sum, value) => sum + value * value, 0);
  assertClose(found[nSamples - 1], last, 1e-12);
});

test('refuses what 4 GiB cannot hold, and names rows and clusters', () => {
  const nColumns = 1_000_000;
  const matrix = fromTriplets({ nRows: 1, nColumns, rows: [0], columns: [7] });
  assert.throws(
    () => toSampleRows(matrix, nColumns, 1000),
    (error: StageError) =>
      error.code === 'E_DATA' &&
      error.message.includes('rows and clusters must fit into 4 GiB; got 11.2 GiB') &&
      /fewer clusters/.test(error.hint ?? ''),
  );
});

test('takes the mean variance over full and sparse columns', () => {
  // variances of 1 2 3 4: 1.25; of 0 0 0 8: 16 - 4 = 12; of 0: 0
  const X = Float32Array.of(1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 8, 0);
  assertClose(meanVariance(toSampleRows(X, 3, 1)), (1.25 + 12 + 0) / 3, 1e-14);
});

test.run();
