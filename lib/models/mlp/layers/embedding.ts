/**
 * Embeddings of numeric columns (Gorishniy, Rubachev & Babenko 2022, arXiv:2203.05556): each column is spread
 * over several numbers, and goes through a small dense layer with a relu of its own, before the columns meet
 * in the network. "PLR" of the paper with periodic, "PLE" with a linear layer and a relu behind it with
 * piecewise_linear.
 *
 * | symbol | shape      | meaning                                                                  |
 * |--------|------------|--------------------------------------------------------------------------|
 * | x      | (m, n, 1)  | the columns that are embedded, of n rows                                 |
 * | v      | (m, n, T)  | the terms of each: see {@link createBins}, {@link createWaves}           |
 * | W, b   | (m, T, d), (m, 1, d) | `embedding/kernel`, `embedding/bias`                           |
 * | u      | (m, n, d)  | relu(v W + b)                                                            |
 * | out    | (n, m d + the other columns) | u, column by column, then the columns that pass through |
 */
import type { Graph, Value } from '../../tensorflow/graph.ts';
import type { Gradient } from '../optimizer.ts';
import type { Layer } from './layer.ts';

export const EMBEDDINGS = ['none', 'piecewise_linear', 'periodic'] as const;

/** What fixes the variables of an embedding; columns count from 0 and stand in ascending order. */
export type Embedding = {
  /** Those that are embedded; the others pass through. */
  readonly columns: readonly number[];
  /** Outputs of each column (d). */
  readonly size: number;
} & (
  | {
      readonly kind: 'piecewise_linear';
      /** Of each of `columns`. */ readonly nBins: readonly number[];
    }
  | { readonly kind: 'periodic'; readonly nFrequencies: number }
);

/** Most bins or frequencies of a column. */
export const MAX_TERMS = 1024;

/** What two embeddings that can stand for each other have in common. */
export const nameEmbedding = (embedding: Embedding | null): string =>
  embedding === null ? 'none' : `${embedding.kind} of ${embedding.size}`;

/** Whether a value from a file is the embedding of a network with so many features. */
export function isEmbedding(value: unknown, nFeatures: number): value is Embedding {
  const isCount = (n: unknown, max = Infinity): boolean =>
    Number.isSafeInteger(n) && (n as number) > 0 && (n as number) <= max;
  const { kind, columns, size, nBins, nFrequencies } = (value ?? {}) as Record<string, unknown>;
  const areColumns =
    Array.isArray(columns) &&
    columns.length > 0 &&
    columns.every(
      (j, at) =>
        Number.isSafeInteger(j) &&
        j < nFeatures &&
        j > (at === 0 ? -1 : (columns[at - 1] as number)),
    );
  if (!areColumns || !isCount(size)) return false;
  if (kind === 'periodic') return isCount(nFrequencies, MAX_TERMS);
  return (
    kind === 'piecewise_linear' &&
    Array.isArray(nBins) &&
    nBins.length === columns.length &&
    nBins.every((n) => isCount(n, MAX_TERMS))
  );
}

/** Columns that the network behind the embedding gets. */
export const embeddedWidth = (nFeatures: number, embedding: Embedding | null): number =>
  embedding === null ? nFeatures : nFeatures + embedding.columns.length * (embedding.size - 1);

/** Terms of each column (T). */
export const countTerms = (embedding: Embedding): number =>
  embedding.kind === 'periodic' ? 2 * embedding.nFrequencies : Math.max(...embedding.nBins);

/** The terms of the columns: what differs between the kinds. */
interface Terms {
  readonly count: number;
  /** @param x - (m, n, 1). */
  of(x: Value): { readonly v: Value; backward(dv: Value): readonly Gradient[] };
}

export function createEmbedding(
  graph: Graph,
  nFeatures: number,
  embedding: Embedding,
): Layer<null> {
  const { columns, size } = embedding;
  const m = columns.length;
  const others = Array.from({ length: nFeatures }, (_, j) => j).filter((j) => !columns.includes(j));
  const indices = (names: readonly number[]) =>
    graph.constant(Int32Array.from(names), [names.length]);
  const terms =
    embedding.kind === 'piecewise_linear'
      ? createBins(graph, embedding.nBins)
      : createWaves(graph, m, embedding.nFrequencies);
  const kernel = graph.variable('embedding/kernel', [m, terms.count, size]);
  const bias = graph.variable('embedding/bias', [m * size]); // flat: stored as it is, like every bias

  function forward(X: Value) {
    const turned = graph.transpose(graph.gather(X, indices(columns), 1), [1, 0]);
    const { v, backward } = terms.of(graph.reshape(turned, [m, -1, 1]));
    const z = graph.batchMatMul(v, kernel.value);
    const u = graph.relu(graph.add(z, graph.reshape(bias.value, [m, 1, size])));
    const flat = graph.reshape(graph.transpose(u, [1, 0, 2]), [-1, m * size]);
    const rest = others.length === 0 ? [] : [graph.gather(X, indices(others), 1)];
    return { v, u, backward, output: rest.length === 0 ? flat : graph.concat([flat, ...rest], 1) };
  }
  return {
    train(X) {
      const { v, u, backward, output } = forward(X);
      return {
        output,
        updates: [],
        backward(dOutput) {
          const flat = graph.slice(dOutput, [0, 0], [-1, m * size]);
          const du = graph.transpose(graph.reshape(flat, [-1, m, size]), [1, 0, 2]);
          const dz = graph.reluGradient(du, u);
          const dBias = graph.reshape(graph.sum(dz, [1], false), [m * size]);
          const dKernel = graph.batchMatMul(v, dz, { transposeA: true });
          const dv = graph.batchMatMul(dz, kernel.value, { transposeB: true });
          return {
            dInput: null,
            gradients: [
              { parameter: bias, gradient: dBias, isDecayed: false },
              { parameter: kernel, gradient: dKernel, isDecayed: true },
              ...backward(dv),
            ],
          };
        },
      };
    },
    infer: (X) => forward(X).output,
  };
}

/**
 * v_t = (x - start_t) slope_t, slope_t = 1 / width of bin t: within 0 and 1, but for the first bin, which
 * goes on below, and the last, which goes on above. Constants `embedding/starts`, `embedding/slopes`, flat
 * (m T); where a column has fewer bins, its last terms have slope 0 and are 0.
 */
function createBins(graph: Graph, nBins: readonly number[]): Terms {
  const m = nBins.length;
  const { low, high, count } = limitsOfBins(nBins);
  const constants = ['starts', 'slopes'].map((name) =>
    graph.variable(`embedding/${name}`, [m * count]),
  );
  const shape = [m, 1, count];
  return {
    count,
    of(x) {
      const [starts, slopes] = constants.map(({ value }) => graph.reshape(value, shape));
      const steps = graph.multiply(graph.subtract(x, starts), slopes);
      const raised = graph.maximum(steps, graph.constant(low, shape));
      return { v: graph.minimum(raised, graph.constant(high, shape)), backward: () => [] };
    },
  };
}

/** The least and the greatest value of every term, flat (m count). */
export function limitsOfBins(nBins: readonly number[]): {
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly count: number;
} {
  const count = Math.max(...nBins);
  const low = new Float32Array(nBins.length * count);
  const high = new Float32Array(nBins.length * count).fill(1);
  nBins.forEach((n, j) => {
    low[j * count] = -Infinity;
    high[j * count + n - 1] = Infinity;
  });
  return { low, high, count };
}

/**
 * v = [cos(2π f_1 x), …, sin(2π f_1 x), …]. Parameter `embedding/frequencies`, flat (m nFrequencies).
 *
 * df = Σ_rows 2π x (dv_sin cos(2π f x) - dv_cos sin(2π f x)).
 */
function createWaves(graph: Graph, m: number, nFrequencies: number): Terms {
  const frequencies = graph.variable('embedding/frequencies', [m * nFrequencies]);
  return {
    count: 2 * nFrequencies,
    of(x) {
      const turns = graph.multiply(x, graph.scalar(2 * Math.PI));
      const angles = graph.batchMatMul(
        turns,
        graph.reshape(frequencies.value, [m, 1, nFrequencies]),
      );
      const [cos, sin] = [graph.cos(angles), graph.sin(angles)];
      return {
        v: graph.concat([cos, sin], 2),
        backward(dv) {
          const [dCos, dSin] = [0, nFrequencies].map((begin) =>
            graph.slice(dv, [0, 0, begin], [-1, -1, nFrequencies]),
          );
          const dAngles = graph.subtract(graph.multiply(dSin, cos), graph.multiply(dCos, sin));
          const gradient = graph.reshape(
            graph.batchMatMul(turns, dAngles, { transposeA: true }),
            frequencies.shape,
          );
          return [{ parameter: frequencies, gradient, isDecayed: false }];
        },
      };
    },
  };
}
