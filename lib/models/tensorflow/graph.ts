/**
 * A computation written down once, before any backend runs it: nodes of TensorFlow's own operations,
 * as plain data. Native TensorFlow runs it whole (tensorflow.ts); WebAssembly walks through it node by
 * node (tensorflow-wasm.ts). A training step is one such graph, so there is one formula, not two.
 *
 * Pure: building a graph allocates nothing in a backend. Nodes stand in the order of their creation,
 * hence each after its inputs.
 */
export type DType = 'float32' | 'int32';
export type TypedArray = Float32Array | Int32Array;

/** Values with their shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: TypedArray;
}

/** One attribute of a node, in the kinds that TensorFlow's AttrValue has. */
export type Attribute =
  | { readonly type: DType }
  | { readonly bool: boolean }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly shape: readonly number[] }
  | { readonly tensor: Tensor };

export interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Value[];
  /** Nodes that must have run before this one, though it reads nothing of theirs. */
  readonly after: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An output of a node: `name:index`. */
export type Value = string;

/** Memory that outlives a run. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly handle: Value;
  /** The content before any update of the same run. */
  readonly value: Value;
}

export type Graph = ReturnType<typeof createGraph>;

/** Feeding every `<variable>/initial` and fetching this one sets all variables. */
export const INITIALIZE = 'initialize:0';
export const initialOf = (variable: Variable): string => `${variable.name}/initial`;

const FLOAT = { type: 'float32' } as const;
const INT = { type: 'int32' } as const;

/** The name of the node that makes `value`. */
export const nodeOf = (value: Value): string => value.slice(0, value.lastIndexOf(':'));
export const outputOf = (value: Value): number => Number(value.slice(value.lastIndexOf(':') + 1));

/**
 * An empty graph and the operations that write into it. Dimensions of -1 are known only when it runs.
 * Matrices are (rows, columns); `axis` counts from 0.
 */
export function createGraph() {
  const nodes: Node[] = [];
  const variables: Variable[] = [];
  const assignments: Value[] = [];

  function add(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    {
      name = `${op}_${nodes.length}`,
      after = [],
    }: { name?: string; after?: readonly Value[] } = {},
  ): Value {
    nodes.push({ name, op, inputs, after, attributes });
    return `${name}:0`;
  }
  const elementwise = (op: string) => (a: Value, b: Value) => add(op, [a, b], { T: FLOAT });
  const unary = (op: string) => (x: Value) => add(op, [x], { T: FLOAT });
  const reduction = (op: string) => (x: Value, axis: readonly number[], keepDims: boolean) =>
    add(op, [x, integers(axis)], { T: FLOAT, Tidx: INT, keep_dims: { bool: keepDims } });

  function constant(values: TypedArray, shape: readonly number[]): Value {
    const dtype = values instanceof Int32Array ? INT : FLOAT;
    return add('Const', [], { dtype, value: { tensor: { shape, values } } });
  }
  const scalar = (value: number) => constant(Float32Array.of(value), []);
  const integers = (values: readonly number[]) =>
    constant(Int32Array.from(values), [values.length]);

  return {
    nodes,
    variables,

    /** What a run is fed with. */
    input(name: string, dtype: DType, shape: readonly number[]): Value {
      return add('Placeholder', [], { dtype: { type: dtype }, shape: { shape } }, { name });
    },
    constant,
    scalar,

    variable(name: string, shape: readonly number[]): Variable {
      const typed = { dtype: FLOAT, shape: { shape } };
      const handle = add('VarHandleOp', [], { ...typed, shared_name: { text: name } }, { name });
      const initial = add('Placeholder', [], typed, { name: `${name}/initial` });
      // A copy: fed memory belongs to JavaScript, and updates write in place.
      const copy = add('DeepCopy', [initial], { T: FLOAT });
      assignments.push(add('AssignVariableOp', [handle, copy], { dtype: FLOAT }));
      const value = add('ReadVariableOp', [handle], { dtype: FLOAT }, { name: `${name}/value` });
      const variable = { name, shape, handle, value };
      variables.push(variable);
      return variable;
    },
    /** To be called once, when all variables are there. */
    finish(): void {
      const done = { dtype: INT, value: { tensor: { shape: [], values: Int32Array.of(1) } } };
      add('Const', [], done, { name: nodeOf(INITIALIZE), after: assignments });
    },
    assign: (variable: Variable, value: Value) =>
      add('AssignVariableOp', [variable.handle, value], { dtype: FLOAT }),
    subtractFrom: (variable: Variable, value: Value) =>
      add('AssignSubVariableOp', [variable.handle, value], { dtype: FLOAT }),

    add: elementwise('AddV2'),
    subtract: elementwise('Sub'),
    multiply: elementwise('Mul'),
    divide: elementwise('RealDiv'),
    minimum: elementwise('Minimum'),
    maximum: elementwise('Maximum'),
    sqrt: unary('Sqrt'),
    rsqrt: unary('Rsqrt'),
    square: unary('Square'),
    exp: unary('Exp'),
    sin: unary('Sin'),
    cos: unary('Cos'),
    erf: unary('Erf'),
    sigmoid: unary('Sigmoid'),
    mean: reduction('Mean'),
    sum: reduction('Sum'),
    /** Sum of squares, halved. */
    halfSquaredNorm: unary('L2Loss'),
    addAll: (values: readonly Value[]) =>
      add('AddN', values, { T: FLOAT, N: { int: values.length } }),

    matMul: (a: Value, b: Value, { transposeA = false, transposeB = false } = {}) =>
      add('MatMul', [a, b], {
        T: FLOAT,
        transpose_a: { bool: transposeA },
        transpose_b: { bool: transposeB },
      }),
    /** Matrix products of (k, n, d) and (k, d, m), one for each of the k. */
    batchMatMul: (a: Value, b: Value, { transposeA = false, transposeB = false } = {}) =>
      add('BatchMatMulV2', [a, b], {
        T: FLOAT,
        adj_x: { bool: transposeA },
        adj_y: { bool: transposeB },
      }),
    addBias: (x: Value, bias: Value) => add('BiasAdd', [x, bias], { T: FLOAT }),
    /** Column sums: the gradient of a bias. */
    biasGradient: (gradient: Value) => add('BiasAddGrad', [gradient], { T: FLOAT }),
    relu: unary('Relu'),
    /** `gradient` where `output` is positive, else 0. */
    reluGradient: (gradient: Value, output: Value) =>
      add('ReluGrad', [gradient, output], { T: FLOAT }),
    softmax: unary('Softmax'),
    /** Of each row: [loss, gradient of the logits]. */
    softmaxCrossEntropy(logits: Value, targets: Value): [Value, Value] {
      const loss = add('SoftmaxCrossEntropyWithLogits', [logits, targets], { T: FLOAT });
      return [loss, `${nodeOf(loss)}:1`];
    },

    /** (n) classes to (n, depth) rows of `on` at the class and `off` elsewhere. */
    oneHot: (classes: Value, depth: number, on: number, off: number) =>
      add('OneHot', [classes, constant(Int32Array.of(depth), []), scalar(on), scalar(off)], {
        T: FLOAT,
        TI: INT,
        axis: { int: -1 },
      }),
    /** The rows of `table` that `indices` name, or what stands there on another axis. */
    gather: (table: Value, indices: Value, axis = 0) =>
      add('GatherV2', [table, indices, constant(Int32Array.of(axis), [])], {
        Tparams: FLOAT,
        Tindices: INT,
        Taxis: INT,
        batch_dims: { int: 0 },
      }),
    /** 1 where the class of the highest score is the true one, else 0. */
    isTopClass(scores: Value, classes: Value): Value {
      const top = add('ArgMax', [scores, constant(Int32Array.of(1), [])], {
        T: FLOAT,
        Tidx: INT,
        output_type: INT,
      });
      const isTop = add('Equal', [top, classes], { T: INT });
      return add('Cast', [isTop], { SrcT: { type: 'bool' as DType }, DstT: FLOAT });
    },
    reshape: (x: Value, shape: readonly number[]) =>
      add('Reshape', [x, integers(shape)], { T: FLOAT, Tshape: INT }),
    /** Axis i of the result is axis `order[i]` of x. */
    transpose: (x: Value, order: readonly number[]) =>
      add('Transpose', [x, integers(order)], { T: FLOAT, Tperm: INT }),
    concat: (values: readonly Value[], axis: number) =>
      add('ConcatV2', [...values, constant(Int32Array.of(axis), [])], {
        T: FLOAT,
        Tidx: INT,
        N: { int: values.length },
      }),
    /** The block of `size` from `begin` on; a size of -1 reaches to the end. */
    slice: (x: Value, begin: readonly number[], size: readonly number[]) =>
      add('Slice', [x, integers(begin), integers(size)], { T: FLOAT, Index: INT }),
    shapeOf: (x: Value) => add('Shape', [x], { T: FLOAT, out_type: INT }),
    pack: (values: readonly Value[]) =>
      add('Pack', values, { T: FLOAT, N: { int: values.length }, axis: { int: 0 } }),
    unpack(x: Value, count: number, dtype: DType = 'float32'): Value[] {
      const first = add('Unpack', [x], {
        T: { type: dtype },
        num: { int: count },
        axis: { int: 0 },
      });
      return Array.from({ length: count }, (_, i) => `${nodeOf(first)}:${i}`);
    },
    /** 1 where a uniform number in [0, 1) is at least `threshold`, else 0; the seed (2) alone decides. */
    randomMask(shape: Value, seed: Value, threshold: number): Value {
      const uniform = add('StatelessRandomUniform', [shape, seed], {
        dtype: FLOAT,
        T: INT,
        Tseed: INT,
      });
      const isKept = add('GreaterEqual', [uniform, scalar(threshold)], { T: FLOAT });
      return add('Cast', [isKept], { SrcT: { type: 'bool' as DType }, DstT: FLOAT });
    },

    /** Kingma & Ba's update with a bias correction by the two powers; `epsilon` is added uncorrected. */
    applyAdam(
      variable: Variable,
      moments: readonly [Variable, Variable],
      scalars: {
        beta1Power: Value;
        beta2Power: Value;
        learningRate: Value;
        beta1: Value;
        beta2: Value;
        epsilon: Value;
      },
      gradient: Value,
      after: readonly Value[] = [],
    ): Value {
      const { beta1Power, beta2Power, learningRate, beta1, beta2, epsilon } = scalars;
      const handles = [variable.handle, moments[0].handle, moments[1].handle];
      const numbers = [beta1Power, beta2Power, learningRate, beta1, beta2, epsilon];
      return add('ResourceApplyAdam', [...handles, ...numbers, gradient], { T: FLOAT }, { after });
    },
    /** velocity = momentum velocity + gradient; variable = variable - learningRate velocity. */
    applyMomentum(
      variable: Variable,
      velocity: Variable,
      { learningRate, momentum }: { learningRate: Value; momentum: Value },
      gradient: Value,
    ): Value {
      const inputs = [variable.handle, velocity.handle, learningRate, gradient, momentum];
      return add('ResourceApplyMomentum', inputs, { T: FLOAT });
    },

    /** `value` under a name to fetch it by, once all of `after` have run. */
    output(name: string, value: Value, after: readonly Value[] = []): Value {
      return add('Identity', [value], { T: FLOAT }, { name, after });
    },
  };
}
