/**
 * Runs graphs with native TensorFlow, or with WebAssembly where the native binding is missing.
 *
 * The binding of @tensorflow/tfjs-node is driven directly: a graph is loaded as a saved model from
 * TensorFlow's file system in memory, and each run is one call, whatever it contains. That is 1.2 to 1.4
 * times as fast as a call for each operation (docs/decisions/0003-training-step-from-kernels.md).
 * The same graph, inputs and thread count give the same bytes.
 */
import { createRequire } from 'node:module';
import koffi from 'koffi';
import { INITIALIZE, initialOf } from './graph.ts';
import type { Graph, Tensor, TypedArray } from './graph.ts';
import { TAG, formatSavedModel } from './graph-def.ts';

/** A graph, loaded. Its variables keep their content between runs. */
export interface Program {
  /**
   * Computes the outputs named by `fetches` and what they need, once.
   *
   * @param feeds - The content of each input by name. May be overwritten after the call returns.
   * @returns One array for each fetch, row-major, owned by the caller.
   */
  run(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[]): TypedArray[];
  /** Frees the variables. The program cannot run again. */
  dispose(): void;
}

export interface Backend {
  readonly name: 'tensorflow' | 'wasm';
  readonly nThreads: number;
  compile(graph: Graph): Program;
}

/** What the binding offers (tfjs-node, binding/tfjs_binding.cc); tensors are numbers. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_STRING: number;
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TypedArray;
  executeOp(op: string, attributes: [], inputs: number[], nOutputs: number): { id: number }[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], names: string, outputs: string): { id: number }[];
}

/* eslint no-restricted-globals: 'off' -- the native library is configured by the environment alone */

let loaded: Backend | null = null;

/**
 * The one backend of this process; a later call returns the first one's.
 *
 * @param options.nThreads - Threads of one operation, >= 1. The bytes of a result depend on it.
 * @param options.nOperations - Operations that run at a time where none needs the other, >= 1; of the first call. No
 *   byte depends on it.
 * @param options.warn - Gets one line when the slow way serves.
 * @throws Error if the backend is already there with another thread count.
 */
export async function loadBackend({
  nThreads,
  nOperations = 1,
  warn,
}: {
  nThreads: number;
  nOperations?: number;
  warn: (line: string) => void;
}): Promise<Backend> {
  loaded ??= loadNative(nThreads, nOperations, warn) ?? (await loadWasm());
  if (loaded.name === 'tensorflow' && loaded.nThreads !== nThreads) {
    throw new Error(
      `TensorFlow runs with ${loaded.nThreads} threads in this process, cannot change to ${nThreads}`,
    );
  }
  return loaded;
}

/** Sets the variables of a program, by name. */
export function setVariables(
  program: Program,
  graph: Graph,
  contents: Readonly<Record<string, Float32Array>>,
): void {
  const feeds = graph.variables.map((variable): [string, Tensor] => [
    initialOf(variable),
    { shape: variable.shape, values: contents[variable.name] },
  ]);
  program.run(Object.fromEntries(feeds), [INITIALIZE]);
}

/** Copies of the variables of a program, by name. */
export function getVariables(program: Program, graph: Graph): Record<string, Float32Array> {
  const contents = program.run(
    {},
    graph.variables.map((variable) => variable.value),
  );
  return Object.fromEntries(
    graph.variables.map(({ name }, i) => [name, contents[i] as Float32Array]),
  );
}

function loadNative(
  nThreads: number,
  nOperations: number,
  warn: (line: string) => void,
): Backend | null {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Both pools are made when the library loads, and read these then.
  process.env.TF_NUM_INTRAOP_THREADS = String(nThreads);
  process.env.TF_NUM_INTEROP_THREADS = String(nOperations);
  const require = createRequire(import.meta.url);
  try {
    const path = require.resolve('@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    const binding = inSilence(() => require(path) as Binding);
    return createNativeBackend(binding, nThreads);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    warn(
      `native TensorFlow is missing, so the WASM backend trains and predicts, about 10x slower: ${reason}; \`npm run setup\` builds it`,
    );
    return null;
  }
}

async function loadWasm(): Promise<Backend> {
  const { createWasmBackend } = await import('./wasm.ts');
  return createWasmBackend();
}

function createNativeBackend(binding: Binding, nThreads: number): Backend {
  let nPrograms = 0;
  const create = ({ shape, values }: Tensor) =>
    binding.createTensor(
      shape,
      values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT,
      values,
    );

  function load(graph: Graph): number {
    const folder = `ram://timberline/${nPrograms++}`;
    const path = binding.createTensor([], binding.TF_STRING, [
      Buffer.from(`${folder}/saved_model.pb`),
    ]);
    const write = (content: Uint8Array) => {
      const bytes = binding.createTensor([], binding.TF_STRING, [content]);
      binding.executeOp('WriteFile', [], [path, bytes], 0);
      binding.deleteTensor(bytes);
    };
    write(formatSavedModel(graph));
    const id = binding.loadSavedModel(folder, TAG);
    write(new Uint8Array());
    binding.deleteTensor(path);
    return id;
  }

  return {
    name: 'tensorflow',
    nThreads,
    compile(graph) {
      const id = load(graph);
      return {
        run(feeds, fetches) {
          const names = Object.keys(feeds);
          const inputs = Object.values(feeds).map(create);
          try {
            const outputs = binding.runSavedModel(
              id,
              inputs,
              names.map((name) => `${name}:0`).join(),
              fetches.join(),
            );
            return outputs.map((output) => {
              const values = binding.tensorDataSync(output.id);
              binding.deleteTensor(output.id);
              return values;
            });
          } finally {
            for (const input of inputs) binding.deleteTensor(input);
          }
        },
        dispose: () => binding.deleteSavedModel(id),
      };
    },
  };
}

/**
 * While TensorFlow's library loads, it writes two lines about oneDNN to file descriptor 2, before it
 * looks at TF_CPP_MIN_LOG_LEVEL; the descriptor points to /dev/null for that moment.
 */
function inSilence<T>(load: () => T): T {
  if (process.platform !== 'linux') return load();
  const libc = koffi.load('libc.so.6');
  const dup = libc.func('int dup(int)') as (fd: number) => number;
  const dup2 = libc.func('int dup2(int, int)') as (from: number, to: number) => number;
  const open = libc.func('int open(const char *, int)') as (path: string, flags: number) => number;
  const close = libc.func('int close(int)') as (fd: number) => number;
  const kept = dup(2);
  const nowhere = open('/dev/null', 1 /* O_WRONLY */);
  dup2(nowhere, 2);
  try {
    return load();
  } finally {
    dup2(kept, 2);
    close(kept);
    close(nowhere);
  }
}
