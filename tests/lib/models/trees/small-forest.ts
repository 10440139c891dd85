/** Small tables, settings of growing, and what a fit needs around it. */
import fc from 'fast-check';
import type { FitContext, LabelledRows, TrainingData } from '../../../../lib/models/model.ts';
import type { ForestParams } from '../../../../lib/models/trees/fit-forest.ts';
import type { GrowOptions, GrownTree } from '../../../../lib/models/trees/grow-tree.ts';
import { createRng } from '../../../../lib/rng.ts';
import { showNoProgress } from '../../../../lib/progress.ts';

export interface SmallTable {
  readonly features: Float32Array;
  readonly labels: Int32Array;
  readonly nFeatures: number;
  readonly nClasses: number;
}

/** A random table with constant and binary columns and ties; from a seed, so that a large one is quick to make. */
export function makeTable(
  seed: number,
  nSamples: number,
  nFeatures: number,
  nClasses: number,
): SmallTable {
  const rng = createRng(seed, 'test', 'table');
  const kinds = Array.from({ length: nFeatures }, () => Math.floor(rng() * 5));
  const labels = Int32Array.from({ length: nSamples }, () => Math.floor(rng() * nClasses));
  const features = Float32Array.from({ length: nSamples * nFeatures }, (_, i) => {
    const signal = labels[Math.floor(i / nFeatures)] * (rng() < 0.5 ? 1 : 0);
    const value = rng() + signal;
    const kind = kinds[i % nFeatures];
    if (kind === 0) return 3;
    if (kind === 1) return value > 1 ? 7.5 : -0.1;
    return Math.round(value * [5, 50, 1000][kind - 2]) / 50 - 0.5;
  });
  return { features, labels, nFeatures, nClasses };
}

export const smallTables = fc
  .record({
    seed: fc.nat(),
    nSamples: fc.integer({ min: 1, max: 60 }),
    nFeatures: fc.integer({ min: 1, max: 70 }),
    nClasses: fc.integer({ min: 2, max: 5 }),
  })
  .map(({ seed, nSamples, nFeatures, nClasses }) => makeTable(seed, nSamples, nFeatures, nClasses));

export const OPTIONS: GrowOptions = {
  splitter: 'random',
  criterion: 'gini',
  maxFeatures: 1,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxDepth: null,
  bootstrap: false,
  classWeight: [1, 1],
};

/** Settings for a table of so many features and classes. */
export const optionsFor = ({ nFeatures, nClasses }: SmallTable): fc.Arbitrary<GrowOptions> =>
  fc.record({
    splitter: fc.constantFrom('random', 'best'),
    criterion: fc.constantFrom('gini', 'entropy'),
    maxFeatures: fc.integer({ min: 1, max: nFeatures }),
    minSamplesSplit: fc.integer({ min: 2, max: 6 }),
    minSamplesLeaf: fc.integer({ min: 1, max: 4 }),
    maxDepth: fc.option(fc.integer({ min: 1, max: 6 })),
    bootstrap: fc.boolean(),
    classWeight: fc.array(fc.constantFrom(1, 0.25, 3.7), {
      minLength: nClasses,
      maxLength: nClasses,
    }),
  });

export const treeKeys = fc.tuple(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);

/** All numbers of a tree, comparable to the bit. */
export const bytesOf = (tree: GrownTree): string =>
  Object.values(tree)
    .map(({ buffer }) => Buffer.from(buffer as ArrayBuffer).toString('hex'))
    .join('|');

export const PARAMS: ForestParams = {
  nEstimators: 10,
  criterion: 'gini',
  maxFeatures: 0.5,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  maxDepth: null,
  bootstrap: false,
};

export function makeContext(changes: Partial<FitContext> = {}, seed = 1): FitContext {
  return {
    threads: 2,
    warn: () => {},
    info: () => {},
    rng: (purpose) => createRng(seed, 'train', purpose),
    signal: new AbortController().signal,
    startProgress: showNoProgress,
    onStep: () => 'go on',
    checkpoint: () => null,
    fitMember: () => Promise.reject(new Error('no member')),
    ...changes,
  };
}

export function makeTraining(
  { features, labels, nFeatures, nClasses }: SmallTable,
  nTrain = labels.length,
  classWeight: readonly number[] | null = null,
): TrainingData {
  const rows = (start: number, end: number): LabelledRows => ({
    nSamples: end - start,
    features: features.subarray(start * nFeatures, end * nFeatures),
    labels: labels.subarray(start, end),
  });
  return {
    columns: Array.from({ length: nFeatures }, (_, f) => `column_${f}`),
    nClasses,
    train: rows(0, nTrain),
    valid: rows(nTrain, labels.length),
    classWeight,
  };
}
