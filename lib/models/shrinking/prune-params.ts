import { integer, number, oneOf } from '../../params/schema.ts';

/** Parameters of the stage `prune`. */
export const PRUNE_SCHEMA = {
  method: oneOf(['magnitude', 'structured'], {
    default: 'magnitude',
    doc: 'magnitude: the smallest weights become 0; structured: the hidden units of least importance go with all their weights; of models of trees, the last rounds or trees go.',
  }),
  sparsity: number({
    default: 0.8,
    min: 0,
    below: 1,
    doc: 'Share of the weights of all layers, of the units of each hidden layer, or of the rounds or trees, that go.',
  }),
  max_epochs: integer({
    default: 10,
    min: 0,
    doc: 'Passes over train in which what is left of a perceptron learns again; 0: none.',
  }),
  learning_rate: number({ default: 0.003, above: 0, doc: 'Highest learning rate of that.' }),
  batch_size: integer({ default: 1024, min: 1, doc: 'Rows of one step.' }),
  weight_decay: number({ default: 0.01, min: 0, doc: 'Pull of the weights towards 0.' }),
};
