/**
 * A perceptron for inference alone: what is a constant factor or shift is part of the weights.
 *
 * Batch normalisation is `(a - mean) / sqrt(variance + epsilon) * scale + bias`, a scaled column is
 * `(x - center) / scale`: both are affine, and so is the layer behind or before them. What is not affine stays:
 * quantile scaling and filled values in the preprocessing, layer normalisation in the network.
 */
import type { Preprocessing } from '../../preprocessing/pipeline.ts';
import type { ColumnScaler, Scaler } from '../../preprocessing/scaler.ts';
import type { FittedModel } from '../model.ts';
import { assertMlp } from '../shrinking/require-mlp.ts';
import type { Mlp } from './fit.ts';
import { EPSILON } from './layers/normalization.ts';
import { fromNetwork, storedPrecision, toNetwork } from './state.ts';

/** The affine scaling of a column of the features: `(x - center) / scale`. */
type Affine = Extract<ColumnScaler, { readonly center: number }>;

/**
 * @returns The model and the preprocessing that together predict as those that came in, but for rounding;
 *   the columns that were folded, and those that the model never took, are not scaled any more.
 * @throws StageError E_DATA when it is no perceptron.
 */
export function freezeModel(
  fitted: FittedModel,
  preprocessing: Preprocessing,
): { model: FittedModel; preprocessing: Preprocessing } {
  assertMlp(fitted, 'frozen', 'trees are not changed by the scale of a column; nothing is to fold');
  const network = foldBatchNormalization(toNetwork(fitted));
  const { scaler } = preprocessing;
  const affine =
    network.normalization === 'none' && network.embedding === null
      ? findAffine(scaler, fitted.columns)
      : new Map<string, Affine>();
  const folded = foldColumns(network, fitted.columns, affine);
  const backend = String(fitted.facts.backend);
  return {
    model: { ...fitted, ...fromNetwork(folded, backend, storedPrecision(fitted)) },
    preprocessing: { ...preprocessing, scaler: withoutScales(scaler, fitted.columns, affine) },
  };
}

/** Scales kernels and shifts biases by what batch normalisation does with its running statistics. */
export function foldBatchNormalization(network: Mlp): Mlp {
  if (network.normalization !== 'batch') return network;
  const { hiddenSizes, weights } = network;
  const folded = [...hiddenSizes.keys(), hiddenSizes.length].flatMap((l) => {
    const [kernel, bias, scale, mean, variance] = [
      'kernel',
      'bias',
      'scale',
      'mean',
      'variance',
    ].map((part) => weights[`layer${l}/${part}`]);
    const factor = scale?.map((value, j) => value / Math.sqrt(variance[j] + EPSILON));
    return [
      [
        `layer${l}/kernel`,
        scale === undefined ? kernel : kernel.map((w, i) => w * factor[i % bias.length]),
      ],
      [`layer${l}/bias`, scale === undefined ? bias : bias.map((b, j) => b - mean[j] * factor[j])],
    ] as const;
  });
  const entry = Object.entries(weights).filter(([name]) => name.startsWith('embedding/'));
  return { ...network, normalization: 'none', weights: Object.fromEntries([...entry, ...folded]) };
}

/** The first layer takes `x` where it took `(x - center) / scale`; sums are taken in double. */
function foldColumns(
  network: Mlp,
  columns: readonly string[],
  affine: ReadonlyMap<string, Affine>,
): Mlp {
  const kernel = network.weights['layer0/kernel'].slice();
  const shifts = Float64Array.from(network.weights['layer0/bias']);
  const nOutputs = shifts.length;
  for (const [j, name] of columns.entries()) {
    const { center, scale } = affine.get(name) ?? { center: 0, scale: 1 };
    for (let k = 0; k < nOutputs; k++) {
      const weight = kernel[j * nOutputs + k] / scale;
      kernel[j * nOutputs + k] = weight;
      // of the weight as it is kept, so that its rounding is not multiplied by the center
      shifts[k] -= kernel[j * nOutputs + k] * center;
    }
  }
  const bias = Float32Array.from(shifts);
  return {
    ...network,
    weights: { ...network.weights, 'layer0/kernel': kernel, 'layer0/bias': bias },
  };
}

function findAffine(scaler: Scaler | null, columns: readonly string[]): Map<string, Affine> {
  const scaled = Object.entries(scaler?.columns ?? {});
  return new Map(
    scaled.flatMap(([name, column]) =>
      'center' in column && columns.includes(name) ? [[name, column] as const] : [],
    ),
  );
}

/** What is left to do for the columns of the model: quantiles, and missing values that are filled. */
function withoutScales(
  scaler: Scaler | null,
  columns: readonly string[],
  affine: ReadonlyMap<string, Affine>,
): Scaler | null {
  if (scaler === null) return null;
  const left = Object.entries(scaler.columns).flatMap(
    ([name, column]): [string, ColumnScaler][] => {
      if (!columns.includes(name)) return [];
      if (!affine.has(name)) return [[name, column]];
      return typeof column.fill === 'number' ? [[name, { ...column, center: 0, scale: 1 }]] : [];
    },
  );
  return left.length === 0 ? null : { ...scaler, columns: Object.fromEntries(left) };
}
