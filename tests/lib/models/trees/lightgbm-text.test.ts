import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseModelText } from '../../../../lib/models/lightgbm/model-text.ts';
import { packNodes } from '../../../../lib/models/trees/ensemble.ts';
import type { TreeEnsemble } from '../../../../lib/models/trees/ensemble.ts';
import { numberTrees, toLightgbmText } from '../../../../lib/models/trees/lightgbm-text.ts';
import { walkTrees } from '../../../../lib/models/trees/walk-trees.ts';
import { makeForest, makeRows } from '../../../support/forests.ts';

const COLUMNS = ['a', 'b', 'c', 'd'];
const read = (forest: TreeEnsemble): ReturnType<typeof parseModelText> =>
  parseModelText(Buffer.from(toLightgbmText(forest, COLUMNS)), (got) => {
    throw new Error(got);
  });

/** What the forest sums for rows as float32. */
function sum(forest: TreeEnsemble, rows: readonly (readonly number[])[]): number[] {
  const sums = new Float64Array(rows.length);
  walkTrees(forest, Float32Array.from(rows.flat()), rows.length, sums);
  return [...sums];
}

/** One split on the first column, 1 to the left, 2 to the right. */
function stump(threshold: number, decision = 0): TreeEnsemble {
  const nodes = { feature: [0], threshold: [threshold], decision: [decision], left: [~0], right: [~1] }; // prettier-ignore
  return {
    ...makeForest(1),
    roots: Int32Array.of(0),
    nodes: packNodes(nodes),
    leaves: Float64Array.of(1, 2),
  };
}
const goesLeft = (threshold: number, value: number): boolean => value <= threshold;

const test = suite('toLightgbmText');

test('writes a mean of trees that sum as the forest does', () => {
  for (let seed = 0; seed < 20; seed++) {
    const forest = makeForest(seed);
    const { ensemble, isMean, nRounds } = read(forest);
    assert.ok(isMean);
    assert.is(nRounds, forest.roots.length);
    const rows = makeRows(forest, 50, seed);
    assert.equal(sum(ensemble, rows), sum(forest, rows));
  }
});

test('lets float64 values go where the forest sends them as float32', () => {
  const near = fc.integer({ min: -40, max: 40 });
  fc.assert(
    fc.property(
      fc.float({ noNaN: true, min: Math.fround(-1e30), max: Math.fround(1e30) }),
      near,
      (threshold, n) => {
        const written = Number(
          /^threshold=(.*)$/m.exec(toLightgbmText(stump(threshold), COLUMNS))![1],
        );
        const value = threshold + n * Math.max(Math.abs(threshold) * 2 ** -29, Number.MIN_VALUE);
        assert.is(goesLeft(written, value), goesLeft(threshold, Math.fround(value)), `${threshold} ${value}`); // prettier-ignore
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});

test('sends half-way values to the even float32, as rounding does', () => {
  const step = 2 ** -23;
  for (const [threshold, halfway, isLeft] of [
    [1, 1 + step / 2, true],
    [1 + step, 1 + 1.5 * step, false],
    [-1, -1 + step / 4, true],
    [-1 - step, -1 - step / 2, false],
  ] as const) {
    const written = Number(/^threshold=(.*)$/m.exec(toLightgbmText(stump(threshold), COLUMNS))![1]);
    assert.is(goesLeft(threshold, Math.fround(halfway)), isLeft, `${threshold} ${halfway}`);
    assert.is(goesLeft(written, halfway), isLeft, `${threshold} ${halfway}`);
  }
});

test('takes a threshold between two float32 as the lower one', () => {
  const between = 1 + 2 ** -30;
  assert.is(toLightgbmText(stump(between), COLUMNS), toLightgbmText(stump(1), COLUMNS));
});

test('writes a tree that is one leaf', () => {
  const leaf = { ...stump(0), roots: Int32Array.of(~1) };
  assert.equal(sum(read(leaf).ensemble, [[0, 0, 0, 0]]), [2]);
});

test('numbers the nodes of each tree from 0, left before right', () => {
  const [tree] = numberTrees(stump(0.5));
  assert.equal(tree, { feature: [0], threshold: [0.5], left: [~0], right: [~1], leaves: [1, 2] });
});

test('refuses what is no plain regression forest', () => {
  assert.throws(() => numberTrees(stump(0, 1)), 'the nodes must be on numbers, none missing');
  assert.throws(() => numberTrees(stump(0, 8)), 'the nodes must be on numbers, none missing');
  assert.throws(() => numberTrees({ ...stump(0), nOutputs: 2 }), 'the output must be one');
});

test.run();
