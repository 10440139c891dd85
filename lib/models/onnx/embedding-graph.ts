/**
 * The embedding of a perceptron as operators of ONNX; symbols and shapes are those of
 * lib/models/mlp/layers/embedding.ts.
 */
import type { Weights } from '../mlp/fit.ts';
import type { Embedding } from '../mlp/layers/embedding.ts';
import { countTerms, limitsOfBins } from '../mlp/layers/embedding.ts';
import type { FittedModel } from '../model.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { addKernel } from './kernel.ts';

/**
 * @param X - Float32, shape (rows, nFeatures).
 * @returns Float32, shape (rows, m d + the other columns).
 */
export function addEmbedding(
  graph: GraphBuilder,
  embedding: Embedding,
  { columns: names, tensors }: FittedModel,
  weights: Weights,
  X: Value,
): Value {
  const { add } = graph;
  const { columns, size } = embedding;
  const m = columns.length;
  const take = (places: readonly number[]): Value =>
    add('Gather', [X, graph.integers(places)], { axis: { int: 1 } });
  const turned = add('Transpose', [take(columns)], { perm: { ints: [1, 0] } });
  const x = add('Unsqueeze', [turned, graph.integers([2])]);
  const v =
    embedding.kind === 'piecewise_linear'
      ? addBins(graph, embedding.nBins, weights, x)
      : addWaves(graph, [m, 1, embedding.nFrequencies], weights, x);
  const shape = [m, countTerms(embedding), size];
  const kernel = addKernel(graph, { name: 'embedding/kernel', shape }, tensors);
  const bias = graph.floats(weights['embedding/bias'], [m, 1, size]);
  const u = add('Relu', [add('Add', [add('MatMul', [v, kernel]), bias])]);
  const byRow = add('Transpose', [u], { perm: { ints: [1, 0, 2] } });
  // 0: as many as there are
  const flat = add('Reshape', [byRow, graph.integers([0, m * size])]);
  const others = [...names.keys()].filter((j) => !columns.includes(j));
  return others.length === 0 ? flat : add('Concat', [flat, take(others)], { axis: { int: 1 } });
}

function addBins(graph: GraphBuilder, nBins: readonly number[], weights: Weights, x: Value): Value {
  const { low, high, count } = limitsOfBins(nBins);
  const constant = (data: Float32Array): Value => graph.floats(data, [nBins.length, 1, count]);
  const from = graph.add('Sub', [x, constant(weights['embedding/starts'])]);
  const steps = graph.add('Mul', [from, constant(weights['embedding/slopes'])]);
  return graph.add('Min', [graph.add('Max', [steps, constant(low)]), constant(high)]);
}

function addWaves(
  graph: GraphBuilder,
  shape: readonly number[],
  weights: Weights,
  x: Value,
): Value {
  const turns = graph.add('Mul', [x, graph.float(2 * Math.PI)]);
  const angles = graph.add('Mul', [turns, graph.floats(weights['embedding/frequencies'], shape)]);
  const waves = [graph.add('Cos', [angles]), graph.add('Sin', [angles])];
  return graph.add('Concat', waves, { axis: { int: 2 } });
}
