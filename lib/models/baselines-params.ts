import { list, oneOf } from '../params/schema.ts';
import { MODELS } from './registry.ts';
import { MODEL_GROUPS } from './train-params.ts';

/** Parameters of the stage `baselines`: those of each model stand in the group of its name, as in `train`. */
export const BASELINES_SCHEMA = {
  models: list(
    oneOf(
      MODELS.map(({ name }) => name),
      { default: 'majority', doc: '' },
    ),
    {
      default: ['majority', 'naive-bayes', 'logistic'],
      doc: 'What is fitted to be shown beside the model, in this order; what is named twice is fitted once.',
    },
  ),
  ...MODEL_GROUPS,
};
