/**
 * Normalisation before an activation: x̂ scale, where x̂ = (a - mean) / sqrt(variance + 1e-5).
 *
 * - none: a as it is, without a variable.
 * - batch: mean and variance of each column over the rows (Ioffe & Szegedy 2015, arXiv:1502.03167); rows that
 *   are scored get running ones, of which each batch replaces a tenth. Variables `<name>/scale`, `/mean`,
 *   `/variance`.
 * - layer: of each row over its columns (Ba, Kiros & Hinton 2016, arXiv:1607.06450). Variable `<name>/scale`.
 */
import type { Graph, Value, Variable } from '../../tensorflow/graph.ts';
import type { Layer } from './layer.ts';

export const NORMALIZATIONS = ['none', 'batch', 'layer'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

/** Of a variance. */
export const EPSILON = 1e-5;
/** Share of the running statistics that one batch replaces. */
const BATCH_SHARE = 0.1;

export function createNormalization(
  graph: Graph,
  name: string,
  nColumns: number,
  kind: Normalization,
): Layer {
  if (kind === 'none') {
    return {
      train: (a) => ({
        output: a,
        updates: [],
        backward: (dOutput) => ({ dInput: dOutput, gradients: [] }),
      }),
      infer: (a) => a,
    };
  }
  const variable = (part: string) => graph.variable(`${name}/${part}`, [nColumns]);
  const scale = variable('scale');
  const running =
    kind === 'batch' ? { mean: variable('mean'), variance: variable('variance') } : null;
  const axis = kind === 'batch' ? [0] : [1];

  function measure(a: Value) {
    const mean = graph.mean(a, axis, true);
    const centered = graph.subtract(a, mean);
    return { mean, centered, variance: graph.mean(graph.square(centered), axis, true) };
  }
  const inverseDeviation = (variance: Value) =>
    graph.rsqrt(graph.add(variance, graph.scalar(EPSILON)));

  return {
    train(a) {
      const { mean, centered, variance } = measure(a);
      const deviation = inverseDeviation(variance);
      const normalized = graph.multiply(centered, deviation);
      return {
        output: graph.multiply(normalized, scale.value),
        updates:
          running === null
            ? []
            : [
                moveTowards(graph, running.mean, mean),
                moveTowards(graph, running.variance, variance),
              ],
        backward(dOutput) {
          const gradient = graph.biasGradient(graph.multiply(dOutput, normalized));
          const dNormalized = graph.multiply(dOutput, scale.value);
          return {
            dInput: normalizeGradient(graph, dNormalized, normalized, deviation, axis),
            gradients: [{ parameter: scale, gradient, isDecayed: false }],
          };
        },
      };
    },
    infer(a) {
      const { centered, variance } =
        running === null
          ? measure(a)
          : {
              centered: graph.subtract(a, running.mean.value),
              variance: running.variance.value,
            };
      return graph.multiply(graph.multiply(centered, inverseDeviation(variance)), scale.value);
    },
  };
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
