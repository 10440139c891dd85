/** Every model by its name: what `train.model` may be. */
import { createEnsemble } from './ensemble.ts';
import { extraTrees } from './extra-trees.ts';
import { kNearestNeighbors } from './k-nearest-neighbors.ts';
import { lightgbm } from './lightgbm.ts';
import { linear } from './linear.ts';
import { logistic } from './logistic.ts';
import { majority } from './majority.ts';
import { mlp } from './mlp.ts';
import type { FittedModel, ModelDefinition } from './model.ts';
import { naiveBayes } from './naive-bayes.ts';
import { randomForest } from './random-forest.ts';
import { ridge } from './ridge.ts';

const SINGLE: readonly ModelDefinition[] = [
  extraTrees,
  kNearestNeighbors,
  lightgbm,
  linear,
  logistic,
  majority,
  mlp,
  naiveBayes,
  randomForest,
  ridge,
];

export const MODELS: readonly ModelDefinition[] = [...SINGLE, createEnsemble(SINGLE)];

/** What does not fit together in a model that comes from a file, as "got" of a message; null: all does. */
export function findModelProblem(fitted: FittedModel): string | null {
  const model = findModel(fitted.name)!;
  if (fitted.task !== 'regression') return model.findProblem(fitted);
  if (model.regression === undefined) return `a regression by ${model.name}, which has none`;
  return model.regression.findProblem(fitted);
}

/** The model of a name; undefined: there is none. */
export function findModel(name: string): ModelDefinition | undefined {
  return MODELS.find((model) => model.name === name);
}
