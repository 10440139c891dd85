/** A perceptron as operators of ONNX, which computes in float32 as TensorFlow does. */
import type { FittedModel } from '../model.ts';
import type { Activation } from '../mlp/activation.ts';
import { foldBatchNormalization } from '../mlp/freeze.ts';
import { embeddedWidth } from '../mlp/layers/embedding.ts';
import { EPSILON } from '../mlp/layers/normalization.ts';
import { toNetwork } from '../mlp/state.ts';
import type { TargetScale } from '../mlp/state.ts';
import { addEmbedding } from './embedding-graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addKernel } from './kernel.ts';

/**
 * @param features - Double, shape (rows, features).
 * @returns Probabilities, float32, shape (rows, classes).
 */
export function addPerceptron(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  return graph.add('Softmax', [addLogits(graph, fitted, features)], { axis: { int: -1 } });
}

/** @returns The number, double, shape (rows, 1). */
export function addNumberPerceptron(
  graph: GraphBuilder,
  fitted: FittedModel,
  features: Value,
): Value {
  const { mean, scale } = fitted.facts.target as TargetScale;
  const score = graph.cast(addLogits(graph, { ...fitted, nClasses: 1 }, features), 'float64');
  return graph.add('Add', [graph.add('Mul', [score, graph.double(scale)]), graph.double(mean)]);
}

function addLogits(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  const network = foldBatchNormalization(toNetwork(fitted));
  const isFolded = fitted.facts.normalization === 'batch';
  const { weights, hiddenSizes, activation, nFeatures, nClasses, embedding } = network;
  const sizes = [embeddedWidth(nFeatures, embedding), ...hiddenSizes, nClasses];
  const X = graph.cast(features, 'float32');
  let h = embedding === null ? X : addEmbedding(graph, embedding, fitted, weights, X);
  for (let l = 0; l <= hiddenSizes.length; l++) {
    const constant = (part: string, ...shape: number[]): Value =>
      graph.floats(weights[`layer${l}/${part}`], shape);
    const [nInputs, nOutputs] = [sizes[l], sizes[l + 1]];
    const kernel = isFolded
      ? constant('kernel', nInputs, nOutputs)
      : addKernel(graph, { name: `layer${l}/kernel`, shape: [nInputs, nOutputs] }, fitted.tensors);
    const bias = constant('bias', nOutputs);
    if (`layer${l}/scale` in weights) {
      const scale = constant('scale', nOutputs);
      const options = { axis: { int: -1 }, epsilon: { float: EPSILON } };
      const a = graph.add('MatMul', [h, kernel]);
      h = graph.add('LayerNormalization', [a, scale, bias], options);
    } else {
      h = graph.add('Gemm', [h, kernel, bias]);
    }
    if (l < hiddenSizes.length) h = addActivation(graph, activation, h);
  }
  return h;
}

function addActivation(graph: GraphBuilder, activation: Activation, z: Value): Value {
  if (activation === 'relu') return graph.add('Relu', [z]);
  if (activation === 'silu') return graph.add('Mul', [z, graph.add('Sigmoid', [z])]);
  const erf = graph.add('Erf', [graph.add('Mul', [z, graph.float(Math.SQRT1_2)])]);
  const cdf = graph.add('Mul', [graph.add('Add', [erf, graph.float(1)]), graph.float(0.5)]);
  return graph.add('Mul', [z, cdf]);
}
