/** A perceptron as the plain data that a bundle holds, and the state of its training as a checkpoint's. */
import type { Tensor } from '../../tensors/safetensors.ts';
import { ACTIVATIONS } from './activation.ts';
import type { Activation } from './activation.ts';
import type { Mlp, MlpCheckpoint, Weights } from './fit.ts';
import { NORMALIZATIONS, createPredictionGraph } from './network.ts';
import type { MlpArchitecture } from './network.ts';
import type { Checkpoint, Fit, FittedModel } from '../model.ts';

/** What makes an architecture besides the numbers of features and classes. */
type NetworkFacts = Pick<MlpArchitecture, 'hiddenSizes' | 'activation' | 'normalization'>;

/** @param backend - What the weights were found with, for the reader. */
export function fromNetwork({ weights, ...architecture }: Mlp, backend: string): Fit['fitted'] {
  const { hiddenSizes, activation, normalization } = architecture;
  const tensors = variablesOf(architecture).map(({ name, shape }): [string, Tensor] => [
    name,
    { dtype: 'F32', shape, data: weights[name] },
  ]);
  return {
    facts: { hiddenSizes, activation, normalization, backend },
    tensors: Object.fromEntries(tensors),
  };
}

/** Inverse of {@link fromNetwork}, for a model without a problem. */
export function toNetwork(fitted: FittedModel): Mlp {
  const weights = Object.entries(fitted.tensors).map(([name, { data }]) => [name, data]);
  return {
    ...architectureOf(fitted),
    weights: Object.fromEntries(weights) as Weights,
  };
}

/** What of the architecture or the weights does not fit; null: all does. */
export function findNetworkProblem(fitted: FittedModel): string | null {
  const { hiddenSizes, activation, normalization } = fitted.facts as Partial<NetworkFacts>;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) > 0;
  if (
    !Array.isArray(hiddenSizes) ||
    !hiddenSizes.every(isSize) ||
    !ACTIVATIONS.includes(activation as Activation) ||
    !NORMALIZATIONS.includes(normalization as NetworkFacts['normalization'])
  ) {
    return 'an architecture that is none';
  }
  const expected = variablesOf(architectureOf(fitted));
  const extra = Object.keys(fitted.tensors).find((name) => !expected.some((v) => v.name === name));
  if (extra !== undefined) return `unknown weights ${extra}`;
  for (const { name, shape } of expected) {
    const tensor = fitted.tensors[name];
    if (tensor === undefined) return `no weights ${name}`;
    if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
      return `the weights ${name} as ${tensor.dtype} (${tensor.shape.join(', ')})`;
    }
  }
  return null;
}

const VARIABLE = 'variable:';
const BEST = 'best:';

export function fromCheckpoint({ variables, best, ...state }: MlpCheckpoint): Checkpoint {
  const bestFacts = best === null ? null : { epoch: best.epoch, validLoss: best.validLoss };
  return {
    tensors: { ...withPrefix(VARIABLE, variables), ...withPrefix(BEST, best?.weights ?? {}) },
    state: { ...state, best: bestFacts },
  };
}

/** Inverse of {@link fromCheckpoint}. */
export function toCheckpoint({ tensors, state }: Checkpoint): MlpCheckpoint {
  const facts = state as Omit<MlpCheckpoint, 'variables'>;
  const pick = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, { data }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), data as Float32Array]] : [],
      ),
    );
  const best = facts.best === null ? null : { ...facts.best, weights: pick(BEST) };
  return { ...facts, variables: pick(VARIABLE), best };
}

function withPrefix(prefix: string, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [
      prefix + name,
      { dtype: 'F32', shape: [data.length], data },
    ]),
  );
}

function architectureOf({ facts, columns, nClasses }: FittedModel): MlpArchitecture {
  const { hiddenSizes, activation, normalization } = facts as unknown as NetworkFacts;
  return { nFeatures: columns.length, nClasses, hiddenSizes, activation, normalization };
}

/** Names and shapes of the weights that a network of this architecture has. */
const variablesOf = (architecture: MlpArchitecture) =>
  createPredictionGraph(architecture, 1).variables;
