/**
 * What stands behind a hidden layer, and its gradient, written into a graph.
 *
 * relu(z) = max(z, 0). gelu(z) = z Φ(z), Φ the normal distribution function (Hendrycks & Gimpel 2016,
 * arXiv:1606.08415; exact, not the tanh approximation). silu(z) = z sigmoid(z).
 */
import type { Graph, Value } from '../tensorflow/graph.ts';

export const ACTIVATIONS = ['relu', 'gelu', 'silu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export function activate(graph: Graph, activation: Activation, z: Value): Value {
  if (activation === 'relu') return graph.relu(z);
  return graph.multiply(z, activation === 'gelu' ? normalCdf(graph, z) : graph.sigmoid(z));
}

/**
 * Gradient by `z` of a loss whose gradient by `u = activation(z)` is `du`.
 *
 * relu: du where u > 0. gelu: du (Φ + z φ). silu: du (s + u (1 - s)), s = sigmoid(z).
 */
export function activateGradient(
  graph: Graph,
  activation: Activation,
  du: Value,
  z: Value,
  u: Value,
): Value {
  if (activation === 'relu') return graph.reluGradient(du, u);
  if (activation === 'gelu') {
    const halfSquare = graph.multiply(graph.square(z), graph.scalar(-0.5));
    const density = graph.multiply(graph.exp(halfSquare), graph.scalar(1 / Math.sqrt(2 * Math.PI)));
    return graph.multiply(du, graph.add(normalCdf(graph, z), graph.multiply(z, density)));
  }
  const s = graph.sigmoid(z);
  const rest = graph.multiply(u, graph.subtract(graph.scalar(1), s));
  return graph.multiply(du, graph.add(s, rest));
}

function normalCdf(graph: Graph, z: Value): Value {
  const erf = graph.erf(graph.multiply(z, graph.scalar(Math.SQRT1_2)));
  return graph.multiply(graph.add(erf, graph.scalar(1)), graph.scalar(0.5));
}
