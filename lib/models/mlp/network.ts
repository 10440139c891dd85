/**
 * The formula of a multi-layer perceptron and its gradients, written into a {@link Graph}.
 *
 * | symbol  | shape    | meaning                                               |
 * |---------|----------|-------------------------------------------------------|
 * | X, h    | (n, d)   | input of a layer, its output                          |
 * | W, b    | (d, m)   | kernel and bias of a layer                            |
 * | a       | (n, m)   | h W                                                   |
 * | x̂       | (n, m)   | a, normalised over the batch or over the layer        |
 * | z       | (n, m)   | x̂ scale + b                                           |
 * | u       | (n, m)   | activation(z)                                         |
 * | d…      | as …     | gradient of the loss by it                            |
 *
 * loss = sum_i w_i CE(softmax(z_i), q_i) / sum_i w_i, where w_i is the weight of the row's class, and the
 * target q_i mixes the true class (share 1 - label smoothing) with the uniform distribution.
 */
import { activate, activateGradient } from './activation.ts';
import type { Activation } from './activation.ts';
import { createGraph } from '../tensorflow/graph.ts';
import type { Graph, Value, Variable } from '../tensorflow/graph.ts';
import { addUpdates } from './optimizer.ts';
import type { Gradient, OptimizerOptions } from './optimizer.ts';

export const NORMALIZATIONS = ['none', 'batch', 'layer'] as const;

/** What fixes the number and shape of the weights, and how a prediction is computed from them. */
export interface MlpArchitecture {
  readonly nFeatures: number;
  readonly nClasses: number;
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  readonly normalization: (typeof NORMALIZATIONS)[number];
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
/** (2): sum of the unweighted, unsmoothed losses, number of rows whose top class is the true one. */
export const EVALUATION = 'evaluation:0';
/** (n, nClasses): softmax of the logits. */
export const PROBABILITIES = 'probabilities:0';
export const gradientOf = (name: string): string => `${name}/gradient:0`;

/** Of a variance. */
export const EPSILON = 1e-5;
/** Share of the running statistics that one batch replaces. */
const BATCH_SHARE = 0.1;

interface Layer {
  readonly kernel: Variable;
  readonly bias: Variable;
  readonly scale: Variable | null;
  readonly running: { readonly mean: Variable; readonly variance: Variable } | null;
}

/** What the backward pass needs of the forward pass of a layer. */
interface Trace {
  readonly input: Value;
  readonly normalized: Value;
  readonly deviation: Value | null;
  readonly z: Value;
  readonly u: Value;
  /** Factor of each output under dropout. */
  readonly mask: Value | null;
}

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
  const y = graph.input(LABELS, 'int32', [-1]);

  const nFrozen = countFrozenLayers(architecture, trainableLayers);
  const learnt = layers.slice(nFrozen);
  const learntPart = { ...architecture, hiddenSizes: architecture.hiddenSizes.slice(nFrozen) };
  const h = infer(graph, architecture, layers.slice(0, nFrozen), X);
  const { logits, traces, runningUpdates } = forward(graph, learntPart, learnt, h, options.dropout);
  const { summed, dLogits } = loss(graph, architecture.nClasses, logits, y, options);
  graph.output('loss', summed);
  const gradients = backward(graph, learntPart, learnt, traces, dLogits).map((entry) =>
    withMask(graph, entry, masks[entry.parameter.name]),
  );
  for (const { parameter, gradient } of gradients)
    graph.output(`${parameter.name}/gradient`, gradient);
  const updates = addUpdates(graph, gradients, options);
  graph.output('step', summed, [...updates, ...runningUpdates]);

  const scores = infer(graph, architecture, layers, X);
  const [losses] = graph.softmaxCrossEntropy(scores, graph.oneHot(y, architecture.nClasses, 1, 0));
  const isTop = graph.isTopClass(scores, y);
  graph.output(
    'evaluation',
    graph.pack([losses, isTop].map((rows) => graph.sum(rows, [0], false))),
  );
  graph.finish();
  return graph;
}

/** Predicts for exactly `nSamples` rows: output {@link PROBABILITIES}. */
export function createPredictionGraph(architecture: MlpArchitecture, nSamples: number): Graph {
  const graph = createGraph();
  const layers = createLayers(graph, architecture);
  const X = graph.input(FEATURES, 'float32', [nSamples, architecture.nFeatures]);
  graph.output('probabilities', graph.softmax(infer(graph, architecture, layers, X)));
  graph.finish();
  return graph;
}

/** The variables of layer `l`, named `layer<l>/kernel` and so on; the last layer gives the logits. */
function createLayers(
  graph: Graph,
  { nFeatures, nClasses, hiddenSizes, normalization }: MlpArchitecture,
): Layer[] {
  return [...hiddenSizes, nClasses].map((nOutputs, l) => {
    const nInputs = l === 0 ? nFeatures : hiddenSizes[l - 1];
    const variable = (name: string, ...shape: number[]) =>
      graph.variable(`layer${l}/${name}`, shape);
    const isNormalized = l < hiddenSizes.length && normalization !== 'none';
    return {
      kernel: variable('kernel', nInputs, nOutputs),
      bias: variable('bias', nOutputs),
      scale: isNormalized ? variable('scale', nOutputs) : null,
      running:
        isNormalized && normalization === 'batch'
          ? { mean: variable('mean', nOutputs), variance: variable('variance', nOutputs) }
          : null,
    };
  });
}

function forward(
  graph: Graph,
  { activation, normalization, hiddenSizes }: MlpArchitecture,
  layers: readonly Layer[],
  X: Value,
  dropout: number,
) {
  const seeds =
    dropout > 0 && hiddenSizes.length > 0
      ? graph.unpack(
          graph.input(DROPOUT_SEEDS, 'int32', [hiddenSizes.length, 2]),
          hiddenSizes.length,
          'int32',
        )
      : [];
  const traces: Trace[] = [];
  const runningUpdates: Value[] = [];
  let h = X;
  for (const [l, layer] of layers.entries()) {
    const a = graph.matMul(h, layer.kernel.value);
    let normalized = a;
    let deviation: Value | null = null;
    if (layer.scale !== null) {
      const axis = normalization === 'batch' ? [0] : [1];
      const mean = graph.mean(a, axis, true);
      const centered = graph.subtract(a, mean);
      const variance = graph.mean(graph.square(centered), axis, true);
      deviation = graph.rsqrt(graph.add(variance, graph.scalar(EPSILON)));
      normalized = graph.multiply(centered, deviation);
      if (layer.running !== null) {
        runningUpdates.push(
          moveTowards(graph, layer.running.mean, mean),
          moveTowards(graph, layer.running.variance, variance),
        );
      }
    }
    const z = shift(graph, layer, normalized);
    if (l === layers.length - 1) {
      traces.push({ input: h, normalized, deviation, z, u: z, mask: null });
      return { logits: z, traces, runningUpdates };
    }
    const u = activate(graph, activation, z);
    const mask = dropout > 0 ? createMask(graph, u, seeds[l], dropout) : null;
    traces.push({ input: h, normalized, deviation, z, u, mask });
    h = drop(graph, u, mask);
  }
  throw new Error('a perceptron has at least one layer');
}

/** The forward pass without dropout, normalised with the running statistics. */
function infer(
  graph: Graph,
  { activation, normalization, hiddenSizes }: MlpArchitecture,
  layers: readonly Layer[],
  X: Value,
): Value {
  let h = X;
  for (const [l, layer] of layers.entries()) {
    let a = graph.matMul(h, layer.kernel.value);
    if (layer.scale !== null) {
      const mean = layer.running?.mean.value ?? graph.mean(a, [1], true);
      const centered = graph.subtract(a, mean);
      const variance =
        normalization === 'batch' && layer.running !== null
          ? layer.running.variance.value
          : graph.mean(graph.square(centered), [1], true);
      a = graph.multiply(centered, graph.rsqrt(graph.add(variance, graph.scalar(EPSILON))));
    }
    const z = shift(graph, layer, a);
    h = l < hiddenSizes.length ? activate(graph, activation, z) : z;
  }
  return h;
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

function backward(
  graph: Graph,
  { activation, normalization }: MlpArchitecture,
  layers: readonly Layer[],
  traces: readonly Trace[],
  dLogits: Value,
): Gradient[] {
  const gradients: Gradient[] = [];
  let dz = dLogits;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { kernel, bias, scale } = layers[l];
    const { input, normalized, deviation } = traces[l];
    gradients.push({ parameter: bias, gradient: graph.biasGradient(dz), isDecayed: false });
    let da = dz;
    if (scale !== null && deviation !== null) {
      const dScale = graph.biasGradient(graph.multiply(dz, normalized));
      gradients.push({ parameter: scale, gradient: dScale, isDecayed: false });
      const axis = normalization === 'batch' ? [0] : [1];
      da = normalizeGradient(graph, graph.multiply(dz, scale.value), normalized, deviation, axis);
    }
    if (l > 0) {
      const dh = graph.matMul(da, kernel.value, { transposeB: true });
      const { z, u, mask } = traces[l - 1];
      dz = activateGradient(graph, activation, drop(graph, dh, mask), z, u);
    }
    const dKernel = graph.matMul(input, da, { transposeA: true });
    gradients.push({ parameter: kernel, gradient: dKernel, isDecayed: true });
  }
  return gradients;
}

/** z = x̂ scale + b, or a + b without normalization. */
function shift(graph: Graph, { scale, bias }: Layer, normalized: Value): Value {
  const scaled = scale === null ? normalized : graph.multiply(normalized, scale.value);
  return graph.addBias(scaled, bias.value);
}

/** da = (dx̂ - mean(dx̂) - x̂ mean(dx̂ x̂)) / deviation, means over `axis` (Ioffe & Szegedy 2015). */
function normalizeGradient(
  graph: Graph,
  dNormalized: Value,
  normalized: Value,
  inverseDeviation: Value,
  axis: readonly number[],
): Value {
  const mean = graph.mean(dNormalized, axis, true);
  const slope = graph.mean(graph.multiply(dNormalized, normalized), axis, true);
  const rest = graph.subtract(graph.subtract(dNormalized, mean), graph.multiply(normalized, slope));
  return graph.multiply(rest, inverseDeviation);
}

/** running -= (running - batch) BATCH_SHARE. */
function moveTowards(graph: Graph, running: Variable, statistic: Value): Value {
  const gap = graph.subtract(running.value, graph.reshape(statistic, running.shape));
  return graph.subtractFrom(running, graph.multiply(gap, graph.scalar(BATCH_SHARE)));
}

/** 1 / (1 - dropout) where an output is kept, 0 where it is dropped, so that the expectation stays. */
function createMask(graph: Graph, u: Value, seed: Value, dropout: number): Value {
  const isKept = graph.randomMask(graph.shapeOf(u), seed, dropout);
  return graph.multiply(isKept, graph.scalar(1 / (1 - dropout)));
}

function withMask(graph: Graph, entry: Gradient, mask: Float32Array | undefined): Gradient {
  if (mask === undefined) return entry;
  const constant = graph.constant(mask, entry.parameter.shape);
  return { ...entry, gradient: graph.multiply(entry.gradient, constant) };
}

const drop = (graph: Graph, values: Value, mask: Value | null) =>
  mask === null ? values : graph.multiply(values, mask);
