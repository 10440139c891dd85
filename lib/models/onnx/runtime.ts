/**
 * onnxruntime, where it is installed: as a package beside this one, or by `npm run setup -- --onnx`.
 *
 * @see https://onnxruntime.ai/docs/api/js/
 */
import { createRequire } from 'node:module';
import { StageError } from '../../errors.ts';

/** What is used of a tensor of onnxruntime. */
interface OrtTensor {
  readonly data: Float32Array | Float64Array | BigInt64Array | readonly string[];
}
interface OrtSession {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OrtSession>;
  };
  readonly Tensor: new (type: string, data: Float64Array, shape: readonly number[]) => OrtTensor;
}

export type OutputData = OrtTensor['data'];

/** A loaded graph. */
export interface OnnxSession {
  readonly inputs: readonly string[];
  /**
   * @param columns - Of each input, shape (nSamples).
   * @returns Of each output, row-major.
   */
  run(columns: Readonly<Record<string, Float64Array>>): Promise<Record<string, OutputData>>;
  close(): Promise<void>;
}

/**
 * @param model - Bytes of an ONNX file whose inputs are double, shape (rows, 1).
 * @throws StageError E_ENVIRONMENT when onnxruntime is not installed, E_DATA when it refuses the graph.
 */
export async function openOnnx(model: Uint8Array, threads: number): Promise<OnnxSession> {
  const { InferenceSession, Tensor } = loadRuntime();
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new StageError(
      'E_DATA',
      `the graph must be one that onnxruntime can load; got ${(cause as Error).message}`,
      { hint: 'the file is truncated, damaged or of another format', cause },
    );
  });
  return {
    inputs: session.inputNames,
    async run(columns) {
      const feeds = Object.entries(columns).map(
        ([name, values]) => [name, new Tensor('float64', values, [values.length, 1])] as const,
      );
      const outputs = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
    },
    close: () => session.release(),
  };
}

/** @throws StageError E_ENVIRONMENT when none of the modules is there, or the one that is cannot be loaded. */
export function loadRuntime(
  places = ['onnxruntime-node', `${folderOfSetUp()}/node_modules/onnxruntime-node`],
): OnnxRuntime {
  const require = createRequire(import.meta.url);
  for (const place of places) {
    try {
      return require(place) as OnnxRuntime;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw toMissing(error);
    }
  }
  throw toMissing(undefined);
}

const toMissing = (cause: unknown): StageError =>
  new StageError(
    'E_ENVIRONMENT',
    'export needs onnxruntime, which checks what it writes; got none',
    {
      hint: '`npm run setup -- --onnx` in a clone, or `npm install --ignore-scripts onnxruntime-node`',
      cause,
    },
  );

/** Three folders up from lib/models/onnx, four from dist/lib/models/onnx. */
function folderOfSetUp(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../..' : '../../../..';
  return new URL(`${root}/.native/onnxruntime`, import.meta.url).pathname;
}
