/** Fits a forest of full trees and scores with it; what the models extra-trees and random-forest share. */
import { StageError, listExamples } from '../../errors.ts';
import type { Fit, FitContext, FittedModel, Machine, Predictor, TrainingData } from '../model.ts';
import { addTrees, toMeans } from './predict.ts';
import { fromFitted, joinTrees, toEnsemble, toTensors } from './forest.ts';
import { countTriedFeatures, drawKeys } from './forest-params.ts';
import type { CriterionName } from './criterion.ts';
import type { GrowOptions, GrownTree } from './grow-tree.ts';
import { growTrees } from './grow-trees.ts';
import { loadKernel } from './kernel.ts';
import { createWatch } from './watch.ts';

export interface ForestParams {
  readonly nEstimators: number;
  readonly criterion: CriterionName;
  /** Share of the features, in (0, 1]. */
  readonly maxFeatures: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly maxDepth: number | null;
  readonly bootstrap: boolean;
}

/** The feature of a node is kept as int16. */
const MAX_FEATURES = 32_767;

/**
 * @param name - What the progress bar says.
 * @throws StageError E_DATA for features that are not finite, or more of them than a node can name.
 */
export async function fitForest(
  name: string,
  splitter: GrowOptions['splitter'],
  { train, valid, columns, nClasses, classWeight }: TrainingData,
  params: ForestParams,
  context: FitContext,
): Promise<Fit> {
  assertFinite(train.features, columns);
  const { nEstimators, maxFeatures, ...rest } = params;
  const options: GrowOptions = {
    ...rest,
    splitter,
    maxFeatures: countTriedFeatures(maxFeatures, columns.length),
    classWeight: classWeight ?? new Array<number>(nClasses).fill(1),
  };
  const keys = drawKeys(context.rng('trees'), nEstimators);
  const watch = createWatch(valid, nClasses, context);
  const trees: GrownTree[] = [];
  const progress = context.startProgress(name, nEstimators, 'trees');
  try {
    for await (const tree of growTrees(train, options, keys, context, loadKernel(context.warn))) {
      trees.push(tree);
      const row = await watch.add(joinTrees([tree], columns.length, nClasses));
      progress.update(trees.length, row.note);
      if (context.onStep(row.history) === 'stop') break;
    }
  } finally {
    progress.end();
  }
  const forest = joinTrees(trees, columns.length, nClasses);
  const tensors = toTensors(forest);
  return {
    fitted: { facts: { n_trees: trees.length }, tensors },
    history: watch.history,
    metrics: {
      n_trees: trees.length,
      n_nodes: forest.feature.length,
      size_bytes: Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0),
    },
  };
}

export function openForest(fitted: FittedModel, machine: Machine): Predictor {
  const ensemble = toEnsemble(fromFitted(fitted));
  const { nClasses, columns } = fitted;
  const nTrees = ensemble.roots.length;
  return {
    async predictProba(features) {
      const sums = new Float64Array((features.length / columns.length) * nClasses);
      await addTrees(ensemble, features, sums, machine);
      return toMeans(sums, nTrees);
    },
    dispose: () => {},
  };
}

export function assertFinite(features: Float32Array, columns: readonly string[]): void {
  const nFeatures = columns.length;
  if (nFeatures > MAX_FEATURES) {
    throw new StageError(
      'E_DATA',
      `a forest must have at most ${MAX_FEATURES} features; got ${nFeatures}`,
      { hint: 'drop columns, or let train.<model>.columns select some' },
    );
  }
  const wrong = new Set<number>();
  // a loop: every() takes nine times as long
  for (let i = 0; i < features.length; i++) {
    if (!Number.isFinite(features[i])) wrong.add(i % nFeatures);
  }
  if (wrong.size === 0) return;
  const names = columns.filter((_, f) => wrong.has(f));
  throw new StageError(
    'E_DATA',
    `the features of train must be finite numbers; got others in ${listExamples(names)}`,
    { hint: 'drop the columns, or impute them before' },
  );
}
