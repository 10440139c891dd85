import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CATEGORICAL,
  DEFAULT_LEFT,
  MISSING_NAN,
  MISSING_ZERO,
  findEnsembleProblem,
  packNodes,
} from '../../../../lib/models/trees/ensemble.ts';
import type { TreeEnsemble } from '../../../../lib/models/trees/ensemble.ts';
import { addTrees } from '../../../../lib/models/trees/predict.ts';
import { walkTrees } from '../../../../lib/models/trees/walk-trees.ts';
import { createRng } from '../../../../lib/rng.ts';

const test = suite('sums over trees');

const MACHINE = { threads: 2, warn: (line: string) => console.error(line) };

/** One node on feature 0; the left leaf is 1, the right leaf 0. */
function stump(threshold: number, decision: number, sets: number[][] = []): TreeEnsemble {
  const starts = sets.reduce((ends, set) => [...ends, ends.at(-1)! + set.length], [0]);
  return {
    ...{ nFeatures: 1, nOutputs: 1, leafSize: 1 },
    nodes: packNodes({
      ...{ feature: [0], threshold: [threshold], decision: [decision] },
      ...{ left: [~0], right: [~1] },
    }),
    roots: Int32Array.of(0),
    leaves: Float64Array.of(1, 0),
    categoryStart: Int32Array.from(starts),
    categoryBits: Uint32Array.from(sets.flat()),
  };
}

/** Of each value, whether it goes left, by both walks. */
async function sidesOf(ensemble: TreeEnsemble, values: number[]): Promise<number[]> {
  assert.is(findEnsembleProblem(ensemble), null);
  const features = Float32Array.from(values);
  const sums = new Float64Array(values.length);
  await addTrees(ensemble, features, sums, MACHINE);
  const typed = new Float64Array(values.length);
  walkTrees(ensemble, features, values.length, typed);
  assert.equal(typed, sums);
  return [...sums];
}

// what LightGBM 4.7 does, include/LightGBM/tree.h: NumericalDecision, CategoricalDecision, kZeroThreshold 1e-35f
const TINY = 1e-36;
const NUMERIC: [what: string, threshold: number, decision: number, left: number[]][] = [
  ['nothing missing', 1, 0, [1, 0, 1, 1, 1]],
  ['nothing missing, 0 on the right', -1, DEFAULT_LEFT, [0, 0, 0, 0, 0]],
  ['NaN missing, right', 1, MISSING_NAN << 2, [1, 0, 1, 1, 0]],
  ['NaN missing, left', -1, (MISSING_NAN << 2) | DEFAULT_LEFT, [0, 0, 0, 0, 1]],
  ['zero missing, right', 1, MISSING_ZERO << 2, [1, 0, 0, 0, 0]],
  ['zero missing, left', -1, (MISSING_ZERO << 2) | DEFAULT_LEFT, [0, 0, 1, 1, 1]],
];
for (const [what, threshold, decision, left] of NUMERIC) {
  test(`decides by threshold with ${what}`, async () => {
    assert.equal(await sidesOf(stump(threshold, decision), [1, 2, 0, TINY, NaN]), left);
  });
}

test('decides by category set: truncated, NaN, negative and unknown categories go right', async () => {
  // set 1: 1, 33 and 63
  const ensemble = stump(1, CATEGORICAL, [[0xffffffff], [0b10, 0x80000002], []]);
  const values = [0, 1, 1.9, 2, 33, 63, 64, 1e20, -1, NaN, Infinity];
  assert.equal(await sidesOf(ensemble, values), [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]);
  const zero = stump(0, CATEGORICAL, [[1]]);
  assert.equal(await sidesOf(zero, [-0.5, -1, 0.5, 1]), [1, 0, 1, 0]);
  assert.equal(await sidesOf(stump(2, CATEGORICAL, [[1], [1], []]), [0, 1]), [0, 0]);
});

test('compares float32 features with a float64 threshold', async () => {
  // 0.1 as float32 is above 0.1
  assert.equal(await sidesOf(stump(0.1, 0), [0.1, 0.0999]), [0, 1]);
});

/** Random trees with all kinds of nodes. */
function makeEnsemble(seed: number, nTrees: number, leafSize: number): TreeEnsemble {
  const rng = createRng(seed, 'test', 'trees');
  const below = (n: number): number => Math.floor(rng() * n);
  const columns = {
    feature: [] as number[],
    ...{ threshold: [] as number[], decision: [] as number[] },
    ...{ left: [] as number[], right: [] as number[] },
  };
  let nLeaves = 0;
  const grow = (depth: number): number => {
    if (depth === 0 || rng() < 0.2) return ~nLeaves++;
    const node = columns.feature.length;
    const decision = below(12);
    columns.feature.push(below(5));
    columns.threshold.push(decision & CATEGORICAL ? below(2) : rng() * 4 - 2);
    columns.decision.push(decision);
    columns.left.push(0);
    columns.right.push(0);
    columns.left[node] = grow(depth - 1);
    columns.right[node] = grow(depth - 1);
    return node;
  };
  const roots = Int32Array.from({ length: nTrees }, () => grow(8));
  return {
    ...{ nFeatures: 5, nOutputs: 3, leafSize, roots, nodes: packNodes(columns) },
    leaves: Float64Array.from({ length: nLeaves * leafSize }, () => rng() - 0.5),
    categoryStart: Int32Array.of(0, 1, 3),
    categoryBits: Uint32Array.of(0b1010, 7, 1),
  };
}

function makeFeatures(seed: number, nSamples: number): Float32Array {
  const rng = createRng(seed, 'test', 'features');
  const special = [NaN, 0, 1, 3, 33];
  return Float32Array.from({ length: nSamples * 5 }, () =>
    rng() < 0.3 ? special[Math.floor(rng() * special.length)] : rng() * 6 - 3,
  );
}

test('property: kernel and typed arrays add the same bits, from what stands in the sums', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(1, 3),
      async (seed, nTrees, leafSize) => {
        const ensemble = makeEnsemble(seed, nTrees, leafSize);
        assert.is(findEnsembleProblem(ensemble), null);
        const features = makeFeatures(seed, 37);
        const sums = new Float64Array(37 * 3).fill(0.1);
        const typed = sums.slice();
        await addTrees(ensemble, features, sums, MACHINE);
        walkTrees(ensemble, features, 37, typed);
        assert.equal(sums, typed);
      },
    ),
    { seed: 2, numRuns: 200 },
  );
});

test('a row gets the same bits alone, in a subset, in the whole, on any number of threads', async () => {
  const ensemble = makeEnsemble(1, 40, 3);
  const nSamples = 2500;
  const features = makeFeatures(1, nSamples);
  const predict = async (start: number, end: number, threads: number) => {
    const sums = new Float64Array((end - start) * 3);
    const rows = features.subarray(start * 5, end * 5);
    await addTrees(ensemble, rows, sums, { ...MACHINE, threads });
    return sums;
  };
  const whole = await predict(0, nSamples, 1);
  assert.equal(await predict(0, nSamples, 3), whole);
  assert.equal(await predict(700, 2100, 2), whole.slice(2100, 6300));
  for (const row of [0, 15, 16, 1023, 1024, 2499]) {
    assert.equal(await predict(row, row + 1, 2), whole.slice(3 * row, 3 * row + 3));
  }
});

test('adds tree t to output t % nOutputs when leaves are single numbers', async () => {
  const ensemble: TreeEnsemble = {
    ...stump(0, 0),
    ...{ nOutputs: 3, roots: Int32Array.of(~0, ~1, ~2, ~3), leaves: Float64Array.of(1, 2, 4, 8) },
  };
  const sums = new Float64Array(3);
  await addTrees(ensemble, new Float32Array(1), sums, MACHINE);
  assert.equal([...sums], [9, 2, 4]);
});

test('refuses features that are not as many as the rows need', async () => {
  const sums = new Float64Array(2);
  const failed = await addTrees(stump(0, 0), new Float32Array(3), sums, MACHINE).catch(String);
  assert.is(failed, 'Error: 3 features for 2 rows of 1');
});

test.run();
