/**
 * Networks that forecast all steps ahead at once: dense layers on numbers, a straight line beside them, and the
 * absolute error, so that they learn medians.
 *
 * z_i = V x_i + c + W u + b, where u is what the hidden layers make of x_i; with one, u = s(W_0 x_i + b_0), and
 * s(a) = a sigmoid(a).
 *
 * loss = sum_i w_i sum_j |z_ij - y_ij| / sum_i w_i, where z_i are the outputs for row i, y_i what they should have
 * been, and w_i is the weight of the row.
 *
 * They differ in their first weights, and stand in one graph: they learn from the same batches at the same time.
 */
import { StageError } from '../../errors.ts';
import type { Activation } from '../../models/mlp/activation.ts';
import { drawInitialWeights } from '../../models/mlp/initial-weights.ts';
import { createDense } from '../../models/mlp/layers/dense.ts';
import { chain } from '../../models/mlp/layers/layer.ts';
import type { Layer } from '../../models/mlp/layers/layer.ts';
import { STEP_SCALARS, addUpdates, stepScalars } from '../../models/mlp/optimizer.ts';
import type { OptimizerOptions } from '../../models/mlp/optimizer.ts';
import { learningRateAt } from '../../models/mlp/schedule.ts';
import type { Schedule } from '../../models/mlp/schedule.ts';
import { setVariables } from '../../models/tensorflow/backend.ts';
import type { Backend } from '../../models/tensorflow/backend.ts';
import { createGraph } from '../../models/tensorflow/graph.ts';
import type { Graph, Value } from '../../models/tensorflow/graph.ts';
import type { Rng } from '../../rng.ts';
import { shuffledIndices } from '../../tensors/shuffle.ts';

export interface NetworkRows {
  /** Row-major, shape (nRows, nInputs); finite. */
  readonly inputs: Float32Array;
  /** Row-major, shape (nRows, nOutputs). */
  readonly targets: Float32Array;
  /** Above 0, shape (nRows). */
  readonly weights: Float64Array;
}

export interface NetworkOptions extends Omit<OptimizerOptions, 'gradientClipNorm'>, Schedule {
  /** Their mean is steadier than each. */
  readonly nNetworks: number;
  readonly hiddenSizes: readonly number[];
  readonly batchSize: number;
  readonly nSteps: number;
}

const INPUTS = 'inputs';
const TARGETS = 'targets';
/** (n, nOutputs): the weight of the row, once for each output. */
const WEIGHTS = 'weights';
const STEP = 'step:0';
const OUTPUTS = 'outputs:0';

/** Layers that give the outputs. */
const LAST = 'last';
const LINE = 'line';

/** Steps after which the event loop gets a turn, so that signals and progress are served. */
const STEPS_PER_TURN = 4;
/** Rows that are asked for at a time. */
const ROWS_PER_RUN = 4096;

/**
 * Learns from `rows`, and says what comes out for `asked`. The networks start from outputs of 0.
 *
 * @param asked - Row-major, shape (n, nInputs); finite.
 * @returns The mean of the networks; row-major, shape (n, nOutputs).
 * @throws StageError E_DATA if the loss is not finite.
 */
export async function trainAndPredict(
  rows: NetworkRows,
  asked: Float32Array,
  options: NetworkOptions,
  {
    backend,
    rng,
    signal,
    onStep,
  }: {
    backend: Backend;
    rng: Rng;
    signal: AbortSignal;
    onStep: (nSteps: number, loss: number) => void;
  },
): Promise<Float64Array> {
  const nRows = rows.weights.length;
  const [nInputs, nOutputs] = [rows.inputs.length / nRows, rows.targets.length / nRows];
  const graph = createNetworkGraph(nInputs, nOutputs, options);
  const initial = drawInitialWeights(graph.variables, rng);
  for (const [name, weights] of Object.entries(initial)) {
    if (name.endsWith(`/${LAST}/kernel`) || name.endsWith(`/${LINE}/kernel`)) weights.fill(0);
  }
  const batchSize = Math.min(options.batchSize, nRows);
  const nBatches = Math.floor(nRows / batchSize);
  const { nSteps } = options;
  const batch = {
    [INPUTS]: { shape: [batchSize, nInputs], values: new Float32Array(batchSize * nInputs) },
    [TARGETS]: { shape: [batchSize, nOutputs], values: new Float32Array(batchSize * nOutputs) },
    [WEIGHTS]: { shape: [batchSize, nOutputs], values: new Float32Array(batchSize * nOutputs) },
  };
  const program = backend.compile(graph);
  try {
    setVariables(program, graph, initial);
    let order = shuffledIndices(nRows, rng);
    let loss = 0;
    for (let step = 0; step < nSteps; step++) {
      const first = (step % nBatches) * batchSize;
      if (first === 0 && step > 0) order = shuffledIndices(nRows, rng);
      for (let i = 0; i < batchSize; i++) {
        const row = order[first + i];
        copyRow(rows.inputs, row, batch[INPUTS].values, i, nInputs);
        copyRow(rows.targets, row, batch[TARGETS].values, i, nOutputs);
        batch[WEIGHTS].values.fill(rows.weights[row], i * nOutputs, (i + 1) * nOutputs);
      }
      const scalars = stepScalars(
        step,
        learningRateAt(step, nSteps, options),
        optimizerOf(options),
      );
      [[loss]] = program.run(
        {
          ...batch,
          [STEP_SCALARS]: { shape: [scalars.length], values: scalars },
        },
        [STEP],
      );
      if (!Number.isFinite(loss)) {
        throw new StageError('E_DATA', `the training loss must be finite; got ${loss}`, {
          hint: 'look for values in the series that are too large to be squared',
        });
      }
      if (step % STEPS_PER_TURN === 0) {
        onStep(step, loss);
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
    }
    onStep(nSteps, loss);
    const nAsked = asked.length / nInputs;
    const outputs = new Float64Array(nAsked * nOutputs);
    for (let first = 0; first < nAsked; first += ROWS_PER_RUN) {
      const values = asked.subarray(first * nInputs, (first + ROWS_PER_RUN) * nInputs);
      const shape = [values.length / nInputs, nInputs];
      const [some] = program.run({ [INPUTS]: { shape, values } }, [OUTPUTS]);
      outputs.set(some, first * nOutputs);
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    return outputs;
  } finally {
    program.dispose();
  }
}

/** Gradients are not clipped: their norm would be one of all networks together. */
const optimizerOf = (options: NetworkOptions): OptimizerOptions => ({
  ...options,
  gradientClipNorm: null,
});

function createNetworkGraph(nInputs: number, nOutputs: number, options: NetworkOptions): Graph {
  const graph = createGraph();
  const X = graph.input(INPUTS, 'float32', [-1, nInputs]);
  const y = graph.input(TARGETS, 'float32', [-1, nOutputs]);
  const w = graph.input(WEIGHTS, 'float32', [-1, nOutputs]);
  const mean = (values: readonly Value[]): Value =>
    graph.multiply(graph.addAll(values), graph.scalar(1 / values.length));
  const networks = Array.from({ length: options.nNetworks }, (_, k) =>
    createBranches(graph, `network${k}`, nInputs, nOutputs, options),
  );
  const share = shareOf(graph, w, nOutputs);
  const learnt = networks.map((branches) => {
    const passes = branches.map((branch) => branch.train(X));
    const output = graph.addAll(passes.map((pass) => pass.output));
    const { loss, dOutput } = absoluteError(graph, output, y, share);
    return { loss, gradients: passes.flatMap((pass) => pass.backward(dOutput).gradients) };
  });
  const updates = addUpdates(
    graph,
    learnt.flatMap(({ gradients }) => gradients),
    optimizerOf(options),
  );
  graph.output('step', mean(learnt.map(({ loss }) => loss)), updates);
  const said = networks.map((branches) => graph.addAll(branches.map((branch) => branch.infer(X))));
  graph.output('outputs', mean(said));
  graph.finish();
  return graph;
}

/** The layers of one network, and the line: their sum is its output. */
function createBranches(
  graph: Graph,
  network: string,
  nInputs: number,
  nOutputs: number,
  { hiddenSizes }: NetworkOptions,
): Layer<Value | null>[] {
  const sizes = [nInputs, ...hiddenSizes];
  const dense = (layer: string, from: number, to: number, activation: Activation | null): Layer =>
    createDense(graph, `${network}/${layer}`, from, to, { activation, normalization: 'none' });
  const hidden = hiddenSizes.map((size, l) => dense(`layer${l}`, sizes[l], size, 'silu'));
  return [
    chain([...hidden, dense(LAST, sizes.at(-1)!, nOutputs, null)]),
    dense(LINE, nInputs, nOutputs, null),
  ];
}

/** Of the weights of a batch, what each is of their sum. */
function shareOf(graph: Graph, w: Value, nOutputs: number): Value {
  // every row's weight stands in w once for each output
  const total = graph.multiply(graph.sum(w, [0, 1], false), graph.scalar(1 / nOutputs));
  return graph.divide(w, total);
}

function absoluteError(graph: Graph, output: Value, y: Value, share: Value) {
  const error = graph.subtract(output, y);
  const opposite = graph.subtract(y, output);
  const absolute = graph.add(graph.relu(error), graph.relu(opposite));
  return {
    loss: graph.sum(graph.multiply(share, absolute), [0, 1], false),
    // the sign of the error, times the share
    dOutput: graph.subtract(graph.reluGradient(share, error), graph.reluGradient(share, opposite)),
  };
}

function copyRow(
  from: Float32Array,
  row: number,
  to: Float32Array,
  place: number,
  width: number,
): void {
  to.set(from.subarray(row * width, (row + 1) * width), place * width);
}
