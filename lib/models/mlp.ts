/** The model `mlp`: a multi-layer perceptron of classes or numbers, trained by mini-batches on TensorFlow. */
import { integer, list, nullable, number, oneOf } from '../params/schema.ts';
import { ACTIVATIONS } from './mlp/activation.ts';
import { EMBEDDINGS, MAX_TERMS } from './mlp/layers/embedding.ts';
import type { Embedding } from './mlp/layers/embedding.ts';
import { NORMALIZATIONS } from './mlp/layers/normalization.ts';
import { findNetworkProblem, findRegressorProblem, toNetwork } from './mlp/state.ts';
import { OPTIMIZERS } from './mlp/optimizer.ts';
import { SCHEDULES } from './mlp/schedule.ts';
import { defineModel } from './model.ts';

const size = integer({ default: 256, min: 1, max: 65536, doc: '' });

export const mlp = defineModel({
  name: 'mlp',
  summary:
    'Multi-layer perceptron with a softmax, or squared error of a number, trained by mini-batches',
  acceptsMissing: false,
  startsFromModel: true,
  params: {
    hidden_sizes: list(size, {
      default: [256, 256, 256],
      doc: 'Units of each hidden layer; an empty list gives a linear model.',
    }),
    activation: oneOf(ACTIVATIONS, { default: 'relu', doc: 'Function behind each hidden layer.' }),
    normalization: oneOf(NORMALIZATIONS, {
      default: 'none',
      doc: 'Normalisation before each activation.',
    }),
    embedding: oneOf(EMBEDDINGS, {
      default: 'none',
      doc: 'What each column with more than two values is spread over before the first layer: bins between quantiles of train, or waves whose frequencies are learnt.',
    }),
    embedding_size: integer({
      default: 8,
      min: 1,
      max: 1024,
      doc: 'Units of each embedded column.',
    }),
    embedding_bins: integer({
      default: 16,
      min: 1,
      max: MAX_TERMS,
      doc: 'Bins of each column with piecewise_linear.',
    }),
    embedding_frequencies: integer({
      default: 16,
      min: 1,
      max: MAX_TERMS,
      doc: 'Frequencies of each column with periodic.',
    }),
    embedding_sigma: number({
      default: 1,
      above: 0,
      doc: 'Standard deviation of the frequencies before training, in waves per unit of the column.',
    }),
    dropout: number({
      default: 0,
      min: 0,
      below: 1,
      doc: 'Share of hidden units left out at each step.',
    }),
    batch_size: integer({ default: 1024, min: 1, doc: 'Rows of one step.' }),
    max_epochs: integer({
      default: 40,
      min: 1,
      doc: 'Passes over train; the schedule is laid out over all of them.',
    }),
    optimizer: oneOf(OPTIMIZERS, { default: 'adamw', doc: 'Update rule of the weights.' }),
    learning_rate: number({ default: 0.003, above: 0, doc: 'Highest learning rate.' }),
    schedule: oneOf(SCHEDULES, {
      default: 'one_cycle',
      doc: 'How the learning rate moves over the steps.',
    }),
    warmup_share: number({
      default: 0.3,
      min: 0,
      below: 1,
      doc: 'Share of all steps on which the learning rate climbs.',
    }),
    weight_decay: number({
      default: 0.01,
      min: 0,
      doc: 'Pull of the weights towards 0, decoupled with adamw.',
    }),
    label_smoothing: number({
      default: 0,
      min: 0,
      below: 1,
      doc: 'Share of the truth spread evenly over all classes.',
    }),
    gradient_clip_norm: nullable(number({ default: 1, above: 0, doc: '' }), {
      default: null,
      doc: 'Longest norm of all gradients together; null: unlimited.',
    }),
    early_stopping_patience: nullable(integer({ default: 5, min: 1, doc: '' }), {
      default: null,
      doc: 'Epochs without a lower valid loss before training stops with the best weights; null: never, the last weights.',
    }),
    trainable_layers: nullable(integer({ default: 1, min: 1, doc: '' }), {
      default: null,
      doc: 'Layers, from the last, that are learnt when training starts from another model (--from); null: all.',
    }),
    num_workers: integer({
      default: 0,
      min: 0,
      max: 64,
      doc: 'Threads that gather batches ahead; 0: between the steps.',
    }),
  },
  async fit(data, params, context) {
    const { fitNetwork } = await import('./mlp/train.ts');
    const { chooseEmbedding } = await import('./mlp/fit-embedding.ts');
    const theirs = (context.from?.facts.embedding ?? null) as Embedding | null;
    const chosen = chooseEmbedding(data.train, params, context.rng('embedding'), theirs);
    return await fitNetwork(data, { ...params, ...chosen }, context);
  },
  findProblem: findNetworkProblem,
  async open(fitted, { threads, warn }) {
    const { loadBackend } = await import('./tensorflow/backend.ts');
    const { createMlpPredictor } = await import('./mlp/predictor.ts');
    const backend = await loadBackend({ nThreads: threads, warn });
    const predictor = createMlpPredictor(toNetwork(fitted), backend);
    return {
      predictProba: async (features) => predictor.predictProba(features),
      dispose: () => predictor.dispose(),
    };
  },
  regression: {
    async fit(data, params, context) {
      const { fitNetworkRegressor } = await import('./mlp/regressor.ts');
      const { fitEmbedding } = await import('./mlp/fit-embedding.ts');
      const fitted = fitEmbedding(data.train, params, context.rng('embedding'));
      return await fitNetworkRegressor(data, { ...params, ...fitted }, context);
    },
    findProblem: findRegressorProblem,
    async open(fitted, machine) {
      const { openNetworkRegressor } = await import('./mlp/regressor.ts');
      return await openNetworkRegressor(fitted, machine);
    },
  },
});
