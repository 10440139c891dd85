import { boolean, nullable, number, oneOf } from '../params/schema.ts';
import { CALLBACKS_SCHEMA } from './callbacks.ts';
import { modelGroups } from './model-groups.ts';
import { MODELS } from './registry.ts';

/** Parameters of the stage `train`. */
export const TRAIN_SCHEMA = {
  model: oneOf(
    MODELS.map(({ name }) => name),
    { default: 'mlp', doc: 'What is fitted; its parameters stand in the group of its name.' },
  ),
  ...modelGroups(MODELS),
  callbacks: CALLBACKS_SCHEMA,
  checkpoint: boolean({
    default: true,
    doc: 'Keep the state of each epoch, from which a killed run goes on.',
  }),
  threshold: nullable(number({ default: 0.5, above: 0, below: 1, doc: '' }), {
    default: null,
    doc: 'Of two classes, the second is predicted from this probability on; null: the more probable one is.',
  }),
};
