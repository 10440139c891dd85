import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../../../lib/models/tensorflow/graph.ts';
import {
  DROPOUT_SEEDS,
  FEATURES,
  LABELS,
  LOSS,
  STEP,
  createTrainingGraph,
  gradientOf,
} from '../../../../lib/models/mlp/network.ts';
import type { Embedding } from '../../../../lib/models/mlp/layers/embedding.ts';
import type { LossOptions, MlpArchitecture } from '../../../../lib/models/mlp/network.ts';
import { STEP_SCALARS, stepScalars } from '../../../../lib/models/mlp/optimizer.ts';
import type { OptimizerOptions } from '../../../../lib/models/mlp/optimizer.ts';
import {
  getVariables,
  loadBackend,
  setVariables,
} from '../../../../lib/models/tensorflow/backend.ts';
import type { Backend } from '../../../../lib/models/tensorflow/backend.ts';
import { createWasmBackend } from '../../../../lib/models/tensorflow/wasm.ts';
import { createRng } from '../../../../lib/rng.ts';

const test = suite('createTrainingGraph');

const backends = [
  await loadBackend({ nThreads: 2, warn: (line) => console.error(line) }),
  await createWasmBackend(),
];

type Options = LossOptions & OptimizerOptions;
type Contents = Record<string, Float32Array>;

const PLAIN: Options = {
  dropout: 0,
  labelSmoothing: 0,
  classWeight: null,
  optimizer: 'adam',
  weightDecay: 0,
  gradientClipNorm: null,
};

/** `known` where it has the variable; elsewhere 1 for a variance and 0, as moments start. */
const fill = (graph: Graph, known: Contents): Contents =>
  Object.fromEntries(
    graph.variables.map(({ name, shape }) => [
      name,
      known[name] ??
        new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(
          name.endsWith('/variance') ? 1 : 0,
        ),
    ]),
  );

/** Weights of a graph, drawn; no moments. */
function drawWeights(graph: Graph, seed: number): Contents {
  const rng = createRng(seed, 'test', 'weights');
  const weights = graph.variables.filter(({ name }) => name.split('/').length === 2);
  return Object.fromEntries(
    weights.map(({ name, shape }) => {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      return [name, values.map(() => (name.endsWith('/scale') ? 1 : 0) + rng() - 0.5)];
    }),
  );
}

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.is(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance,
      `${what}[${i}]: ${actual[i]} must be ${expected[i]}`,
    );
  }
}

interface GoldenCase {
  name: string;
  options: {
    activation: MlpArchitecture['activation'];
    normalization: MlpArchitecture['normalization'];
    embedding?: Embedding;
    label_smoothing: number;
    class_weight: number[] | null;
    optimizer: OptimizerOptions['optimizer'];
    learning_rate: number;
    weight_decay: number;
    gradient_clip_norm: number | null;
  };
  initial: Record<string, number[]>;
  loss: number;
  gradients: Record<string, number[]>;
  weights_after: Record<string, number[]>;
}
interface Golden {
  n_features: number;
  n_classes: number;
  hidden_sizes: number[];
  n_steps: number;
  X: number[];
  y: number[];
  cases: GoldenCase[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/mlp/expected.json', import.meta.url), 'utf8'),
) as Golden;
const GOLDEN_TOLERANCE = 2e-5; // tests/golden/mlp/README.md

for (const backend of backends) {
  for (const { name, options, initial, loss, gradients, weights_after } of golden.cases) {
    test(`loss, gradients and ${golden.n_steps} steps are PyTorch's: ${name} (${backend.name})`, () => {
      const training: Options = {
        dropout: 0,
        labelSmoothing: options.label_smoothing,
        classWeight: options.class_weight,
        optimizer: options.optimizer,
        weightDecay: options.weight_decay,
        gradientClipNorm: options.gradient_clip_norm,
      };
      const architecture: MlpArchitecture = {
        nFeatures: golden.n_features,
        nClasses: golden.n_classes,
        hiddenSizes: golden.hidden_sizes,
        activation: options.activation,
        normalization: options.normalization,
        embedding: options.embedding ?? null,
      };
      const graph = createTrainingGraph(architecture, training);
      const program = backend.compile(graph);
      const known = Object.entries(initial).map(([key, values]) => [
        key,
        Float32Array.from(values),
      ]);
      setVariables(program, graph, fill(graph, Object.fromEntries(known)));
      const nSamples = golden.y.length;
      const feeds = {
        [FEATURES]: { shape: [nSamples, golden.n_features], values: Float32Array.from(golden.X) },
        [LABELS]: { shape: [nSamples], values: Int32Array.from(golden.y) },
      };

      const names = Object.keys(gradients);
      const [[sum, weight], ...actual] = program.run(feeds, [LOSS, ...names.map(gradientOf)]);
      assertClose([sum / weight], [loss], GOLDEN_TOLERANCE, 'loss');
      for (const [i, key] of names.entries()) {
        assertClose(actual[i], gradients[key], GOLDEN_TOLERANCE, `gradient of ${key}`);
      }

      for (let step = 0; step < golden.n_steps; step++) {
        const values = stepScalars(step, options.learning_rate, training);
        program.run({ ...feeds, [STEP_SCALARS]: { shape: [values.length], values } }, [STEP]);
      }
      const after = getVariables(program, graph);
      for (const [key, values] of Object.entries(weights_after)) {
        assertClose(after[key], values, GOLDEN_TOLERANCE, `${key} after the steps`);
      }
      program.dispose();
    });
  }
}

/** Loss of drawn rows as a function of the weights. */
function createLoss(backend: Backend, architecture: MlpArchitecture, options: Options) {
  const graph = createTrainingGraph(architecture, options);
  const program = backend.compile(graph);
  const rng = createRng(3, 'test', 'rows');
  const { nFeatures, nClasses, hiddenSizes } = architecture;
  const nSamples = 9;
  const feeds = {
    [FEATURES]: {
      shape: [nSamples, nFeatures],
      values: Float32Array.from({ length: nSamples * nFeatures }, () => 2 * rng() - 1),
    },
    [LABELS]: {
      shape: [nSamples],
      values: Int32Array.from({ length: nSamples }, (_, i) => i % nClasses),
    },
    ...(options.dropout > 0 && {
      [DROPOUT_SEEDS]: {
        shape: [hiddenSizes.length, 2],
        values: Int32Array.from({ length: 2 * hiddenSizes.length }, (_, i) => i + 5),
      },
    }),
  };
  return {
    graph,
    evaluate(weights: Contents, fetches: readonly string[]) {
      setVariables(program, graph, fill(graph, weights));
      return program.run(feeds, fetches);
    },
    dispose: () => program.dispose(),
  };
}

const BINS: Embedding = { kind: 'piecewise_linear', columns: [0, 2], size: 2, nBins: [3, 2] };
const WAVES: Embedding = { kind: 'periodic', columns: [1, 2], size: 3, nFrequencies: 2 };

const VARIANTS: readonly [string, Partial<MlpArchitecture>, Partial<Options>][] = [
  // not relu, whose kinks spoil differences: the golden cases have it
  ['gelu', { activation: 'gelu' }, {}],
  ['silu', { activation: 'silu' }, {}],
  ['batch normalization', { activation: 'silu', normalization: 'batch' }, {}],
  ['layer normalization', { activation: 'silu', normalization: 'layer' }, {}],
  ['label smoothing', { activation: 'gelu' }, { labelSmoothing: 0.3 }],
  ['class weights', { activation: 'gelu' }, { classWeight: [0.2, 3, 1] }],
  ['dropout', { activation: 'gelu' }, { dropout: 0.4 }],
  ['no hidden layer', { hiddenSizes: [] }, {}],
  ['piecewise-linear embedding', { activation: 'silu', embedding: BINS }, {}],
  ['periodic embedding', { activation: 'silu', embedding: WAVES }, {}],
  ['periodic embedding without a hidden layer', { hiddenSizes: [], embedding: WAVES }, {}],
  [
    'periodic embedding with batch normalization',
    { activation: 'gelu', normalization: 'batch', embedding: WAVES },
    {},
  ],
];

const STEP_SIZE = 0.005;

/** Bins of width 1/2, and biases that keep the relu of an embedding on one side, every other unit on each. */
function awayFromKinks(embedding: Embedding | null): Contents {
  if (embedding === null) return {};
  const nUnits = embedding.columns.length * embedding.size;
  const bias = Float32Array.from({ length: nUnits }, (_, i) => (i % 2 === 0 ? 5 : -5));
  const bins = {
    'embedding/starts': Float32Array.of(-0.7, -0.2, 0.3, -0.4, 0.1, 0),
    'embedding/slopes': Float32Array.of(2, 2, 2, 2, 2, 0),
  };
  return { 'embedding/bias': bias, ...(embedding.kind === 'piecewise_linear' && bins) };
}

for (const [name, changes, options] of VARIANTS) {
  test(`property: gradients are the slopes of the loss: ${name}`, () => {
    const architecture: MlpArchitecture = {
      nFeatures: 3,
      nClasses: 3,
      hiddenSizes: [4, 5],
      activation: 'relu',
      normalization: 'none',
      embedding: null,
      ...changes,
    };
    const loss = createLoss(backends[0], architecture, { ...PLAIN, ...options });
    const weights = { ...drawWeights(loss.graph, 8), ...awayFromKinks(changes.embedding ?? null) };
    for (const [key, values] of Object.entries(weights)) {
      if (/mean|variance|starts|slopes/.test(key)) continue; // statistics, not learned
      const [gradient] = loss.evaluate(weights, [gradientOf(key)]);
      const slopes = values.map((value, i) => {
        const [down2, down, up, up2] = [-2, -1, 1, 2].map((steps) => {
          const moved = values.with(i, value + steps * STEP_SIZE);
          const [[sum, weight]] = loss.evaluate({ ...weights, [key]: moved }, [LOSS]);
          return sum / weight;
        });
        return (8 * (up - down) - (up2 - down2)) / (12 * STEP_SIZE);
      });
      // Losses of size 1 in float32: 1e-7 / 0.005 from rounding, and 0.005^4 / 30 times a fifth derivative.
      assertClose(gradient, slopes, 3e-4, key);
    }
    loss.dispose();
  });
}

test('dropout keeps the expected output: the mean gradient over many masks is the one without', () => {
  const architecture: MlpArchitecture = {
    nFeatures: 3,
    nClasses: 3,
    hiddenSizes: [6],
    activation: 'relu',
    normalization: 'none',
    embedding: null,
  };
  const options = { ...PLAIN, dropout: 0.3 };
  const graph = createTrainingGraph(architecture, options);
  const program = backends[0].compile(graph);
  const drawn = drawWeights(graph, 1);
  // With a last kernel of 0, its gradient is (outputs of the hidden layer)' (p - q), linear in the mask.
  const weights = fill(graph, { ...drawn, 'layer1/kernel': new Float32Array(18) });
  setVariables(program, graph, weights);
  const fetch = (dropped: typeof program, seed: number | null) =>
    dropped.run(
      {
        [FEATURES]: { shape: [2, 3], values: Float32Array.of(1, 2, -1, 0.5, -2, 1) },
        [LABELS]: { shape: [2], values: Int32Array.of(0, 2) },
        ...(seed !== null && {
          [DROPOUT_SEEDS]: { shape: [1, 2], values: Int32Array.of(7, seed) },
        }),
      },
      [gradientOf('layer1/kernel')],
    )[0];
  const nMasks = 1000;
  const mean = new Float64Array(18);
  for (let seed = 0; seed < nMasks; seed++) {
    for (const [i, value] of fetch(program, seed).entries()) mean[i] += value / nMasks;
  }
  const withoutGraph = createTrainingGraph(architecture, PLAIN);
  const without = backends[0].compile(withoutGraph);
  setVariables(without, withoutGraph, fill(withoutGraph, weights));
  const expected = fetch(without, null);
  assert.ok(expected.some((value) => Math.abs(value) > 0.1));
  // A masked term x has standard deviation x sqrt(0.3 / 0.7): 5 of them over sqrt(1000) masks, |x| < 1.
  assertClose(mean, expected, (5 * Math.sqrt(0.3 / 0.7)) / Math.sqrt(nMasks), 'mean gradient');
  program.dispose();
  without.dispose();
});

test('another seed gives another dropout mask, the same seed the same', () => {
  const architecture: MlpArchitecture = {
    nFeatures: 3,
    nClasses: 3,
    hiddenSizes: [50],
    activation: 'silu',
    normalization: 'none',
    embedding: null,
  };
  for (const backend of backends) {
    const graph = createTrainingGraph(architecture, { ...PLAIN, dropout: 0.5 });
    const program = backend.compile(graph);
    setVariables(program, graph, fill(graph, drawWeights(graph, 1)));
    const [first, again, other] = [1, 1, 2].map((seed) => {
      const [[sum]] = program.run(
        {
          [FEATURES]: { shape: [1, 3], values: Float32Array.of(1, 2, -1) },
          [LABELS]: { shape: [1], values: Int32Array.of(0) },
          [DROPOUT_SEEDS]: { shape: [1, 2], values: Int32Array.of(0, seed) },
        },
        [LOSS],
      );
      return sum;
    });
    assert.is(again, first);
    assert.is.not(other, first);
    program.dispose();
  }
});

test('running statistics move by a tenth towards those of the batch', () => {
  const architecture: MlpArchitecture = {
    nFeatures: 1,
    nClasses: 2,
    hiddenSizes: [1],
    activation: 'relu',
    normalization: 'batch',
    embedding: null,
  };
  const graph = createTrainingGraph(architecture, PLAIN);
  for (const backend of backends) {
    const program = backend.compile(graph);
    setVariables(program, graph, fill(graph, { 'layer0/kernel': Float32Array.of(2) }));
    const values = stepScalars(0, 0.1, PLAIN);
    program.run(
      {
        [FEATURES]: { shape: [2, 1], values: Float32Array.of(1, 4) },
        [LABELS]: { shape: [2], values: Int32Array.of(0, 1) },
        [STEP_SCALARS]: { shape: [values.length], values },
      },
      [STEP],
    );
    // a = 2, 8: mean 5, variance 9; from 0 and 1: 0 + 0.1 * 5, 1 + 0.1 * (9 - 1)
    const after = getVariables(program, graph);
    assertClose(after['layer0/mean'], [0.5], 1e-6, 'mean');
    assertClose(after['layer0/variance'], [1.8], 1e-6, 'variance');
    program.dispose();
  }
});

test.run();
