import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseModelText } from '../../../../lib/models/lightgbm/model-text.ts';
import { predictScores } from '../../../../lib/models/lightgbm/predict.ts';
import { findEnsembleProblem } from '../../../../lib/models/trees/ensemble.ts';
import { machine } from '../../../support/boosting.ts';

const test = suite('lightgbm model text');

/** Two rounds for a regression on two features: a tree of two splits, and a leaf alone. */
const TREES = [
  `Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
split_gain=3 1
threshold=0.5 0
decision_type=10 1
left_child=1 -1
right_child=-2 -3
leaf_value=1 20 300
leaf_weight=1 1 1
leaf_count=1 1 1
internal_value=0 0
internal_weight=0 0
internal_count=3 2
cat_boundaries=0 2
cat_threshold=5 1
is_linear=0
shrinkage=1


`,
  `Tree=1
num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=4000
leaf_weight=
leaf_count=
internal_value=
internal_weight=
internal_count=
is_linear=0
shrinkage=1


`,
];
const HEAD = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=regression
feature_names=number category
feature_infos=[0:1] 0:1:2
tree_sizes=`;

const join = (trees: readonly string[], head = HEAD, end = 'end of trees\n'): Buffer =>
  Buffer.from(`${head}${trees.map(({ length }) => length).join(' ')}\n\n${trees.join('')}${end}`);

const refuse = (got: string): never => {
  throw new Error(got);
};

/** What is wrong with a text; null: nothing. */
function problemOf(text: Uint8Array): string | null {
  const refusal = new Error();
  let problem: string | null = null;
  try {
    parseModelText(text, (got) => {
      problem = got;
      throw refusal;
    });
  } catch (error) {
    if (error !== refusal) throw error;
  }
  return problem;
}
const changed = (from: string | RegExp, to: string): string | null => {
  const tree = TREES[0].replace(from, to);
  assert.is.not(tree, TREES[0], String(from));
  return problemOf(join([tree, TREES[1]]));
};

test('follows thresholds, sets of categories and missing values to the leaves', async () => {
  const trees = parseModelText(join(TREES), refuse);
  assert.is(trees.nRounds, 2);
  assert.is(trees.objective, 'regression');
  assert.is(findEnsembleProblem(trees.ensemble), null);
  // the set has the words 5 = bits 0 and 2, and 1 = category 32; decision 10: a missing number goes left
  const rows = [
    [0.5, 0, 1],
    [0.5, 2, 1],
    [0.25, 32, 1],
    [0.25, 1, 300],
    [0, 33, 300],
    [0, 64, 300],
    [0, -1, 300],
    [0, NaN, 300],
    [NaN, 0, 1],
    [0.75, 0, 20],
  ];
  const scores = await predictScores(
    trees,
    Float32Array.from(rows.flatMap(([number, category]) => [number, category])),
    machine,
  );
  assert.equal(
    [...scores],
    rows.map(([, , leaf]) => 4000 + leaf),
  );
});

test('sends all but a missing number left of an infinite threshold', async () => {
  const tree = TREES[0].replace('threshold=0.5 0', 'threshold=inf 0').replace('=10 1', '=8 1');
  const { ensemble, ...rest } = parseModelText(join([tree, TREES[1]]), refuse);
  const rows = Float32Array.of(3e38, 0, Infinity, 0, NaN, 0);
  assert.equal(
    [...(await predictScores({ ensemble, ...rest }, rows, machine))],
    [4001, 4001, 4020],
  );
});

test('takes the mean of the rounds where the text says so', async () => {
  const head = HEAD.replace('label_index', 'average_output\nlabel_index');
  const trees = parseModelText(join(TREES, head), refuse);
  assert.equal([...(await predictScores(trees, Float32Array.of(1, 0), machine))], [2010]);
});

test('refuses a head that is none, or of what we cannot predict', () => {
  const head = (from: string, to: string) => problemOf(join(TREES, HEAD.replace(from, to)));
  assert.is(problemOf(Buffer.from('')), 'no text of LightGBM');
  assert.is(problemOf(Buffer.from('{"version": 4}')), 'no text of LightGBM');
  assert.is(head('version=v4', 'version=v9'), 'the version v9, not v4');
  assert.is(head('objective=regression', 'objective=lambdarank'), 'the objective lambdarank');
  assert.is(
    head('objective=regression', 'objective=binary sigmoid:2'),
    'the objective binary sigmoid:2',
  );
  assert.is(head('max_feature_idx=1', 'max_feature_idx=x'), 'NaN features with 2 names');
  assert.is(head('iteration=1', 'iteration=2'), '2 trees for each round');
  const many = HEAD.replace('iteration=1', 'iteration=3').replace(
    'regression',
    'multiclass num_class:3',
  );
  assert.is(problemOf(join(TREES, many)), '2 trees, where a round has 3');
  assert.is(problemOf(join([])), '0 trees, where a round has 1');
});

test('refuses a text that was cut anywhere before the end of the trees', () => {
  const text = join(TREES);
  for (let length = 0; length < text.length; length++) {
    assert.type(problemOf(text.subarray(0, length)), 'string', `${length} bytes`);
  }
  assert.is(problemOf(text), null);
  assert.is(problemOf(join(TREES, HEAD, 'end')), 'a cut end');
  assert.is(problemOf(join([TREES[1], TREES[0]])), 'no tree 0 where its size says');
});

test('refuses a tree whose lists do not fit, or that leads elsewhere', () => {
  assert.is(changed('num_leaves=3', 'num_leaves=4'), '2 of split_feature, not 3 in tree 0');
  assert.is(changed('num_leaves=3', 'num_leaves=0'), '0 leaves in tree 0');
  assert.is(changed('leaf_count=1 1 1', 'leaf_count=1 1'), '2 of leaf_count, not 3 in tree 0');
  assert.is(changed('leaf_value=1 20 300', 'leaf_value=1 nan 300'), 'nan as leaf_value in tree 0');
  assert.is(changed('threshold=0.5', 'threshold=1e999'), '1e999 as threshold in tree 0');
  assert.is(changed('threshold=0.5 0', 'threshold=inf x'), 'x as threshold in tree 0');
  assert.is(changed('split_feature=0 1', 'split_feature=0 2'), 'feature 2 in tree 0');
  assert.is(changed('split_feature=0 1', 'split_feature=-1 1'), 'feature -1 in tree 0');
  assert.is(changed('split_feature=0 1', 'split_feature=0.5 1'), '0.5 as split_feature in tree 0');
  assert.is(changed('left_child=1 -1', 'left_child=0 -1'), 'child 0 of split 0 in tree 0');
  assert.is(changed('left_child=1 -1', 'left_child=2 -1'), 'child 2 of split 0 in tree 0');
  assert.is(changed('left_child=1 -1', 'left_child=1 -4'), 'child -4 of split 1 in tree 0');
  assert.is(changed('left_child=1 -1', 'left_child=1 -2'), 'child -2 of split 1 in tree 0');
  assert.is(changed('decision_type=10 1', 'decision_type=99 1'), 'a split of type 99 in tree 0');
  assert.is(
    changed('threshold=0.5 0', 'threshold=0.5 1'),
    'set 1 of categories, where there are 1 in tree 0',
  );
  assert.is(
    changed('cat_boundaries=0 2', 'cat_boundaries=0 3'),
    'sets of categories that do not fit together in tree 0',
  );
  assert.is(
    changed('num_cat=1', 'num_cat=2'),
    'sets of categories that do not fit together in tree 0',
  );
  assert.is(changed('is_linear=0', 'is_linear=1'), 'linear leaves in tree 0');
});

test('property: a text with a damaged byte is refused, or leads a walk to a leaf', async () => {
  const text = readFileSync(new URL('../../../golden/lightgbm/model.txt', import.meta.url));
  const end = text.indexOf('end of trees');
  const byte = fc.integer({ min: 0, max: end - 1 });
  const value = fc.constantFrom(...'0123456789 -.\n=en');
  await fc.assert(
    fc.asyncProperty(byte, value, async (at, character) => {
      const damaged = Buffer.from(text);
      damaged[at] = character.charCodeAt(0);
      if (problemOf(damaged) !== null) return;
      const trees = parseModelText(damaged, refuse);
      assert.is(findEnsembleProblem(trees.ensemble), null);
      const rows = new Float32Array(trees.ensemble.nFeatures * 2).fill(
        NaN,
        0,
        trees.ensemble.nFeatures,
      );
      const scores = await predictScores(trees, rows, machine);
      assert.ok(scores.every(Number.isFinite));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test.run();
