/**
 * The formula of a multi-layer perceptron and its gradients, written into a {@link Graph}. What a kind of
 * layer does stands in layers/.
 *
 * loss = sum_i w_i CE(softmax(z_i), q_i) / sum_i w_i, where z_i are the logits that the last layer gives, w_i
 * is the weight of the row's class, and the target q_i mixes the true class (share 1 - label smoothing) with
 * the uniform distribution. With one output, which is a number y_i and no logit: loss = sum_i (z_i - y_i)² / n.
 */
import type { Activation } from './activation.ts';
import { createDense } from './layers/dense.ts';
import { createDropout } from './layers/dropout.ts';
import { createEmbedding, embeddedWidth } from './layers/embedding.ts';
import type { Embedding } from './layers/embedding.ts';
import { chain } from './layers/layer.ts';
import type { Layer } from './layers/layer.ts';
import type { Normalization } from './layers/normalization.ts';
import { createGraph } from '../tensorflow/graph.ts';
import type { Graph, Value } from '../tensorflow/graph.ts';
import { addUpdates } from './optimizer.ts';
import type { Gradient, OptimizerOptions } from './optimizer.ts';

/** What fixes the number and shape of the weights, and how a prediction is computed from them. */
export interface MlpArchitecture {
  readonly nFeatures: number;
  /** Outputs; 1: a number is predicted, no class. */
  readonly nClasses: number;
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  readonly normalization: Normalization;
  /** Before the first layer; null: the columns enter it as they are. */
  readonly embedding: Embedding | null;
}

export interface LossOptions {
  /** Share of hidden outputs set to 0 in training, in [0, 1); the others grow by 1 / (1 - dropout). */
  readonly dropout: number;
  /** Share of the target spread evenly over all classes, in [0, 1). */
  readonly labelSmoothing: number;
  /** One weight per class, > 0; null: all 1. */
  readonly classWeight: readonly number[] | null;
}

/** Inputs and outputs by name. */
export const FEATURES = 'features';
export const LABELS = 'labels';
export const DROPOUT_SEEDS = 'dropout_seeds';
/** (2): sum of the weighted losses, sum of the weights. */
export const LOSS = 'loss:0';
/** The same, after every parameter has been updated. */
export const STEP = 'step:0';
/** (2): sum of the unweighted, unsmoothed losses, number of rows whose top class is the true one (of a number all). */
export const EVALUATION = 'evaluation:0';
/** (n, nClasses): softmax of the logits, or the number. */
export const PROBABILITIES = 'probabilities:0';
export const gradientOf = (name: string): string => `${name}/gradient:0`;

/** What of the weights training may change. */
export interface Learnable {
  /** Layers, from the last, that are learnt; those before stay as they are. null: all. */
  readonly trainableLayers: number | null;
  /** By the name of a parameter: 1 where a number of it is learnt, 0 where it stays as it is. */
  readonly masks: Readonly<Record<string, Float32Array>>;
}

/** Layers before the first one that is learnt. */
export function countFrozenLayers(
  { hiddenSizes }: Pick<MlpArchitecture, 'hiddenSizes'>,
  trainableLayers: number | null,
): number {
  return Math.max(0, hiddenSizes.length + 1 - (trainableLayers ?? Infinity));
}

/** Trains, evaluates and lends its weights: outputs {@link STEP}, {@link LOSS}, {@link EVALUATION}. */
export function createTrainingGraph(
  architecture: MlpArchitecture,
  options: LossOptions & OptimizerOptions,
  { trainableLayers, masks }: Learnable = { trainableLayers: null, masks: {} },
): Graph {
  const graph = createGraph();
  const layers = createLayers(graph, architecture);
  const X = graph.input(FEATURES, 'float32', [-1, architecture.nFeatures]);
  const isNumber = architecture.nClasses === 1;
  const y = graph.input(LABELS, isNumber ? 'float32' : 'int32', [-1]);

  const nFrozen = countFrozenLayers(architecture, trainableLayers);
  const h = chain(layers.slice(0, nFrozen)).infer(X);
  const learnt = withDropout(graph, layers.slice(nFrozen), options.dropout);
  const { output: logits, updates: statistics, backward } = chain(learnt).train(h);
  const { summed, dLogits } = isNumber
    ? squaredError(graph, logits, y)
    : loss(graph, architecture.nClasses, logits, y, options);
  graph.output('loss', summed);
  const gradients = backward(dLogits).gradients.map((entry) =>
    withMask(graph, entry, masks[entry.parameter.name]),
  );
  for (const { parameter, gradient } of gradients)
    graph.output(`${parameter.name}/gradient`, gradient);
  const updates = addUpdates(graph, gradients, options);
  graph.output('step', summed, [...updates, ...statistics]);

  const scores = chain(layers).infer(X);
  graph.output(
    'evaluation',
    isNumber
      ? squaredError(graph, scores, y).summed
      : evaluate(graph, architecture.nClasses, scores, y),
  );
  graph.finish();
  return graph;
}

function evaluate(graph: Graph, nClasses: number, scores: Value, y: Value): Value {
  const [losses] = graph.softmaxCrossEntropy(scores, graph.oneHot(y, nClasses, 1, 0));
  const isTop = graph.isTopClass(scores, y);
  return graph.pack([losses, isTop].map((rows) => graph.sum(rows, [0], false)));
}

/** Predicts for exactly `nSamples` rows: output {@link PROBABILITIES}. */
export function createPredictionGraph(architecture: MlpArchitecture, nSamples: number): Graph {
  const graph = createGraph();
  const X = graph.input(FEATURES, 'float32', [nSamples, architecture.nFeatures]);
  const scores = chain(createLayers(graph, architecture)).infer(X);
  graph.output('probabilities', architecture.nClasses === 1 ? scores : graph.softmax(scores));
  graph.finish();
  return graph;
}

/**
 * Hidden layers and the one that gives the logits: layer `l` has the variables `layer<l>/kernel` and so on.
 * An embedding is part of the first.
 */
function createLayers(
  graph: Graph,
  { nFeatures, nClasses, hiddenSizes, activation, normalization, embedding }: MlpArchitecture,
): Layer<Value | null>[] {
  const entry = embedding === null ? [] : [createEmbedding(graph, nFeatures, embedding)];
  const sizes = [embeddedWidth(nFeatures, embedding), ...hiddenSizes];
  const hidden = hiddenSizes.map((size, l) =>
    createDense(graph, `layer${l}`, sizes[l], size, { activation, normalization }),
  );
  const last = createDense(graph, `layer${hidden.length}`, sizes.at(-1)!, nClasses, {
    activation: null,
    normalization: 'none',
  });
  const [first, ...rest] = [...hidden, last];
  return [chain([...entry, first]), ...rest];
}

/** Drops outputs of every layer but the last, each by a seed of its own. */
function withDropout(
  graph: Graph,
  layers: readonly Layer<Value | null>[],
  share: number,
): readonly Layer<Value | null>[] {
  const count = layers.length - 1;
  if (share === 0 || count === 0) return layers;
  const fed = graph.input(DROPOUT_SEEDS, 'int32', [count, 2]);
  const seeds = graph.unpack(fed, count, 'int32');
  return layers.flatMap((layer, l) =>
    l < count ? [layer, createDropout(graph, share, seeds[l])] : [layer],
  );
}

function loss(
  graph: Graph,
  nClasses: number,
  logits: Value,
  y: Value,
  { labelSmoothing, classWeight }: LossOptions,
) {
  const rest = labelSmoothing / nClasses;
  const targets = graph.oneHot(y, nClasses, 1 - labelSmoothing + rest, rest);
  const [losses, dLosses] = graph.softmaxCrossEntropy(logits, targets);
  const weights = Float32Array.from(classWeight ?? new Array<number>(nClasses).fill(1));
  const w = graph.gather(graph.constant(weights, [nClasses]), y);
  const total = graph.sum(w, [0], false);
  const share = graph.reshape(graph.divide(w, total), [-1, 1]);
  return {
    summed: graph.pack([graph.sum(graph.multiply(w, losses), [0], false), total]),
    dLogits: graph.multiply(dLosses, share),
  };
}

function squaredError(graph: Graph, output: Value, y: Value) {
  const error = graph.subtract(graph.reshape(output, [-1]), y);
  const one = graph.add(graph.multiply(y, graph.scalar(0)), graph.scalar(1));
  const total = graph.sum(one, [0], false);
  const slope = graph.divide(graph.multiply(error, graph.scalar(2)), total);
  return {
    summed: graph.pack([graph.sum(graph.square(error), [0], false), total]),
    dLogits: graph.reshape(slope, [-1, 1]),
  };
}

function withMask(graph: Graph, entry: Gradient, mask: Float32Array | undefined): Gradient {
  if (mask === undefined) return entry;
  const constant = graph.constant(mask, entry.parameter.shape);
  return { ...entry, gradient: graph.multiply(entry.gradient, constant) };
}
