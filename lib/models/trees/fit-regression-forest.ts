/** Fits a forest that predicts a number; what the regressions of extra-trees and random-forest share. */
import { setImmediate } from 'node:timers/promises';
import type {
  Fit,
  FitContext,
  FittedModel,
  HistoryRow,
  Machine,
  NumericRows,
  RegressionData,
  Regressor,
} from '../model.ts';
import { assertFinite } from './fit-forest.ts';
import type { ForestParams } from './fit-forest.ts';
import { predictForestRegressor } from './fit-forest-regressor.ts';
import { countTriedFeatures, drawKeys } from './forest-params.ts';
import { createRegressionGrower } from './grow-regression-tree.ts';
import type { RegressionGrowOptions, RegressionTree } from './grow-regression-tree.ts';
import { addTrees } from './predict.ts';
import { fromFitted, joinRegressionTrees, toEnsemble, toTensors } from './regression-forest.ts';
import { sortTable } from './sorted-table.ts';

/**
 * @param name - What the progress bar says.
 * @throws StageError E_DATA for features that are not finite, or more of them than a node can name.
 */
export async function fitRegressionForest(
  name: string,
  splitter: RegressionGrowOptions['splitter'],
  { train, valid, columns }: RegressionData,
  { nEstimators, maxFeatures, ...rest }: ForestParams,
  context: FitContext,
): Promise<Fit> {
  assertFinite(train.features, columns);
  const nFeatures = columns.length;
  const grow = createRegressionGrower(sortTable(train.features, train.nSamples), train.targets, {
    ...{ ...rest, splitter },
    maxFeatures: countTriedFeatures(maxFeatures, nFeatures),
  });
  const measure = createWatch(valid, context);
  const trees: RegressionTree[] = [];
  const history: HistoryRow[] = [];
  const progress = context.startProgress(name, nEstimators, 'trees');
  try {
    for (const key of drawKeys(context.rng('trees'), nEstimators)) {
      await setImmediate(); // Ctrl-C and the progress bar get their turn
      context.signal.throwIfAborted();
      const tree = grow(key);
      trees.push(tree);
      const row = await measure(tree, nFeatures);
      history.push(row);
      progress.update(
        trees.length,
        row.validLoss === null ? '' : `valid RMSE ${row.validLoss.toPrecision(5)}`,
      );
      if (context.onStep(row) === 'stop') break;
    }
  } finally {
    progress.end();
  }
  const forest = joinRegressionTrees(trees, nFeatures);
  const tensors = toTensors(forest);
  return {
    fitted: { facts: { n_trees: trees.length }, tensors },
    history,
    metrics: {
      n_trees: trees.length,
      n_nodes: forest.feature.length,
      size_bytes: Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0),
    },
  };
}

/** Root mean squared error on valid of the mean of all trees so far, as they come in. */
function createWatch(
  { features, targets, nSamples }: NumericRows,
  machine: Machine,
): (tree: RegressionTree, nFeatures: number) => Promise<HistoryRow> {
  const sums = new Float64Array(nSamples);
  let step = 0;
  return async (tree, nFeatures) => {
    step++;
    const ensemble = toEnsemble(joinRegressionTrees([tree], nFeatures));
    await addTrees(ensemble, features, sums, { ...machine, threads: 1 });
    const squares = targets.reduce((sum, target, i) => sum + (sums[i] / step - target) ** 2, 0);
    const validLoss = nSamples === 0 ? null : Math.sqrt(squares / nSamples);
    return { step, loss: null, validLoss, validAccuracy: null, learningRate: null };
  };
}

export function openRegressionForest(fitted: FittedModel, machine: Machine): Regressor {
  const ensemble = toEnsemble(fromFitted(fitted));
  return {
    predict: async (features) => await predictForestRegressor(ensemble, features, machine),
    dispose: () => {},
  };
}
