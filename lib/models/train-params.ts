import { boolean, list, nullable, number, oneOf, text } from '../params/schema.ts';
import type { Schema } from '../params/schema.ts';
import { CALLBACKS_SCHEMA } from './callbacks.ts';
import { MODELS } from './registry.ts';

const COLUMNS = list(text({ default: '*', doc: '' }), {
  default: ['*'],
  doc: 'Features that the model takes, by name or pattern: a * stands for any text, a ! in front takes away what was taken before.',
});

/** The group of each model, `extra_trees` of `extra-trees`. */
export const MODEL_GROUPS: Schema = Object.fromEntries(
  MODELS.map(({ name, params }) => [name.replaceAll('-', '_'), { columns: COLUMNS, ...params }]),
);

/** Parameters of the stage `train`. */
export const TRAIN_SCHEMA = {
  model: oneOf(
    MODELS.map(({ name }) => name),
    { default: 'mlp', doc: 'What is fitted; its parameters stand in the group of its name.' },
  ),
  ...MODEL_GROUPS,
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
