/** The compiled kernel (kernel/*.cc), called through koffi; set-up builds it where there is a C++ compiler. */
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import koffi from 'koffi';
import { CRITERIA } from './criterion.ts';
import { NODE_BYTES } from './ensemble.ts';
import type { TreeEnsemble } from './ensemble.ts';
import { SPLITTERS } from './grow-tree.ts';
import type { GrowOptions, GrownTree, TreeKey } from './grow-tree.ts';

/** A forest that threads of the kernel are growing. */
export interface GrowingForest {
  /** The next tree that is ready, in any order; to be asked for once for each tree. null: it was cancelled. */
  next(): Promise<{ readonly index: number; readonly tree: GrownTree } | null>;
  /** Ends the growing in the middle of a tree. */
  cancel(): void;
  /** Ends the threads and frees the memory; nobody may wait for a tree any more. */
  free(): Promise<void>;
}

export interface Kernel {
  /**
   * @param features - Row-major, finite, shape (nSamples, nFeatures).
   * @param labels - Shape (nSamples).
   */
  grow(
    features: Float32Array,
    labels: Int32Array,
    options: GrowOptions,
    keys: readonly TreeKey[],
    nThreads: number,
  ): Promise<GrowingForest>;
  /** Adds the leaves of all trees to `sums`; {@link addTrees} says how. */
  addTrees(
    ensemble: TreeEnsemble,
    features: Float32Array,
    nSamples: number,
    sums: Float64Array,
    nThreads: number,
  ): Promise<void>;
}

const UNLIMITED = 2 ** 31 - 1;
/** Up to so many rows on the caller's thread: another one takes longer to begin. */
const FEW_ROWS = 256;

let kernel: Kernel | null | undefined;

/**
 * The kernel, or null where it was not built.
 *
 * @param warn - Gets one line, once in a process, when it is missing.
 */
export function loadKernel(warn: (line: string) => void): Kernel | null {
  if (kernel !== undefined) return kernel;
  try {
    kernel = bind(findLibrary());
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    warn(
      `the compiled kernel of the trees is missing, so typed arrays grow them, about 10x slower: ${reason}; \`npm run setup\` builds it`,
    );
    kernel = null;
  }
  return kernel;
}

/** Three folders up from lib/models/trees, four from dist/lib/models/trees. */
function findLibrary(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';
  return fileURLToPath(new URL(`${root}/.native/kernels/trees/trees.so`, import.meta.url));
}

function bind(file: string): Kernel {
  const library = koffi.load(file);
  const start = library.func(
    'void *trees_start(const float *, const int32_t *, int64_t, int32_t, int32_t, const double *, const int32_t *, const uint32_t *, int32_t, int32_t)',
  );
  const next = library.func('int32_t trees_next(void *)');
  const lengths = library.func('void trees_lengths(void *, int32_t, _Out_ int64_t *)');
  const take = library.func('void trees_take(void *, int32_t, void *, void *, void *, void *)');
  const cancel = library.func('void trees_cancel(void *)');
  const free = library.func('void trees_free(void *)');
  const predict = library.func(
    'void trees_predict(const void *, int64_t, const int32_t *, int32_t, const double *, int32_t, int32_t, const int32_t *, const uint32_t *, const float *, int64_t, int32_t, void *, int32_t)',
  );
  const startAsync = promisify(start.async) as (...args: unknown[]) => Promise<unknown>;
  const nextAsync = promisify(next.async) as (handle: unknown) => Promise<number>;
  const freeAsync = promisify(free.async) as (handle: unknown) => Promise<void>;
  const predictAsync = promisify(predict.async) as (...args: unknown[]) => Promise<void>;

  return {
    async grow(features, labels, options, keys, nThreads) {
      const handle = await startAsync(
        features,
        labels,
        labels.length,
        features.length / labels.length,
        options.classWeight.length,
        Float64Array.from(options.classWeight),
        toIntegers(options),
        Uint32Array.from(keys.flat()),
        keys.length,
        nThreads,
      );
      if (handle === null) throw new Error('no memory or threads are left to grow trees');
      return {
        async next() {
          const index = await nextAsync(handle);
          if (index === -1) throw new Error('no memory is left to grow a tree');
          return index < 0 ? null : { index, tree: takeTree(handle, index) };
        },
        cancel: () => void cancel(handle),
        free: async () => await freeAsync(handle),
      };
    },
    async addTrees(
      { nodes, roots, leaves, leafSize, ...rest },
      features,
      nSamples,
      sums,
      nThreads,
    ) {
      const { nFeatures, nOutputs, categoryStart, categoryBits } = rest;
      const few = nSamples <= FEW_ROWS;
      const call = few ? predict : predictAsync;
      await call(
        ...[new Uint8Array(nodes), nodes.byteLength / NODE_BYTES, roots, roots.length],
        ...[leaves, leafSize, nOutputs],
        ...[categoryStart, categoryBits, features, nSamples, nFeatures, sums, nThreads],
      );
    },
  };

  function takeTree(handle: unknown, index: number): GrownTree {
    const sizes: (number | bigint)[] = [0, 0, 0, 0];
    lengths(handle, index, sizes);
    const [nNodes, nSplits, nLeaves, nMixed] = sizes.map(Number);
    const tree = {
      feature: new Int16Array(nNodes),
      threshold: new Float32Array(nSplits),
      leaf: new Int32Array(nLeaves),
      mixed: new Float32Array(nMixed),
    };
    take(handle, index, tree.feature, tree.threshold, tree.leaf, tree.mixed);
    return tree;
  }
}

function toIntegers(options: GrowOptions): Int32Array {
  return Int32Array.of(
    SPLITTERS.indexOf(options.splitter),
    CRITERIA.indexOf(options.criterion),
    options.maxFeatures,
    options.minSamplesSplit,
    options.minSamplesLeaf,
    options.maxDepth ?? UNLIMITED,
    options.bootstrap ? 1 : 0,
  );
}
