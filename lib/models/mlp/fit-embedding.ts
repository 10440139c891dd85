/** Which columns are embedded, and where the terms of their embedding start: statistics of train. */
import type { Rng } from '../../rng.ts';
import type { LabelledRows } from '../model.ts';
import type { Weights } from './fit.ts';
import type { EMBEDDINGS, Embedding } from './layers/embedding.ts';

/** `train.mlp`, as far as it says what the embedding is. */
export interface EmbeddingOptions {
  readonly embedding: (typeof EMBEDDINGS)[number];
  /** Outputs of each column. */
  readonly embeddingSize: number;
  /** Of each column, for piecewise_linear. */
  readonly embeddingBins: number;
  /** Of each column, for periodic. */
  readonly embeddingFrequencies: number;
  /** Standard deviation of the periodic frequencies before training. */
  readonly embeddingSigma: number;
}

export interface FittedEmbedding {
  readonly embedding: Embedding | null;
  /** Its weights that are not drawn as those of a layer are. */
  readonly known: Weights;
}

/**
 * - none, or no column with more than two values: no embedding. Columns of two values, as of a one-hot group,
 *   pass through.
 * - piecewise_linear: bins between the quantiles 0, 1 / embeddingBins, …, 1 of the column, linear between the
 *   sorted values; equal ones make one edge, so that a column may have fewer bins.
 * - periodic: frequencies from a normal distribution with mean 0.
 *
 * @param train - At least one row; features without NaN.
 */
export function fitEmbedding(
  { features, nSamples }: Pick<LabelledRows, 'features' | 'nSamples'>,
  options: EmbeddingOptions,
  rng: Rng,
): FittedEmbedding {
  const kind = options.embedding;
  if (kind === 'none') return { embedding: null, known: {} };
  const nFeatures = features.length / nSamples;
  const column = (j: number): Float32Array =>
    Float32Array.from({ length: nSamples }, (_, i) => features[i * nFeatures + j]);
  const columns = Array.from({ length: nFeatures }, (_, j) => j).filter((j) =>
    hasThreeValues(column(j)),
  );
  if (columns.length === 0) return { embedding: null, known: {} };
  const shared = { columns, size: options.embeddingSize };
  if (kind === 'periodic') {
    const nFrequencies = options.embeddingFrequencies;
    const draw = () => options.embeddingSigma * drawNormal(rng);
    const frequencies = Float32Array.from({ length: columns.length * nFrequencies }, draw);
    return {
      embedding: { kind, ...shared, nFrequencies },
      known: { 'embedding/frequencies': frequencies },
    };
  }
  const edges = columns.map((j) => findEdges(column(j), options.embeddingBins));
  const nBins = edges.map(({ length }) => length - 1);
  const count = Math.max(...nBins);
  const [starts, slopes] = [0, 1].map(() => new Float32Array(columns.length * count));
  edges.forEach((of, j) => {
    for (let t = 0; t < nBins[j]; t++) {
      starts[j * count + t] = of[t];
      slopes[j * count + t] = 1 / (of[t + 1] - of[t]);
    }
  });
  return {
    embedding: { kind, ...shared, nBins },
    known: { 'embedding/starts': starts, 'embedding/slopes': slopes },
  };
}

/** {@link fitEmbedding}, or the embedding of the model that training starts from where that is the one asked for. */
export function chooseEmbedding(
  train: Pick<LabelledRows, 'features' | 'nSamples'>,
  options: EmbeddingOptions,
  rng: Rng,
  from: Embedding | null,
): FittedEmbedding {
  const isAskedFor =
    from !== null && from.kind === options.embedding && from.size === options.embeddingSize;
  return isAskedFor ? { embedding: from, known: {} } : fitEmbedding(train, options, rng);
}

function hasThreeValues(values: Float32Array): boolean {
  const second = values.find((value) => value !== values[0]);
  return second !== undefined && values.some((value) => value !== values[0] && value !== second);
}

/** Quantiles 0, 1 / n, …, 1 without repetition; at least two, as the column has three values. */
function findEdges(values: Float32Array, n: number): number[] {
  const sorted = values.toSorted();
  const edges = [sorted[0]];
  for (let t = 1; t <= n; t++) {
    const place = (t / n) * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below];
    const high = sorted[Math.min(below + 1, sorted.length - 1)];
    const edge = Math.fround(low + (place - below) * (high - low));
    // numbers so close that the slope between them is infinite are one edge
    if (Number.isFinite(Math.fround(1 / (edge - edges.at(-1)!)))) edges.push(edge);
  }
  return edges;
}

/** Box and Muller's. */
const drawNormal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
