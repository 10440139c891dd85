/** Boosters as LightGBM's own Python package grows them: tests/golden/lightgbm. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitBooster } from '../../../../lib/models/lightgbm/booster.ts';
import type { Objective } from '../../../../lib/models/lightgbm/booster.ts';
import { measureImportance, parseModelText } from '../../../../lib/models/lightgbm/model-text.ts';
import type { BoosterOptions } from '../../../../lib/models/lightgbm/params.ts';
import { predictScores, toProbabilities } from '../../../../lib/models/lightgbm/predict.ts';
import { findEnsembleProblem } from '../../../../lib/models/trees/ensemble.ts';
import { toCamelCase } from '../../../../lib/params/schema.ts';
import { BOOSTER_DEFAULTS, createContext, machine } from '../../../support/boosting.ts';

const test = suite('lightgbm against Python');

const GOLDEN = new URL('../../../golden/lightgbm/', import.meta.url);
interface Golden {
  readonly seed: number;
  readonly n_rounds: number;
  readonly n_features: number;
  readonly x: number[];
  readonly x_test: number[];
  readonly holes: number[];
  readonly holes_test: number[];
  readonly targets: Readonly<Record<string, number[]>>;
  readonly cases: readonly Case[];
}
interface Case {
  readonly name: string;
  /** Among the targets. */
  readonly target: string;
  readonly options: Readonly<Record<string, unknown>> & { readonly objective: Objective['name'] };
  readonly categories: readonly number[];
  readonly class_weight: readonly number[] | null;
  readonly missing: boolean;
  readonly trees_sha256: string;
  readonly raw: readonly number[];
  readonly predicted: readonly number[];
  readonly gain: readonly number[];
  readonly split: readonly number[];
}
const golden = JSON.parse(readFileSync(new URL('expected.json', GOLDEN), 'utf8')) as Golden;

const withHoles = (values: number[], holes: number[], { missing }: Case): Float32Array =>
  Float32Array.from(values, (value, k) => (missing && holes[k] === 1 ? NaN : value));

const optionsOf = ({ options }: Case): BoosterOptions => ({
  ...BOOSTER_DEFAULTS,
  ...{ learningRate: 0.25, numLeaves: 6, minDataInLeaf: 5, minSumHessianInLeaf: 0.5 },
  ...Object.fromEntries(Object.entries(options).map(([name, value]) => [toCamelCase(name), value])),
  ...{ numIterations: golden.n_rounds, earlyStoppingRounds: null },
});

async function fit(golden_: Case): Promise<Uint8Array> {
  const { options, target, categories, class_weight: classWeight } = golden_;
  const y = golden.targets[target];
  const monotone = options.monotone_constraints as number[] | undefined;
  const { text } = await fitBooster(
    {
      objective: { name: options.objective, nClasses: 3, alpha: options.alpha as number },
      features: Array.from({ length: golden.n_features }, (_, j) => ({
        name: `Column_${j}`,
        isCategorical: categories.includes(j),
        monotone: monotone?.[j] ?? 0,
      })),
      train: {
        features: withHoles(golden.x, golden.holes, golden_),
        nSamples: y.length,
        targets: Float32Array.from(y),
        weights: classWeight && Float32Array.from(y, (label) => classWeight[label]),
      },
      valid: null,
    },
    optionsOf(golden_),
    createContext({ seed: golden.seed }),
  );
  return text;
}

const refuse = (got: string): never => {
  throw new Error(got);
};
const treesIn = (text: string): string =>
  text.slice(text.indexOf('Tree=0\n'), text.indexOf('end of trees'));

function assertClose(found: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  assert.is(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(found[i] - value);
    assert.ok(difference <= tolerance, `${found[i]} at ${i}, not ${value}`);
  }
}

for (const golden_ of golden.cases) {
  test(`${golden_.name}: grows the trees that Python grows, byte for byte`, async () => {
    const text = await fit(golden_);
    const trees = treesIn(new TextDecoder().decode(text));
    assert.is(createHash('sha256').update(trees).digest('hex'), golden_.trees_sha256);
  });

  test(`${golden_.name}: predicts what Python predicts within 1e-12, and has its importances`, async () => {
    const text = await fit(golden_);
    const trees = parseModelText(text, refuse);
    assert.is(trees.nRounds, golden.n_rounds);
    assert.is(findEnsembleProblem(trees.ensemble), null);
    const rows = withHoles(golden.x_test, golden.holes_test, golden_);
    const scores = await predictScores(trees, rows, machine);
    // Python's raw scores of a forest are sums, its predictions are made of means
    const n = trees.isMean ? golden.n_rounds : 1;
    assertClose(
      scores.map((score) => score * n),
      golden_.raw,
      1e-12,
    );
    const { objective } = golden_.options;
    if (objective === 'regression' || objective === 'quantile')
      assertClose(scores, golden_.predicted, 1e-12);
    if (objective === 'multiclass') {
      assertClose(toProbabilities(scores, 3), golden_.predicted, 1e-12);
    }
    if (objective === 'binary') {
      const second = toProbabilities(scores, 1).filter((_, k) => k % 2 === 1);
      assertClose(second, golden_.predicted, 1e-12);
    }
    const { gain, split } = measureImportance(text);
    assert.equal([...split], golden_.split);
    // the text holds gains with six digits
    assert.ok(gain.every((sum, j) => Math.abs(sum - golden_.gain[j]) <= 1e-5 * golden_.gain[j]));
  });
}

test('reads a text that Python wrote, with missing values, categories and unseen ones', async () => {
  const name = 'multiclass, categories, missing values';
  const golden_ = golden.cases.find((candidate) => candidate.name === name)!;
  const trees = parseModelText(readFileSync(new URL('model.txt', GOLDEN)), refuse);
  const rows = withHoles(golden.x_test, golden.holes_test, golden_);
  assertClose(await predictScores(trees, rows, machine), golden_.raw, 1e-12);
});

test.run();
