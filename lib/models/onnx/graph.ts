/** A graph of ONNX operators in the making. The same operator on the same values is there once. */

/** Name of what an operator gives, or of an input or constant. */
export type Value = string;

export type ElementType = 'float16' | 'float32' | 'float64' | 'int8' | 'int64' | 'bool' | 'string';

export interface OnnxTensor {
  readonly shape: readonly number[];
  /** As many as the product of `shape`. */
  readonly data:
    Float16Array | Float32Array | Float64Array | Int8Array | BigInt64Array | readonly string[];
}

export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  /** 0 to 2^31 - 1. */
  | { readonly ints: ArrayLike<number> }
  | { readonly texts: readonly string[] }
  | { readonly tensor: OnnxTensor };

export interface OnnxNode {
  readonly op: string;
  /** '' for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output; a size that is known only at run time has a name. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly { readonly name: string; readonly tensor: OnnxTensor }[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Types of ONNX as its Cast operator numbers them. */
const CAST_TYPES = { float32: 1, int64: 7, float64: 11 } as const;

/** Lengthier attributes are not compared to find operators that are there already. */
const MAX_KEY = 200;

export type GraphBuilder = ReturnType<typeof createOnnxGraph>;

export function createOnnxGraph() {
  const nodes: OnnxNode[] = [];
  const constants: { name: string; tensor: OnnxTensor }[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const known = new Map<string, Value>();
  // colons are in no other name, so that columns may be called as they like
  let nValues = 0;
  const nextName = (op: string): Value => `${op}:${nValues++}`;

  function remember(key: string, make: () => Value): Value {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = make();
    if (key.length <= MAX_KEY) known.set(key, value);
    return value;
  }

  function add(
    op: string,
    of: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    const isLong = Object.values(attributes).some(
      (attribute) => 'ints' in attribute || 'texts' in attribute || 'tensor' in attribute,
    );
    const make = (): Value => {
      const name = nextName(op);
      nodes.push({ op, domain, inputs: of, outputs: [name], attributes });
      return name;
    };
    return isLong ? make() : remember(JSON.stringify([op, of, attributes]), make);
  }

  function constant(tensor: OnnxTensor): Value {
    const make = (): Value => {
      const name = nextName('constant');
      constants.push({ name, tensor });
      return name;
    };
    if (tensor.data.length > 1) return make();
    const { shape, data } = tensor;
    return remember(`${data.constructor.name} ${shape.join()} ${describe(data[0])}`, make);
  }

  return {
    add,
    constant,
    /** A scalar of type double. */
    double: (value: number) => constant({ shape: [], data: Float64Array.of(value) }),
    float: (value: number) => constant({ shape: [], data: Float32Array.of(value) }),
    doubles: (values: readonly number[], shape: readonly number[] = [values.length]) =>
      constant({ shape, data: Float64Array.from(values) }),
    floats: (data: Float32Array, shape: readonly number[]) => constant({ shape, data }),
    integers: (values: readonly number[], shape: readonly number[] = [values.length]) =>
      constant({ shape, data: BigInt64Array.from(values, BigInt) }),

    cast: (value: Value, type: keyof typeof CAST_TYPES) =>
      add('Cast', [value], { to: { int: CAST_TYPES[type] } }),

    input(value: OnnxValue): Value {
      inputs.push(value);
      return value.name;
    },
    output(value: OnnxValue, of: Value): void {
      nodes.push({
        op: 'Identity',
        domain: '',
        inputs: [of],
        outputs: [value.name],
        attributes: {},
      });
      outputs.push(value);
    },
    finish: (): OnnxGraph => ({ nodes, constants, inputs, outputs }),
  };
}

const describe = (value: number | bigint | string | undefined): string =>
  Object.is(value, -0) ? '-0' : String(value);
