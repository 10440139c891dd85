/** What every model of the registry must hold, whatever it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, writeSafetensors } from '../../lib/tensors/safetensors.ts';
import { fitModel, openModel, takeColumns } from '../../lib/models/fit-model.ts';
import type { FittedModel, ModelHistoryRow, TrainingData } from '../../lib/models/model.ts';
import { MODELS } from '../../lib/models/registry.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { toCamelCase } from '../../lib/params/schema.ts';
import { createRng } from '../../lib/rng.ts';
import { createContext, machine } from '../support/small-model.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';

/** What makes a model small enough to be fitted a dozen times in a second. */
const SMALL: Record<string, Record<string, unknown>> = {
  ensemble: { members: ['majority', 'extra-trees', 'mlp'] },
  'extra-trees': { n_estimators: 5, max_depth: 4 },
  lightgbm: { num_leaves: 7, num_iterations: 8, min_data_in_leaf: 5 },
  mlp: { hidden_sizes: [16], max_epochs: 12, batch_size: 16, learning_rate: 0.02 },
  'random-forest': { n_estimators: 5, max_depth: 4 },
};
/** Settings under which a model computes something else. */
const VARIANTS: readonly [string, Record<string, unknown>][] = [
  ['mlp', { embedding: 'piecewise_linear', embedding_size: 4 }],
  ['mlp', { embedding: 'periodic', embedding_size: 4, embedding_sigma: 0.5 }],
];

/** The group `train` with these settings in the groups of the models. */
function resolve(settings: typeof SMALL) {
  const values = Object.fromEntries(
    Object.entries(settings)
      .filter(([name]) => MODELS.some((model) => model.name === name))
      .map(([name, group]) => [name.replaceAll('-', '_'), group]),
  );
  const sources = [{ name: 'this test', values }];
  return resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } }).params;
}

const CASES = [
  ...MODELS.map((model) => ({ ...model, title: model.name, params: resolve(SMALL) })),
  ...VARIANTS.map(([name, values]) => ({
    ...MODELS.find((model) => model.name === name)!,
    title: `${name}, ${Object.values(values)[0]}`,
    params: resolve({ ...SMALL, [name]: { ...SMALL[name], ...values } }),
  })),
];

/** Two numbers that tell three classes apart, noise, and a one-hot group of three. */
const COLUMNS = ['a', 'b', 'noise', 'group1', 'group2', 'group3'];
const N_CLASSES = 3;

function makeRows(nSamples: number, purpose: string, classes = [0, 1, 2]) {
  const rng = createRng(3, 'models', purpose);
  const labels = Int32Array.from({ length: nSamples }, (_, i) => classes[i % classes.length]);
  const rows = new Float32Array(nSamples * COLUMNS.length);
  labels.forEach((c, i) => {
    const group = rng() < 0.7 ? c : Math.floor(rng() * 3);
    const oneHot = [0, 1, 2].map((g) => (g === group ? 1 : 0));
    rows.set([c + rng(), (c % 2) - rng() * 1.2, rng(), ...oneHot], i * COLUMNS.length);
  });
  return { nSamples, features: rows, labels };
}

const DATA: TrainingData = {
  columns: COLUMNS,
  nClasses: N_CLASSES,
  train: makeRows(240, 'train'),
  valid: makeRows(90, 'valid'),
  classWeight: null,
};
const TEST = makeRows(97, 'test');

async function predict(fitted: FittedModel, features: Float32Array): Promise<Float32Array> {
  const predictor = await openModel(fitted, machine);
  try {
    return await predictor.predictProba(features);
  } finally {
    predictor.dispose();
  }
}

const rowsOf = (features: Float32Array, start: number, end: number) =>
  features.slice(start * COLUMNS.length, end * COLUMNS.length);

function assertProbabilities(probabilities: Float32Array, nSamples: number): void {
  assert.is(probabilities.length, nSamples * N_CLASSES);
  for (let i = 0; i < nSamples; i++) {
    const row = probabilities.subarray(i * N_CLASSES, (i + 1) * N_CLASSES);
    assert.ok(
      row.every((p) => p >= 0 && p <= 1 + 1e-6),
      `row ${i}: ${row.join()}`,
    );
    const sum = row.reduce((total, p) => total + p, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5, `row ${i} sums to ${sum}`);
  }
}

function accuracyOf(probabilities: Float32Array, labels: Int32Array): number {
  const isRight = labels.filter((label, i) => {
    const row = probabilities.subarray(i * N_CLASSES, (i + 1) * N_CLASSES);
    return row[label] === Math.max(...row);
  });
  return isRight.length / labels.length;
}

/** The model as a file gives it back. */
async function reread({ tensors, ...facts }: FittedModel): Promise<FittedModel> {
  let read: FittedModel | null = null;
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'model.safetensors');
    writeSafetensors(file, tensors, { facts: JSON.stringify(facts) });
    const { tensors: again, metadata } = readSafetensors(file);
    read = { ...(JSON.parse(metadata.facts) as typeof facts), tensors: again };
    writeSafetensors(`${file}.2`, again, metadata);
    assert.ok(readFileSync(file).equals(readFileSync(`${file}.2`)));
  });
  return read!;
}

const bytesOf = ({ tensors, ...facts }: FittedModel) => [
  JSON.stringify(facts),
  ...Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
    name,
    dtype,
    shape,
    [...data],
  ]),
];

for (const { name, title, params, summary, acceptsMissing, findProblem } of CASES) {
  const test = suite(`model ${title}`);
  async function fit(changes: Partial<TrainingData> = {}, seed = 1): Promise<FittedModel> {
    const rng = (purpose: string) => createRng(seed, 'test', purpose);
    const data = { ...DATA, ...changes };
    return (await fitModel(name, data, params, createContext({ rng }))).fitted;
  }
  let fitted: FittedModel;
  let expected: Float32Array;

  test.before(async () => {
    fitted = await fit();
    expected = await predict(fitted, TEST.features);
  });

  test('is named as its parameters are, and says in a sentence what it is', () => {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(toCamelCase(name.replaceAll('-', '_')) in params);
    assert.match(summary, /^[A-Z].*[^.]$/);
  });

  test('gives every row probabilities that sum to 1, and learns what there is to learn', async () => {
    assertProbabilities(expected, TEST.nSamples);
    const accuracy = accuracyOf(expected, TEST.labels);
    assert.ok(accuracy > (name === 'majority' ? 0.3 : 0.7), `accuracy ${accuracy}`);
  });

  test('hands every step of its history to those who look on, and ends when one says stop', async () => {
    const seen: ModelHistoryRow[] = [];
    const watched = createContext({
      onStep(row) {
        seen.push(row);
        return 'go on';
      },
    });
    const { history } = await fitModel(name, DATA, params, watched);
    assert.equal(seen, history);
    const stopping = createContext({ onStep: () => 'stop' });
    const stopped = await fitModel(name, DATA, params, stopping);
    const nModels = new Set(history.map(({ model }) => model)).size;
    // threads may have a step each under way
    const mayGoOn = history.length <= machine.threads * nModels;
    assert.ok(
      mayGoOn || stopped.history.length < history.length,
      `${stopped.history.length} steps`,
    );
    assertProbabilities(await predict(stopped.fitted, TEST.features), TEST.nSamples);
  });

  test('gives the same bytes for the same seed', async () => {
    assert.equal(bytesOf(await fit()), bytesOf(fitted));
  });

  test('predicts the same bits after it was saved and read', async () => {
    const read = await reread(fitted);
    assert.is(findProblem(read), null);
    assert.equal(await predict(read, TEST.features), expected);
  });

  test('gives a row the same bits alone, in a subset, and in the whole', async () => {
    const predictor = await openModel(fitted, machine);
    for (const [start, end] of [
      [0, 1],
      [7, 8],
      [5, 60],
      [96, 97],
    ]) {
      assert.equal(
        await predictor.predictProba(rowsOf(TEST.features, start, end)),
        expected.slice(start * N_CLASSES, end * N_CLASSES),
      );
    }
    const twice = await predictor.predictProba(TEST.features);
    assert.equal(twice, expected, 'and again');
    predictor.dispose();
  });

  test('learns from the columns that its parameters give it, wherever they stand', async () => {
    const among = [...COLUMNS, 'other'];
    const widen = ({ features, nSamples, labels }: TrainingData['train']) => ({
      ...{ nSamples, labels },
      features: Float32Array.from({ length: nSamples * among.length }, (_, k) => {
        const [i, j] = [Math.floor(k / among.length), k % among.length];
        return j < COLUMNS.length ? features[i * COLUMNS.length + j] : Math.sin(k);
      }),
    });
    const group = toCamelCase(name.replaceAll('-', '_'));
    const own = {
      ...((params as Record<string, unknown>)[group] as object),
      columns: ['*', '!other'],
    };
    const data = { ...DATA, columns: among, train: widen(DATA.train), valid: widen(DATA.valid) };
    const rng = (purpose: string) => createRng(1, 'test', purpose);
    // an ensemble hands the columns on to its members
    const narrow = await fitModel(name, data, { ...params, [group]: own }, createContext({ rng }));
    assert.equal(narrow.fitted.columns, fitted.columns);
    assert.equal(await predict(narrow.fitted, TEST.features), expected);
    assert.equal(takeColumns(widen(TEST).features, TEST.nSamples, among, COLUMNS), TEST.features);
  });

  test('predicts for a category that it never saw', async () => {
    const unseen = TEST.features.slice();
    for (let i = 0; i < TEST.nSamples; i++) unseen.fill(0, i * 6 + 3, i * 6 + 6);
    unseen[3] = 1;
    unseen[4] = 1;
    assertProbabilities(await predict(fitted, unseen), TEST.nSamples);
  });

  if (acceptsMissing) {
    test('learns from and predicts for rows with missing values', async () => {
      const withGaps = ({ features, ...rows }: TrainingData['train']) => ({
        ...rows,
        features: features.map((value, k) => (k % 7 === 0 ? NaN : value)),
      });
      const gappy = await fit({ train: withGaps(DATA.train), valid: withGaps(DATA.valid) });
      const probabilities = await predict(gappy, withGaps(TEST).features);
      assertProbabilities(probabilities, TEST.nSamples);
      assertProbabilities(
        await predict(
          gappy,
          TEST.features.map(() => NaN),
        ),
        TEST.nSamples,
      );
    });
  }

  test('learns where train has rows of one class alone', async () => {
    const only = await fit({ train: makeRows(60, 'one', [1]) });
    const probabilities = await predict(only, TEST.features);
    assertProbabilities(probabilities, TEST.nSamples);
    for (let i = 0; i < TEST.nSamples; i++) {
      const [p0, p1, p2] = probabilities.subarray(i * N_CLASSES, (i + 1) * N_CLASSES);
      assert.ok(p1 >= p0 && p1 >= p2, `row ${i}: ${p0}, ${p1}, ${p2}`);
    }
  });

  test('weighs the rows of a class as it is told', async () => {
    const plain = await fit({ classWeight: [1, 1, 1] });
    const difference = await predict(plain, TEST.features);
    difference.forEach((p, k) => assert.ok(Math.abs(p - expected[k]) < 1e-4));
    const shareOf = (probabilities: Float32Array): number =>
      probabilities.reduce((sum, p, k) => sum + (k % N_CLASSES === 2 ? p : 0), 0);
    const heavy = await predict(await fit({ classWeight: [1, 1, 20] }), TEST.features);
    assertProbabilities(heavy, TEST.nSamples);
    assert.ok(shareOf(heavy) > shareOf(expected), `${shareOf(heavy)} of ${shareOf(expected)}`);
  });

  test('refuses a tensor that is missing, cut off, or of another kind', () => {
    const [first, tensor] = Object.entries(fitted.tensors)[0] ?? [];
    if (first === undefined || tensor === undefined) return;
    const { [first]: _, ...without } = fitted.tensors;
    assert.type(findProblem({ ...fitted, tensors: without }), 'string');
    const cut = { dtype: 'I32', shape: [1], data: new Int32Array(1) } as const;
    assert.type(findProblem({ ...fitted, tensors: { ...without, [first]: cut } }), 'string');
    assert.type(findProblem({ ...fitted, facts: {}, tensors: {} }), 'string');
  });

  test.run();
}
