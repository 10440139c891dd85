/**
 * What each group of features is worth to a logistic regression: the model fitted again without it and with it alone,
 * and with its features dealt anew, all on the rows of train, and measured on those of test.
 */
import { denseMatrix } from '../models/linear-model/design-matrix.ts';
import { fitLogistic, predictLogistic } from '../models/linear-model/logistic-regression.ts';
import type { Rng } from '../rng.ts';
import { permuteGroup, selectGroups } from './feature-table.ts';
import type { FeatureGroup, FeatureTable } from './feature-table.ts';
import { askInTurn } from './refits.ts';
import type { Refits } from './refits.ts';

/** Rows of train and test with their labels. */
export type LabelledRows = Pick<FeatureTable, 'X' | 'nFeatures' | 'y' | 'nTrain'>;

/** Mean log losses. */
export interface Losses {
  readonly train: number;
  readonly test: number;
}

export interface AblatedModel {
  /** `all`, `base rate`, `without x`, `x alone`. */
  readonly name: string;
  /** Probability of 1 of each row of test. */
  readonly probabilities: Float64Array;
}

export interface PermutationTest {
  readonly group: string;
  /** Log losses with the features as they are, and dealt anew, shape (nPermutations). */
  readonly train: PermutedLoss;
  readonly test: PermutedLoss;
}
export interface PermutedLoss {
  readonly logLoss: number;
  readonly permuted: Float64Array;
  /** Share of losses that are no higher than the one seen, which counts among them: (1 + n) / (1 + nPermutations). */
  readonly pValue: number;
}

/** Largest entry of the gradient of the mean loss at the end. */
const TOL = 1e-5;
const MAX_ITER = 200;

/** @param C - Inverse strength of the L2 penalty, as of {@link fitLogistic}. */
export async function ablate(table: FeatureTable, C: number): Promise<AblatedModel[]> {
  const { groups } = table;
  const variants: [name: string, groups: readonly FeatureGroup[]][] = [
    ['all', groups],
    ['base rate', []],
    // with one group alone there is nothing else to try
    ...(groups.length === 1 ? [] : groups).flatMap((group): typeof variants => [
      [`without ${group.name}`, groups.filter((other) => other !== group)],
      [`${group.name} alone`, [group]],
    ]),
  ];
  const models: AblatedModel[] = [];
  for (const [name, chosen] of variants) {
    models.push({ name, probabilities: await predictTest(table, chosen, C) });
  }
  return models;
}

/** Probability of 1 of each row of test, by a model fitted to some groups of train; without any, the base rate. */
export async function predictTest(
  table: FeatureTable,
  groups: readonly FeatureGroup[],
  C: number,
): Promise<Float64Array> {
  const { y, nTrain } = table;
  const probabilities =
    groups.length === 0
      ? new Float64Array(y.length).fill(meanOf(y.subarray(0, nTrain)))
      : await fitAndPredict({ ...table, ...selectGroups(table, groups) }, C);
  return probabilities.subarray(nTrain);
}

/**
 * Tests for each group whether its features, given those of the others, tell more than chance: dealt anew between what
 * they describe, they lower the log loss as seldom as the p-value says.
 *
 * @param rng - Random stream of a purpose.
 * @param onFit - Called after every fit.
 * @see Good, P. (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, doi:10.1007/b138696
 */
export async function testGroups(
  table: FeatureTable,
  options: {
    readonly C: number;
    readonly nPermutations: number;
    readonly rng: (purpose: string) => Rng;
    readonly refits: Refits;
    readonly onFit: () => void;
  },
): Promise<PermutationTest[]> {
  const { C, nPermutations, rng, refits, onFit } = options;
  const { nFeatures, y, nTrain } = table;
  const seen = await refits.measureLosses({ X: table.X, nFeatures, y, nTrain }, C);
  const tests: PermutationTest[] = [];
  for (const group of table.groups) {
    const draw = rng(group.name);
    const losses = await askInTurn(nPermutations, async () => {
      const X = permuteGroup(table, group, draw);
      const permuted = await refits.measureLosses({ X, nFeatures, y, nTrain }, C);
      onFit();
      return permuted;
    });
    tests.push({
      group: group.name,
      train: compare(
        seen.train,
        losses.map(({ train }) => train),
      ),
      test: compare(
        seen.test,
        losses.map(({ test }) => test),
      ),
    });
  }
  return tests;
}

function compare(logLoss: number, losses: readonly number[]): PermutedLoss {
  const permuted = Float64Array.from(losses);
  const nNotAbove = permuted.filter((loss) => loss <= logLoss).length;
  return { logLoss, permuted, pValue: (1 + nNotAbove) / (1 + permuted.length) };
}

/** Losses of a model fitted to the rows of train. */
export async function measureLosses(rows: LabelledRows, C: number): Promise<Losses> {
  const probabilities = await fitAndPredict(rows, C);
  const { y, nTrain } = rows;
  return {
    train: logLossOf(y.subarray(0, nTrain), probabilities.subarray(0, nTrain)),
    test: logLossOf(y.subarray(nTrain), probabilities.subarray(nTrain)),
  };
}

/** Probability of 1 of all rows, of a model fitted to those of train. */
async function fitAndPredict(
  { X, nFeatures, y, nTrain }: LabelledRows,
  C: number,
): Promise<Float64Array> {
  const train = denseMatrix(X.subarray(0, nTrain * nFeatures), nFeatures);
  const { model } = await fitLogistic(train, y.subarray(0, nTrain), 2, {
    ...{ C, fitIntercept: true, maxIter: MAX_ITER, tol: TOL, classWeight: null },
    onStep: async () => true,
  });
  const probabilities = predictLogistic(model, denseMatrix(X, nFeatures));
  return Float64Array.from(y, (_, i) => probabilities[2 * i + 1]);
}

function logLossOf(y: Int32Array, probabilities: Float64Array): number {
  let sum = 0;
  y.forEach((label, i) => (sum -= Math.log(label === 1 ? probabilities[i] : 1 - probabilities[i])));
  return sum / y.length;
}

function meanOf(y: Int32Array): number {
  return y.reduce((sum, label) => sum + label, 0) / y.length;
}
