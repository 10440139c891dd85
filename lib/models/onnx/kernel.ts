/** Weights of a layer as the bundle stores them, made float32 by the graph. */
import type { FittedModel } from '../model.ts';
import { readCodes } from '../mlp/packed-weights.ts';
import type { WeightSpec } from '../mlp/packed-weights.ts';
import type { GraphBuilder, Value } from './graph.ts';

export function addKernel(
  graph: GraphBuilder,
  spec: WeightSpec,
  tensors: FittedModel['tensors'],
): Value {
  const { codes, step } = readCodes(spec, tensors);
  const stored = graph.constant({ shape: spec.shape, data: codes });
  if (codes instanceof Float32Array) return stored;
  const numbers = graph.cast(stored, 'float32');
  // not DequantizeLinear: with it, onnxruntime 1.30 gives probabilities that differ by .004
  return step === null ? numbers : graph.add('Mul', [numbers, graph.floats(step, [step.length])]);
}
