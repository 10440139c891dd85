import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { fitKMeans } from '../../../lib/clustering/k-means.ts';
import type { KMeans, KMeansOptions } from '../../../lib/clustering/k-means.ts';
import { createRng } from '../../../lib/rng.ts';
import { assertClose } from '../../support/close.ts';
import { fitLloyd, nearestCenter, squaredDistance } from './k-means.reference.ts';

const SEED = 20261129;

/** k-means of rows; what a test does not say is as the defaults of the stage have it. */
async function fit(
  rows: readonly (readonly number[])[],
  options: Partial<KMeansOptions> & { nClusters: number },
): Promise<KMeans> {
  return await fitKMeans(Float32Array.from(rows.flat()), rows[0].length, {
    init: 'k-means++',
    nInit: 1,
    maxIter: 300,
    tol: 1e-4,
    rng: createRng(1, 'cluster', 'init'),
    ...options,
  });
}

const toRows = (values: ArrayLike<number>, nColumns: number): number[][] =>
  Array.from({ length: values.length / nColumns }, (_, row) =>
    Array.from({ length: nColumns }, (_, column) => values[row * nColumns + column]),
  );

const byHand = suite('k-means by hand');

// 0, 1, 2 and 10, 11: means 1 and 10.5, squares 1 + 0 + 1 and .25 + .25
const FIVE = [[0], [1], [2], [10], [11]];

byHand('finds two groups on a line, their means and the sum of squares', async () => {
  const { centers, labels, sizes, inertia, isConverged } = await fit(FIVE, {
    nClusters: 2,
    init: Float64Array.of(0, 1),
  });
  assert.equal([...centers], [1, 10.5]);
  assert.equal([...labels], [0, 0, 0, 1, 1]);
  assert.equal([...sizes], [3, 2]);
  assert.is(inertia, 2.5);
  assert.is(isConverged, true);
});

byHand('counts iterations up to the one in which no label changes', async () => {
  // from 0 and 1: labels 0|1 1 1 1, centers 0, 6; labels 0 0 0|1 1, centers 1, 10.5; the same labels again
  const { nIter } = await fit(FIVE, { nClusters: 2, init: Float64Array.of(0, 1), tol: 0 });
  assert.is(nIter, 3);
});

byHand('stops at max_iter, unconverged, with labels that follow the centers returned', async () => {
  const { nIter, isConverged, centers, labels } = await fit(FIVE, {
    nClusters: 2,
    init: Float64Array.of(0, 1),
    maxIter: 1,
  });
  assert.is(nIter, 1);
  assert.is(isConverged, false);
  assert.equal([...centers], [0, 6]);
  assert.equal([...labels], [0, 0, 0, 1, 1]);
});

byHand('measures tol against the mean variance of the features', async () => {
  // variance of 0 1 2 10 11: mean 4.8, 110.8 / 5 = 22.16; the first move is (0 - 0)^2 + (1 - 6)^2 = 25 = 1.1282 variances
  const from = { nClusters: 2, init: Float64Array.of(0, 1) };
  const stopped = await fit(FIVE, { ...from, tol: 1.129 });
  assert.is(stopped.nIter, 1);
  assert.is(stopped.isConverged, true);
  // the second is (1 - 0)^2 + (10.5 - 6)^2 = 21.25
  assert.is((await fit(FIVE, { ...from, tol: 1.128 })).nIter, 2);
});

byHand('puts a row between two centers into the first', async () => {
  const { labels } = await fit([[0], [1], [2]], {
    nClusters: 2,
    init: Float64Array.of(0, 2),
    maxIter: 1,
  });
  assert.is(labels[1], 0);
});

byHand('gives an empty cluster the row farthest from its center', async () => {
  // all rows go to 4; 11 lies farthest
  const { centers, sizes } = await fit(FIVE, {
    nClusters: 2,
    init: Float64Array.of(4, 1000),
    maxIter: 1,
  });
  assert.equal([...centers], [(0 + 1 + 2 + 10) / 4, 11]);
  assert.is(sizes[0] + sizes[1], 5);
});

byHand('takes a single cluster as the mean of all rows', async () => {
  const { centers, inertia } = await fit(FIVE, { nClusters: 1 });
  assert.equal([...centers], [4.8]);
  assertClose(inertia, 110.8, 1e-12);
});

byHand('has inertia 0 with as many clusters as distinct rows', async () => {
  const rows = [
    [1, 2],
    [1, 2],
    [3, 4],
    [0, 0],
    [3, 4],
  ];
  for (const init of ['k-means++', 'random'] as const) {
    const { inertia, sizes } = await fit(rows, { nClusters: 3, init });
    assert.is(inertia, 0);
    assert.equal(sizes.toSorted(), Int32Array.of(1, 2, 2));
  }
});

byHand('refuses more clusters than distinct rows, whatever the first centers', async () => {
  const rows = [
    [1, 2],
    [1, 2],
    [3, 4],
    [3, 4],
  ];
  for (const init of ['k-means++', 'random', Float64Array.of(1, 2, 3, 4, 9, 9)] as const) {
    const error = await failure(() => fit(rows, { nClusters: 3, init }));
    assert.is(error.message, '3 clusters must have at least 3 distinct rows; got fewer');
  }
  assert.match((await failure(() => fit(rows, { nClusters: 5 }))).message, '5 clusters must have');
});

byHand('leaves nothing behind of a large value that comes and goes', async () => {
  // 1e30 begins in the cluster of the others, whose sum then forgets 0.5 and 0.25 unless it is compensated
  const rows = [[0.5], [0.25], [1e30]];
  const { centers } = await fit(rows, { nClusters: 2, init: Float64Array.of(1e29, 4e30), tol: 0 });
  assert.equal(
    [...centers].sort((a, b) => a - b),
    [0.375, Math.fround(1e30)],
  );
});

byHand.run();

async function failure(work: () => Promise<unknown>): Promise<StageError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof StageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const golden = suite('golden: k-means');
const folder = new URL('../../golden/k-means/', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const given = read('input.json') as Record<
  string,
  { n_features: number; X: number[]; init: number[]; max_iter: number; tol: number }
>;
const expected = read('expected.json') as Record<
  string,
  { centers: number[]; labels: number[]; inertia: number; n_iter: number }
>;

for (const [name, { n_features, X, init, max_iter, tol }] of Object.entries(given)) {
  golden(`${name}: labels, iterations, centers and inertia are those of scikit-learn`, async () => {
    const fitted = await fitKMeans(Float32Array.from(X), n_features, {
      nClusters: init.length / n_features,
      init: Float64Array.from(init),
      nInit: 1,
      maxIter: max_iter,
      tol,
      rng: createRng(1, 'cluster', 'init'),
    });
    const { labels, centers, inertia, n_iter } = expected[name];
    assert.equal([...fitted.labels], labels);
    assert.is(fitted.nIter, n_iter);
    assertClose(fitted.centers, centers, 1e-9);
    assertClose(fitted.inertia, inertia, 1e-9);
  });
}
golden.run();

const properties = suite('k-means properties');

interface Problem {
  readonly rows: number[][];
  readonly init: number[][];
  readonly seed: number;
}

/**
 * Rows and first centers with columns that are mostly 0, hence duplicates.
 *
 * @param isCoarse - Values are whole numbers from -1 to 2, so that many rows lie between two centers.
 */
const drawProblem = (isCoarse: boolean): fc.Arbitrary<Problem> =>
  fc
    .record({
      nFeatures: fc.integer({ min: 1, max: 6 }),
      nSamples: fc.integer({ min: 1, max: 40 }),
      nClusters: fc.integer({ min: 1, max: 6 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.integer(),
    })
    .map(({ nFeatures, nSamples, nClusters, share, seed }) => {
      const rng = createRng(seed, 'test', 'rows');
      const draw = (): number => {
        if (rng() < share) return 0;
        return isCoarse ? Math.floor(rng() * 4) - 1 : Math.fround(8 * rng() - 4);
      };
      const rows = Array.from({ length: nSamples }, () => Array.from({ length: nFeatures }, draw));
      const init = Array.from({ length: nClusters }, () => Array.from({ length: nFeatures }, draw));
      return { rows, init, seed };
    });

const nDistinct = (rows: number[][]): number => new Set(rows.map((row) => row.join())).size;

const check = (
  problem: fc.Arbitrary<Problem>,
  run: (given: Problem) => Promise<void>,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(problem, async (drawn) => {
      fc.pre(drawn.init.length <= nDistinct(drawn.rows));
      await run(drawn);
    }),
    { seed: SEED, numRuns: Number(process.env.SOAK ?? 300) },
  );
const ANY = fc.boolean().chain(drawProblem);

properties(
  'property: Lloyd without bounds gives the same labels, iterations and centers',
  async () => {
    // without ties, which rounding decides: the two add in another order
    await check(drawProblem(false), async ({ rows, init }) => {
      for (const [maxIter, tol] of [
        [100, 0],
        [3, 0],
        [100, 0.01],
      ]) {
        const options = {
          nClusters: init.length,
          init: Float64Array.from(init.flat()),
          maxIter,
          tol,
        };
        const fitted = await fit(rows, options);
        const lloyd = fitLloyd(rows, init, { maxIter, tol });
        assert.equal([...fitted.labels], lloyd.labels);
        assert.is(fitted.nIter, lloyd.nIter);
        assertClose(fitted.centers, lloyd.centers.flat(), 1e-9);
        assertClose(fitted.inertia, lloyd.inertia, 1e-9);
      }
    });
  },
);

properties('property: inertia never rises from one iteration to the next', async () => {
  await check(ANY, async ({ rows, init }) => {
    let before = Infinity;
    for (let maxIter = 1; maxIter <= 8; maxIter++) {
      const options = {
        nClusters: init.length,
        init: Float64Array.from(init.flat()),
        maxIter,
        tol: 0,
      };
      const { inertia } = await fit(rows, options);
      assert.ok(inertia <= before * (1 + 1e-12), `${inertia} after ${before}`);
      before = inertia;
    }
  });
});

properties(
  'property: each label is the nearest center, each center the mean of its rows at the end',
  async () => {
    await check(ANY, async ({ rows, init, seed }) => {
      const rng = createRng(seed, 'cluster', 'init');
      const { centers, labels, sizes, inertia, isConverged } = await fit(rows, {
        nClusters: init.length,
        tol: 0,
        nInit: 2,
        rng,
      });
      assert.is(isConverged, true);
      const centersOf = toRows(centers, rows[0].length);
      const distances = rows.map((row, i) => squaredDistance(row, centersOf[labels[i]]));
      rows.forEach((row, i) => {
        const least = squaredDistance(row, centersOf[nearestCenter(row, centersOf)]);
        assert.ok(distances[i] <= least * (1 + 1e-12) + 1e-12);
      });
      centersOf.forEach((center, c) => {
        const own = rows.filter((_, i) => labels[i] === c);
        assert.is(own.length, sizes[c]);
        assert.ok(own.length > 0);
        center.forEach((value, d) => {
          assertClose(value, own.reduce((sum, row) => sum + row[d], 0) / own.length, 1e-12, 10);
        });
      });
      assertClose(
        inertia,
        distances.reduce((sum, distance) => sum + distance, 0),
        1e-12,
        1,
      );
    });
  },
);

properties('property: the order of the first centers only renames the clusters', async () => {
  await check(ANY, async ({ init, seed }) => {
    // rows without ties, and centers among them, so that none is empty at first
    const rng = createRng(seed, 'test', 'rows');
    const rows = Array.from({ length: 30 }, () => init[0].map(() => Math.fround(rng())));
    const centers = rows.slice(0, init.length);
    const options = { nClusters: init.length, tol: 0 };
    const forward = await fit(rows, { ...options, init: Float64Array.from(centers.flat()) });
    const backward = await fit(rows, {
      ...options,
      init: Float64Array.from(centers.toReversed().flat()),
    });
    const renamed = backward.labels.map((label) => init.length - 1 - label);
    assert.equal(forward.labels, renamed);
    assert.is(forward.inertia, backward.inertia);
  });
});

properties(
  'draws the same clusters from the same stream, others from another, and leaves its input alone',
  async () => {
    const rng = createRng(5, 'test', 'rows');
    const X = Float32Array.from({ length: 3000 }, () => rng());
    const copy = X.slice();
    const run = (seed: number): Promise<KMeans> =>
      fitKMeans(X, 3, {
        nClusters: 8,
        init: 'k-means++',
        nInit: 1,
        maxIter: 5,
        tol: 0,
        rng: createRng(seed, 'cluster', 'init'),
      });
    assert.equal(await run(1), await run(1));
    assert.not.equal((await run(1)).centers, (await run(2)).centers);
    assert.equal(X, copy);
  },
);

properties('keeps the best of several starts', async () => {
  const rng = createRng(9, 'test', 'rows');
  const rows = Array.from({ length: 200 }, () => [Math.floor(rng() * 9) * 10 + rng(), rng()]);
  const stream = (): KMeansOptions['rng'] => createRng(4, 'cluster', 'init');
  const starts: number[] = [];
  const one = stream();
  for (let i = 0; i < 6; i++) {
    starts.push((await fit(rows, { nClusters: 7, init: 'random', rng: one })).inertia);
  }
  const best = await fit(rows, { nClusters: 7, init: 'random', nInit: 6, rng: stream() });
  assert.ok(new Set(starts).size > 1);
  assert.is(best.inertia, Math.min(...starts));
});

properties('gives the same clusters on any number of threads, of large data too', async () => {
  const rng = createRng(6, 'test', 'rows');
  const X = Float32Array.from({ length: 16 * 40_000 }, () => rng());
  const run = (nThreads: number, init: 'k-means++' | 'random'): Promise<KMeans> =>
    fitKMeans(X, 16, {
      nClusters: 16,
      init,
      nInit: 2,
      nThreads,
      maxIter: 4,
      tol: 0,
      rng: createRng(1, 'cluster', 'init'),
    });
  for (const init of ['k-means++', 'random'] as const) {
    assert.equal(await run(2, init), await run(1, init));
  }
});

properties('refuses too few distinct rows in threads as it does without', async () => {
  const X = Float32Array.from({ length: 1_700_000 }, (_, at) => at % 4);
  const error = await failure(() =>
    fitKMeans(X, 1, {
      nClusters: 6,
      init: 'random',
      nInit: 2,
      nThreads: 2,
      maxIter: 9,
      tol: 0,
      rng: createRng(1, 'cluster', 'init'),
    }),
  );
  assert.is(error.message, '6 clusters must have at least 6 distinct rows; got fewer');
});

properties('tells every iteration of every start', async () => {
  const seen: string[] = [];
  await fit(FIVE, {
    nClusters: 2,
    nInit: 2,
    maxIter: 1,
    onIteration: (start, nIter) => void seen.push(`${start}:${nIter}`),
  });
  assert.equal(seen, ['0:1', '1:1']);
});

properties('hands over what every start ends in, and returns the first of the best', async () => {
  const rng = createRng(4, 'test', 'starts');
  const rows = Array.from({ length: 60 }, () => [rng(), rng()]);
  const fits: KMeans[] = [];
  const onStart = (fitted: KMeans): unknown => fits.push(fitted);
  const best = await fit(rows, { nClusters: 6, nInit: 5, rng, onStart });
  const inertias = fits.map(({ inertia }) => inertia);
  assert.is(fits.length, 5);
  assert.ok(new Set(inertias).size > 1);
  assert.is(best, fits[inertias.indexOf(Math.min(...inertias))]);
});

properties.run();
