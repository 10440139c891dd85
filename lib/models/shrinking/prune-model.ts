/** Takes away what matters least in a model. */
import { StageError } from '../../errors.ts';
import type { Params } from '../../params/schema.ts';
import { keepRounds } from '../lightgbm/model-text.ts';
import { featuresOf, lightgbmText, toFitted, treesOf } from '../lightgbm/state.ts';
import { prunePerceptron } from '../mlp/prune.ts';
import type { FitContext, FittedModel, TrainingData } from '../model.ts';
import { fromFitted, keepTrees, toTensors } from '../trees/forest.ts';
import type { PRUNE_SCHEMA } from './prune-params.ts';

/**
 * @param data - Rows as the model was trained on; a perceptron learns from them again.
 * @throws StageError E_DATA when the model has nothing that the method takes away, or the rows are not what
 *   it takes.
 */
export async function pruneModel(
  fitted: FittedModel,
  data: TrainingData,
  params: Params<typeof PRUNE_SCHEMA>,
  context: FitContext,
): Promise<FittedModel> {
  if (fitted.name === 'mlp') return await prunePerceptron(fitted, data, params, context);
  const cut = TREES[fitted.name];
  if (cut === undefined || params.method !== 'structured') {
    const able = ['mlp', ...(params.method === 'structured' ? Object.keys(TREES) : [])];
    throw new StageError(
      'E_DATA',
      `the model must be ${able.join(' or ')} to be pruned by prune.method ${params.method}; got ${fitted.name}`,
      { hint: cut === undefined ? 'prune its members' : '--set prune.method=structured' },
    );
  }
  return cut(fitted, 1 - params.sparsity);
}

/** How each model of trees is left with a share of them, the first ones, and one at least. */
const TREES: Readonly<Record<string, (fitted: FittedModel, share: number) => FittedModel>> = {
  'extra-trees': cutForest,
  lightgbm(fitted, share) {
    const nKept = countKept(treesOf(fitted).nRounds, share);
    return { ...fitted, ...toFitted(keepRounds(lightgbmText(fitted), nKept), featuresOf(fitted)) };
  },
  'random-forest': cutForest,
};

function cutForest(fitted: FittedModel, share: number): FittedModel {
  const forest = fromFitted(fitted);
  const kept = keepTrees(forest, countKept(forest.nTrees, share));
  return {
    ...fitted,
    facts: { ...fitted.facts, n_trees: kept.nTrees },
    tensors: toTensors(kept),
  };
}

const countKept = (count: number, share: number): number => Math.max(1, Math.round(count * share));
