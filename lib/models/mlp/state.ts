/** A perceptron as the plain data that a bundle holds, and the state of its training as a checkpoint's. */
import type { Tensor } from '../../tensors/safetensors.ts';
import { ACTIVATIONS } from './activation.ts';
import type { Activation } from './activation.ts';
import type { Mlp, MlpCheckpoint, Weights } from './fit.ts';
import { isEmbedding } from './layers/embedding.ts';
import { NORMALIZATIONS } from './layers/normalization.ts';
import { createPredictionGraph } from './network.ts';
import type { MlpArchitecture } from './network.ts';
import { findPackingProblem, packWeights, precisionOf, unpackWeights } from './packed-weights.ts';
import type { Precision } from './packed-weights.ts';
import type { Checkpoint, Fit, FittedModel } from '../model.ts';

/** What makes an architecture besides the numbers of features and classes; an embedding where there is one. */
type NetworkFacts = Pick<MlpArchitecture, 'hiddenSizes' | 'activation' | 'normalization'> &
  Partial<Pick<MlpArchitecture, 'embedding'>>;

/**
 * @param backend - What the weights were found with, for the reader.
 * @param precision - That the weights are stored in; null: all of them, as they are.
 */
export function fromNetwork(
  { weights, ...architecture }: Mlp,
  backend: string,
  precision: Precision | null = null,
): Fit['fitted'] {
  const { hiddenSizes, activation, normalization, embedding } = architecture;
  const variables = variablesOf(architecture);
  const whole = variables.map(({ name, shape }): [string, Tensor] => [
    name,
    { dtype: 'F32', shape, data: weights[name] },
  ]);
  return {
    facts: {
      ...{ hiddenSizes, activation, normalization, backend },
      ...(embedding === null ? {} : { embedding }),
    },
    tensors:
      precision === null ? Object.fromEntries(whole) : packWeights(variables, weights, precision),
  };
}

/** Inverse of {@link fromNetwork}, for a model without a problem. */
export function toNetwork(fitted: FittedModel): Mlp {
  const architecture = architectureOf(fitted);
  return { ...architecture, weights: unpackWeights(variablesOf(architecture), fitted.tensors) };
}

/** The precision that the weights of a model without a problem are stored in. */
export function storedPrecision(fitted: FittedModel): Precision {
  return precisionOf(variablesOf(architectureOf(fitted)), fitted.tensors);
}

/** What of the architecture or the weights does not fit; null: all does. */
export function findNetworkProblem(fitted: FittedModel): string | null {
  const { hiddenSizes, activation, normalization, embedding } =
    fitted.facts as Partial<NetworkFacts>;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) > 0;
  if (
    !Array.isArray(hiddenSizes) ||
    !hiddenSizes.every(isSize) ||
    !ACTIVATIONS.includes(activation as Activation) ||
    !NORMALIZATIONS.includes(normalization as NetworkFacts['normalization']) ||
    (embedding !== undefined && !isEmbedding(embedding, fitted.columns.length))
  ) {
    return 'an architecture that is none';
  }
  return findPackingProblem(variablesOf(architectureOf(fitted)), fitted.tensors);
}

/** What the target was scaled with: the network gives (target - mean) / scale. */
export interface TargetScale {
  readonly mean: number;
  /** Above 0. */
  readonly scale: number;
}

/** {@link findNetworkProblem} of a network that predicts a number. */
export function findRegressorProblem(fitted: FittedModel): string | null {
  const { mean, scale } = (fitted.facts.target ?? {}) as Partial<TargetScale>;
  if (!Number.isFinite(mean) || !Number.isFinite(scale) || !(scale! > 0)) {
    return 'a scale of the target that is none';
  }
  return findNetworkProblem({ ...fitted, nClasses: 1 });
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
  const { hiddenSizes, activation, normalization, embedding } = facts as unknown as NetworkFacts;
  return {
    ...{ nFeatures: columns.length, nClasses, hiddenSizes, activation, normalization },
    embedding: embedding ?? null,
  };
}

/** Names and shapes of the weights that a network of this architecture has. */
const variablesOf = (architecture: MlpArchitecture) =>
  createPredictionGraph(architecture, 1).variables;
