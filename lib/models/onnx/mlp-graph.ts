/** A perceptron as operators of ONNX, which computes in float32 as TensorFlow does. */
import { StageError, listExamples } from '../../errors.ts';
import type { FittedModel } from '../model.ts';
import type { Mlp } from '../mlp/fit.ts';
import type { Activation } from '../mlp/activation.ts';
import { foldBatchNormalization } from '../mlp/freeze.ts';
import { EPSILON } from '../mlp/layers/normalization.ts';
import { readCodes } from '../mlp/packed-weights.ts';
import type { WeightSpec } from '../mlp/packed-weights.ts';
import { toNetwork } from '../mlp/state.ts';
import type { GraphBuilder, Value } from './graph.ts';

/**
 * @param features - Double, shape (rows, features).
 * @returns Probabilities, float32, shape (rows, classes).
 * @throws StageError E_DATA for a layer that has no form in ONNX here.
 */
export function addPerceptron(graph: GraphBuilder, fitted: FittedModel, features: Value): Value {
  const network = foldBatchNormalization(toNetwork(fitted));
  assertDense(network);
  const isFolded = fitted.facts.normalization === 'batch';
  const { weights, hiddenSizes, activation, nFeatures, nClasses } = network;
  const sizes = [nFeatures, ...hiddenSizes, nClasses];
  let h = graph.cast(features, 'float32');
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
  return graph.add('Softmax', [h], { axis: { int: -1 } });
}

/** Stored as in the bundle, and made float32 by the graph. */
function addKernel(graph: GraphBuilder, spec: WeightSpec, tensors: FittedModel['tensors']): Value {
  const { codes, step } = readCodes(spec, tensors);
  const stored = graph.constant({ shape: spec.shape, data: codes });
  if (codes instanceof Float32Array) return stored;
  const numbers = graph.cast(stored, 'float32');
  // not DequantizeLinear: with it, onnxruntime 1.30 gives probabilities that differ by .004
  return step === null ? numbers : graph.add('Mul', [numbers, graph.floats(step, [step.length])]);
}

function addActivation(graph: GraphBuilder, activation: Activation, z: Value): Value {
  if (activation === 'relu') return graph.add('Relu', [z]);
  if (activation === 'silu') return graph.add('Mul', [z, graph.add('Sigmoid', [z])]);
  const erf = graph.add('Erf', [graph.add('Mul', [z, graph.float(Math.SQRT1_2)])]);
  const cdf = graph.add('Mul', [graph.add('Add', [erf, graph.float(1)]), graph.float(0.5)]);
  return graph.add('Mul', [z, cdf]);
}

function assertDense({ weights, embedding }: Mlp): void {
  const unknown = Object.keys(weights).filter((name) => !DENSE.test(name));
  if (embedding === null && unknown.length === 0) return;
  const got = embedding === null ? listExamples(unknown) : `an embedding, ${embedding.kind}`;
  throw new StageError(
    'E_DATA',
    `the network must be made of dense layers to be exported to ONNX; got ${got}`,
    { hint: 'train one with train.mlp.embedding=none' },
  );
}

/** Weights of dense layers and their normalisation. */
const DENSE = /^layer\d+\/(kernel|bias|scale)$/;
