/**
 * Runs graphs with TensorFlow.js on WebAssembly: the same formula where native TensorFlow is missing,
 * about 10x slower. Every operation of graph.ts has a line in the table below; numbers agree with the
 * native ones up to rounding, except for dropout masks, which come from another generator.
 */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import seedrandom from 'seedrandom';
import { nodeOf, outputOf } from './graph.ts';
import type { Attribute, Graph, Node, Tensor, TypedArray } from './graph.ts';
import type { Backend, Program } from './backend.ts';

type Attributes = Readonly<Record<string, Attribute>>;
type Operation = (
  inputs: readonly tf.Tensor[],
  attributes: Attributes,
) => tf.Tensor | readonly tf.Tensor[];

export async function createWasmBackend(): Promise<Backend> {
  const require = createRequire(import.meta.url);
  setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), sep));
  await tf.setBackend('wasm');
  await tf.ready();
  return { name: 'wasm', nThreads: 1, compile: interpret };
}

function interpret(graph: Graph): Program {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const memory = new Map<string, tf.Tensor>();
  const plans = new Map<string, readonly Node[]>();

  /** The nodes that `fetches` need, in the order of the graph. */
  function plan(fetches: readonly string[]): readonly Node[] {
    const key = fetches.join();
    const known = plans.get(key);
    if (known) return known;
    const needed = new Set<string>();
    const waiting = fetches.map(nodeOf);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      const { inputs, after } = nodes.get(name)!;
      waiting.push(...inputs.map(nodeOf), ...after.map(nodeOf));
    }
    const made = graph.nodes.filter((node) => needed.has(node.name));
    plans.set(key, made);
    return made;
  }

  function keep(variable: string, content: tf.Tensor): void {
    memory.get(variable)?.dispose();
    memory.set(variable, tf.keep(content.clone()));
  }

  function run(node: Node, inputs: readonly tf.Tensor[]): tf.Tensor | readonly tf.Tensor[] {
    const [target, first, second] = node.inputs.map(nodeOf);
    const content = (name: string) => memory.get(name)!;
    switch (node.op) {
      case 'VarHandleOp':
        return [];
      case 'ReadVariableOp':
        return content(target).clone();
      case 'AssignVariableOp':
        keep(target, inputs[1]);
        return [];
      case 'AssignSubVariableOp':
        keep(target, tf.sub(content(target), inputs[1]));
        return [];
      case 'ResourceApplyMomentum': {
        const [, , rate, gradient, momentum] = inputs;
        keep(first, tf.add(tf.mul(content(first), momentum), gradient));
        keep(target, tf.sub(content(target), tf.mul(rate, content(first))));
        return [];
      }
      case 'ResourceApplyAdam': {
        const [, , , power1, power2, rate, beta1, beta2, epsilon, gradient] = inputs;
        const rest = (beta: tf.Tensor) => tf.sub(1, beta);
        const mix = (old: tf.Tensor, beta: tf.Tensor, fresh: tf.Tensor) =>
          tf.add(tf.mul(old, beta), tf.mul(fresh, rest(beta)));
        keep(first, mix(content(first), beta1, gradient));
        keep(second, mix(content(second), beta2, tf.square(gradient)));
        const corrected = tf.div(tf.mul(rate, tf.sqrt(rest(power2))), rest(power1));
        const deviation = tf.add(tf.sqrt(content(second)), epsilon);
        keep(target, tf.sub(content(target), tf.div(tf.mul(corrected, content(first)), deviation)));
        return [];
      }
      default:
        return OPERATIONS[node.op](inputs, node.attributes);
    }
  }

  return {
    run(feeds, fetches) {
      return tf.tidy(() => {
        const outputs = new Map<string, readonly tf.Tensor[]>();
        for (const node of plan(fetches)) {
          const fed = feeds[node.name];
          const inputs = node.inputs.map((value) => outputs.get(nodeOf(value))![outputOf(value)]);
          const made = fed ? toTensor(fed) : run(node, inputs);
          outputs.set(node.name, made instanceof tf.Tensor ? [made] : made);
        }
        return fetches.map(
          // A copy: the backend's memory is reused.
          (value) => outputs.get(nodeOf(value))![outputOf(value)].dataSync().slice() as TypedArray,
        );
      });
    },
    dispose() {
      for (const content of memory.values()) content.dispose();
      memory.clear();
    },
  };
}

const toTensor = ({ values, shape }: Tensor) =>
  tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');

const isSet = (attributes: Attributes, name: string) => {
  const attribute = attributes[name];
  return 'bool' in attribute && attribute.bool;
};
const binary =
  (apply: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Operation =>
  ([a, b]) =>
    apply(a, b);
const unary =
  (apply: (x: tf.Tensor) => tf.Tensor): Operation =>
  ([x]) =>
    apply(x);
const reduction =
  (apply: (x: tf.Tensor, axis: number[], keepDims: boolean) => tf.Tensor): Operation =>
  ([x, axis], attributes) =>
    apply(x, [...axis.dataSync()], isSet(attributes, 'keep_dims'));

/** Matrix products over the last two axes, of matrices that the two flags turn first. */
function multiply(
  inputs: readonly tf.Tensor[],
  attributes: Attributes,
  flags: readonly [string, string],
): tf.Tensor {
  // Transposed first: WebAssembly multiplies transposed matrices with plain loops, 15 to 30 times as slow.
  const [A, B] = inputs.map((x, i) =>
    isSet(attributes, flags[i]) ? tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]) : x,
  );
  return tf.matMul(A, B);
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  Const: (_, { value }) => toTensor((value as { tensor: Tensor }).tensor),
  Identity: ([x]) => x.clone(),
  DeepCopy: ([x]) => x.clone(),
  AddV2: binary(tf.add),
  Sub: binary(tf.sub),
  Mul: binary(tf.mul),
  RealDiv: binary(tf.div),
  Minimum: binary(tf.minimum),
  Maximum: binary(tf.maximum),
  GreaterEqual: binary(tf.greaterEqual),
  Equal: binary(tf.equal),
  Sqrt: unary(tf.sqrt),
  Rsqrt: unary(tf.rsqrt),
  Square: unary(tf.square),
  Exp: unary(tf.exp),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Erf: unary(tf.erf),
  Sigmoid: unary(tf.sigmoid),
  Mean: reduction(tf.mean),
  Sum: reduction(tf.sum),
  L2Loss: ([x]) => tf.mul(tf.sum(tf.square(x)), 0.5),
  AddN: (inputs) => tf.addN([...inputs]),
  MatMul: (inputs, attributes) => multiply(inputs, attributes, ['transpose_a', 'transpose_b']),
  BatchMatMulV2: (inputs, attributes) => multiply(inputs, attributes, ['adj_x', 'adj_y']),
  BiasAdd: binary(tf.add),
  BiasAddGrad: ([gradient]) => tf.sum(gradient, 0),
  Relu: unary(tf.relu),
  ReluGrad: ([gradient, output]) => tf.mul(gradient, tf.step(output)),
  Softmax: unary((x) => tf.softmax(x)),
  SoftmaxCrossEntropyWithLogits([logits, targets]) {
    const logProbabilities = tf.logSoftmax(logits);
    return [
      tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1)),
      tf.sub(tf.exp(logProbabilities), targets),
    ];
  },
  OneHot([classes, depth, on, off]) {
    // tf.oneHot on WebAssembly writes integers, whatever the dtype.
    const hot = tf.cast(tf.oneHot(classes as tf.Tensor1D, depth.dataSync()[0]), 'float32');
    return tf.add(tf.mul(hot, tf.sub(on, off)), off);
  },
  GatherV2: ([table, indices, axis]) =>
    tf.gather(table, indices as tf.Tensor1D, axis.dataSync()[0]),
  ArgMax: ([x]) => tf.argMax(x, 1),
  Cast: ([x]) => tf.cast(x, 'float32'),
  Reshape: ([x, shape]) => tf.reshape(x, [...shape.dataSync()]),
  Transpose: ([x, order]) => tf.transpose(x, [...order.dataSync()]),
  ConcatV2: (inputs) => tf.concat(inputs.slice(0, -1), inputs.at(-1)!.dataSync()[0]),
  Slice: ([x, begin, size]) => tf.slice(x, [...begin.dataSync()], [...size.dataSync()]),
  Shape: ([x]) => tf.tensor1d(x.shape, 'int32'),
  Pack: (inputs) => tf.stack([...inputs]),
  Unpack: ([x]) => tf.unstack(x),
  StatelessRandomUniform([shape, seed]) {
    const dimensions = [...shape.dataSync()];
    const rng = seedrandom(seed.dataSync().join());
    const n = dimensions.reduce((product, size) => product * size, 1);
    return tf.tensor(Float32Array.from({ length: n }, rng), dimensions);
  },
};
