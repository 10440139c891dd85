/**
 * Update rules, written into a training graph. `w` parameter, `g` gradient, `r` learning rate, `t` step
 * from 1, all as in PyTorch's optimisers of the same name:
 *
 * - adam:  g += weightDecay w;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g²;
 *          w -= r (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 * - adamw: w -= r weightDecay w, then adam without the first term (Loshchilov & Hutter 2019,
 *          arXiv:1711.05101)
 * - sgd:   g += weightDecay w;  u = momentum u + g;  w -= r u
 *
 * The numbers that change from step to step are fed, so that one graph serves all steps.
 */
import type { Graph, Value, Variable } from '../tensorflow/graph.ts';

export const OPTIMIZERS = ['adamw', 'adam', 'sgd'] as const;

export interface OptimizerOptions {
  readonly optimizer: (typeof OPTIMIZERS)[number];
  /** Pull of the weights towards 0, >= 0. */
  readonly weightDecay: number;
  /** Longest norm of all gradients together; a longer one is scaled down to it. null: unlimited. */
  readonly gradientClipNorm: number | null;
}

export interface Gradient {
  readonly parameter: Variable;
  readonly gradient: Value;
  /** Whether weight decay pulls it: true for the weights of a layer, false for biases and scales. */
  readonly isDecayed: boolean;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const MOMENTUM = 0.9;

/** Length of {@link stepScalars}. */
const N_SCALARS = 5;
export const STEP_SCALARS = 'step_scalars';

/** What {@link addUpdates} is fed at step `step`, counted from 0. */
export function stepScalars(
  step: number,
  learningRate: number,
  { weightDecay }: OptimizerOptions,
): Float32Array {
  const beta1Power = BETA1 ** (step + 1);
  const beta2Power = BETA2 ** (step + 1);
  // ResourceApplyAdam adds epsilon to the uncorrected sqrt(v), so it gets the same correction here.
  const epsilon = EPSILON * Math.sqrt(1 - beta2Power);
  return Float32Array.of(beta1Power, beta2Power, learningRate, epsilon, learningRate * weightDecay);
}

/** Adds the update of every parameter; returns what must run for all of them to happen. */
export function addUpdates(
  graph: Graph,
  gradients: readonly Gradient[],
  options: OptimizerOptions,
): Value[] {
  const fed = graph.input(STEP_SCALARS, 'float32', [N_SCALARS]);
  const [beta1Power, beta2Power, learningRate, epsilon, decay] = graph.unpack(fed, N_SCALARS);
  const beta1 = graph.scalar(BETA1);
  const beta2 = graph.scalar(BETA2);
  const momentum = graph.scalar(MOMENTUM);
  const weightDecay = graph.scalar(options.weightDecay);
  const hasDecay = options.weightDecay > 0;
  const state = (parameter: Variable, name: string) =>
    graph.variable(`${parameter.name}/${name}`, parameter.shape);

  return clip(graph, gradients, options.gradientClipNorm).map(
    ({ parameter, gradient, isDecayed }) => {
      const pull = (by: Value) => graph.multiply(parameter.value, by);
      const pulled =
        isDecayed && hasDecay && options.optimizer !== 'adamw'
          ? graph.add(gradient, pull(weightDecay))
          : gradient;
      if (options.optimizer === 'sgd') {
        const velocity = state(parameter, 'velocity');
        return graph.applyMomentum(parameter, velocity, { learningRate, momentum }, pulled);
      }
      const decays =
        isDecayed && hasDecay && options.optimizer === 'adamw'
          ? [graph.subtractFrom(parameter, pull(decay))]
          : [];
      const moments = [state(parameter, 'moment1'), state(parameter, 'moment2')] as const;
      const scalars = { beta1Power, beta2Power, learningRate, beta1, beta2, epsilon };
      return graph.applyAdam(parameter, moments, scalars, pulled, decays);
    },
  );
}

function clip(
  graph: Graph,
  gradients: readonly Gradient[],
  maxNorm: number | null,
): readonly Gradient[] {
  if (maxNorm === null) return gradients;
  const halves = gradients.map(({ gradient }) => graph.halfSquaredNorm(gradient));
  const norm = graph.sqrt(graph.multiply(graph.addAll(halves), graph.scalar(2)));
  const tiny = graph.scalar(1e-6); // keeps 0 / 0 away, as in PyTorch's clip_grad_norm_
  const share = graph.divide(graph.scalar(maxNorm), graph.add(norm, tiny));
  const factor = graph.minimum(share, graph.scalar(1));
  return gradients.map((entry) => ({ ...entry, gradient: graph.multiply(entry.gradient, factor) }));
}
