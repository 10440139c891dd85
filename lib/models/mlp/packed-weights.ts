/**
 * Weights as tensors of a file: whole, in halves, or as codes of 8 bits; and without their zeros where that
 * takes less room.
 *
 * | tensor        | dtype        | shape        | is there                                             |
 * |---------------|--------------|--------------|------------------------------------------------------|
 * | `<name>`      | F32, F16, I8 | of the weights, or (nKept) where zeros are left out | always        |
 * | `<name>/step` | F32          | (nOutputs)   | where `<name>` is I8: weight = code × step of its output |
 * | `<name>/kept` | U8           | (ceil(n / 8)) | where zeros are left out: bit i % 8 of byte i / 8 is 1 where weight i is not |
 *
 * Only kernels are packed; biases, scales, statistics and edges stay float32. What is computed with is float32
 * always.
 */
import { StageError, listExamples } from '../../errors.ts';
import type { Tensor } from '../../tensors/safetensors.ts';
import type { Weights } from './fit.ts';

export const PRECISIONS = ['float32', 'float16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Name and shape of an array of weights; the last axis is that of the outputs. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}
type Tensors = Readonly<Record<string, Tensor>>;
type Values = Float32Array | Float16Array | Int8Array;

const DTYPES = { float32: 'F32', float16: 'F16', int8: 'I8' } as const;
const BYTES = { float32: 4, float16: 2, int8: 1 } as const;
/** Codes reach from -MAX_CODE to MAX_CODE, so that 0 is one of them and stays 0. */
const MAX_CODE = 127;
const MAX_HALF = 65504;

/**
 * @param specs - Every one is in `weights`.
 * @throws StageError E_DATA when a weight is beyond float16.
 */
export function packWeights(
  specs: readonly WeightSpec[],
  weights: Weights,
  precision: Precision,
): Record<string, Tensor> {
  if (precision === 'float16') assertHalves(specs, weights);
  return Object.fromEntries(
    specs.flatMap((spec) => {
      const { name, shape } = spec;
      const values = weights[name];
      if (!isPacked(spec)) return [[name, { dtype: 'F32', shape, data: values } as Tensor]];
      const { data, step } = encode(values, shape.at(-1)!, precision);
      const packed = leaveOutZeros(spec, data, precision);
      return step === null
        ? packed
        : [...packed, [`${name}/step`, { dtype: 'F32', shape: [step.length], data: step }]];
    }),
  );
}

/** Inverse of {@link packWeights}, for tensors without a problem; what is float32 already is not copied. */
export function unpackWeights(specs: readonly WeightSpec[], tensors: Tensors): Weights {
  return Object.fromEntries(specs.map((spec) => [spec.name, unpack(spec, tensors)]));
}

/** The precision that the weights are stored in. */
export function precisionOf(specs: readonly WeightSpec[], tensors: Tensors): Precision {
  const packed = specs.find(isPacked);
  return PRECISIONS.find((precision) => DTYPES[precision] === tensors[packed!.name].dtype)!;
}

/** What does not fit as "got" of a message; null: {@link unpackWeights} can read the tensors. */
export function findPackingProblem(specs: readonly WeightSpec[], tensors: Tensors): string | null {
  const known = new Set(
    specs.flatMap((spec) =>
      isPacked(spec) ? [spec.name, `${spec.name}/step`, `${spec.name}/kept`] : [spec.name],
    ),
  );
  const extra = Object.keys(tensors).find((name) => !known.has(name));
  if (extra !== undefined) return `unknown weights ${extra}`;
  for (const spec of specs) {
    const problem = findProblem(spec, tensors);
    if (problem !== null) return problem;
  }
  return null;
}

const isPacked = ({ name, shape }: WeightSpec): boolean =>
  name.endsWith('/kernel') && shape.length >= 2;
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

function encode(
  values: Float32Array,
  nOutputs: number,
  precision: Precision,
): { data: Values; step: Float32Array | null } {
  if (precision === 'float32') return { data: values, step: null };
  if (precision === 'float16') return { data: Float16Array.from(values), step: null };
  const step = new Float32Array(nOutputs);
  values.forEach((value, i) => {
    const j = i % nOutputs;
    step[j] = Math.max(step[j], Math.abs(value) / MAX_CODE);
  });
  const code = (value: number, j: number): number => {
    if (step[j] === 0) return 0;
    return Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(value / step[j])));
  };
  return { data: Int8Array.from(values, (value, i) => code(value, i % nOutputs)), step };
}

function leaveOutZeros(
  { name, shape }: WeightSpec,
  data: Values,
  precision: Precision,
): [string, Tensor][] {
  const dtype = DTYPES[precision];
  const kept = new Uint8Array(Math.ceil(data.length / 8));
  let nKept = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    kept[i >> 3] |= 1 << (i & 7);
    nKept++;
  }
  if (kept.length + nKept * BYTES[precision] >= data.length * BYTES[precision]) {
    return [[name, { dtype, shape, data } as Tensor]];
  }
  const values = data.filter((value) => value !== 0);
  return [
    [name, { dtype, shape: [nKept], data: values } as Tensor],
    [`${name}/kept`, { dtype: 'U8', shape: [kept.length], data: kept }],
  ];
}

function unpack(spec: WeightSpec, tensors: Tensors): Float32Array {
  const { codes, step } = readCodes(spec, tensors);
  if (codes instanceof Float32Array) return codes;
  const nOutputs = spec.shape.at(-1)!;
  return Float32Array.from(codes, (code, i) => (step === null ? code : code * step[i % nOutputs]));
}

/**
 * An array of weights as it is stored, zeros in their places: the weights themselves, or codes and the step of
 * each output.
 */
export function readCodes(
  { name, shape }: WeightSpec,
  tensors: Tensors,
): { codes: Values; step: Float32Array | null } {
  const stored = tensors[name].data as Values;
  const kept = tensors[`${name}/kept`]?.data as Uint8Array | undefined;
  const step = (tensors[`${name}/step`]?.data as Float32Array | undefined) ?? null;
  if (kept === undefined) return { codes: stored, step };
  const Codes = stored.constructor as new (length: number) => Values;
  const codes = new Codes(sizeOf(shape));
  for (let i = 0, at = 0; i < codes.length; i++) {
    if ((kept[i >> 3] >> (i & 7)) & 1) codes[i] = stored[at++];
  }
  return { codes, step };
}

function findProblem(spec: WeightSpec, tensors: Tensors): string | null {
  const { name, shape } = spec;
  const stored = tensors[name];
  if (stored === undefined) return `no weights ${name}`;
  const got = `the weights ${name} as ${stored.dtype} (${stored.shape.join(', ')})`;
  if (!isPacked(spec)) {
    return stored.dtype === 'F32' && stored.shape.join() === shape.join() ? null : got;
  }
  if (!Object.values(DTYPES).some((dtype) => dtype === stored.dtype)) return got;
  const step = tensors[`${name}/step`];
  if ((step !== undefined) !== (stored.dtype === 'I8')) return `${got} and steps that do not fit`;
  if (step !== undefined && (step.dtype !== 'F32' || step.data.length !== shape.at(-1))) {
    return `the steps of ${name} as ${step.dtype} (${step.shape.join(', ')})`;
  }
  const kept = tensors[`${name}/kept`];
  if (kept === undefined) return stored.shape.join() === shape.join() ? null : got;
  const n = sizeOf(shape);
  if (kept.dtype !== 'U8' || kept.data.length !== Math.ceil(n / 8)) {
    return `the kept weights of ${name} as ${kept.dtype} (${kept.shape.join(', ')})`;
  }
  const nKept = countBits(kept.data, n);
  return nKept === stored.data.length ? null : `${nKept} kept weights of ${name}, and ${got}`;
}

function countBits(bytes: Uint8Array, n: number): number {
  let count = 0;
  for (let i = 0; i < n; i++) count += (bytes[i >> 3] >> (i & 7)) & 1;
  return count;
}

function assertHalves(specs: readonly WeightSpec[], weights: Weights): void {
  const beyond = specs
    .filter((spec) => isPacked(spec) && weights[spec.name].some((w) => Math.abs(w) > MAX_HALF))
    .map(({ name }) => name);
  if (beyond.length === 0) return;
  throw new StageError(
    'E_DATA',
    `every weight must be within ${MAX_HALF} to be a float16; got others in ${listExamples(beyond)}`,
    { hint: 'int8 has a scale of its own for each output, and takes them' },
  );
}
