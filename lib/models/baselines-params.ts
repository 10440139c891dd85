import { list, nullable, oneOf } from '../params/schema.ts';
import { kNearestNeighbors } from './k-nearest-neighbors.ts';
import { linear } from './linear.ts';
import { logistic } from './logistic.ts';
import { majority } from './majority.ts';
import { modelGroups } from './model-groups.ts';
import { naiveBayes } from './naive-bayes.ts';
import { ridge } from './ridge.ts';

/** Models that are simple enough to be what others are seen against. */
const BASELINES = [kNearestNeighbors, linear, logistic, majority, naiveBayes, ridge];

/** What is fitted where the parameters name no models. */
export const DEFAULT_BASELINES = {
  classification: ['majority', 'naive-bayes', 'logistic'],
  regression: ['majority', 'ridge'],
} as const;

/** Parameters of the stage `baselines`: those of each model stand in the group of its name, as in `train`. */
export const BASELINES_SCHEMA = {
  models: nullable(
    list(
      oneOf(
        BASELINES.map(({ name }) => name),
        { default: 'majority', doc: '' },
      ),
      { default: [], doc: '' },
    ),
    {
      default: null,
      doc: `What is fitted to be shown beside the model, in this order; what is named twice is fitted once. null: ${DEFAULT_BASELINES.classification.join(', ')} (of sparse rows those that take them); of numbers ${DEFAULT_BASELINES.regression.join(', ')}.`,
    },
  ),
  ...modelGroups(BASELINES),
};
