/** What every model of the registry that predicts a number must hold, whatever it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rmse } from '../../lib/metrics/regression.ts';
import { fitModel, openRegressor } from '../../lib/models/fit-model.ts';
import type { FittedModel, ModelHistoryRow, RegressionData } from '../../lib/models/model.ts';
import { MODELS, findModelProblem } from '../../lib/models/registry.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { toCamelCase } from '../../lib/params/schema.ts';
import { createRng } from '../../lib/rng.ts';
import { readSafetensors, writeSafetensors } from '../../lib/tensors/safetensors.ts';
import { complaintOf } from '../support/complaint.ts';
import { createContext, machine } from '../support/small-model.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';

/** What makes a model small enough to be fitted a dozen times in a second. */
const SMALL = {
  extra_trees: { n_estimators: 12, max_depth: 6 },
  lightgbm: { num_leaves: 7, num_iterations: 30, min_data_in_leaf: 5, learning_rate: 0.2 },
  mlp: { hidden_sizes: [16], max_epochs: 15, batch_size: 16, learning_rate: 0.02 },
  random_forest: { n_estimators: 12, max_depth: 6, max_features: 0.8 },
};
const sources = [{ name: 'this test', values: SMALL }];
const { params } = resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });

const COLUMNS = ['a', 'b', 'noise', 'hot'];

/** Targets around 1000, which a line through the columns but for a bend tells. */
function makeRows(nSamples: number, purpose: string): RegressionData['train'] {
  const rng = createRng(5, 'regressions', purpose);
  const features = new Float32Array(nSamples * COLUMNS.length);
  const targets = new Float64Array(nSamples);
  for (let i = 0; i < nSamples; i++) {
    const [a, b, hot] = [4 * rng(), 2 * rng() - 1, Number(rng() < 0.4)];
    features.set([a, b, rng(), hot], i * COLUMNS.length);
    targets[i] = 1000 + 30 * a - 20 * b + 25 * hot + 8 * Math.abs(b) + 3 * rng();
  }
  return { nSamples, features, targets };
}

const DATA: RegressionData = {
  ...{ task: 'regression', columns: COLUMNS },
  ...{ train: makeRows(300, 'train'), valid: makeRows(90, 'valid') },
};
const TEST = makeRows(97, 'test');

async function predict(fitted: FittedModel, features: Float32Array): Promise<Float64Array> {
  const regressor = await openRegressor(fitted, machine);
  try {
    return await regressor.predict(features);
  } finally {
    regressor.dispose();
  }
}

const rowsOf = (features: Float32Array, start: number, end: number) =>
  features.slice(start * COLUMNS.length, end * COLUMNS.length);

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
  ...Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    return [name, dtype, shape, [...data]];
  }),
];

for (const { name, regression, acceptsMissing } of MODELS) {
  if (regression === undefined) continue;
  const test = suite(`regression ${name}`);
  async function fit(changes: Partial<RegressionData> = {}, seed = 1): Promise<FittedModel> {
    const rng = (purpose: string) => createRng(seed, 'test', purpose);
    return (await fitModel(name, { ...DATA, ...changes }, params, createContext({ rng }))).fitted;
  }
  let fitted: FittedModel;
  let expected: Float64Array;

  test.before(async () => {
    fitted = await fit();
    expected = await predict(fitted, TEST.features);
  });

  test('predicts a finite number for every row, and learns what there is to learn', () => {
    assert.is(expected.length, TEST.nSamples);
    assert.ok(expected.every(Number.isFinite));
    assert.is(fitted.task, 'regression');
    assert.is(fitted.nClasses, 0);
    const mean = DATA.train.targets.reduce((sum, target) => sum + target, 0) / 300;
    const ofMean = rmse({ yTrue: TEST.targets, yPred: expected.map(() => mean) });
    const error = rmse({ yTrue: TEST.targets, yPred: expected });
    if (name === 'majority') assert.is(error, ofMean);
    else assert.ok(error < ofMean / 3, `${error} of ${ofMean}`);
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
    if (history.length > 0) {
      const yPred = await predict(fitted, DATA.valid.features);
      const last = rmse({ yTrue: DATA.valid.targets, yPred });
      const { validLoss, validAccuracy } = history.at(-1)!;
      assert.ok(Math.abs(validLoss! - last) < 1e-3 * last, `${validLoss}, not ${last}`);
      assert.is(validAccuracy, null);
    }
    const stopped = await fitModel(name, DATA, params, createContext({ onStep: () => 'stop' }));
    assert.ok(stopped.history.length <= 1);
    const yPred = await predict(stopped.fitted, TEST.features);
    assert.ok(yPred.every(Number.isFinite));
  });

  test('gives the same bytes for the same seed', async () => {
    assert.equal(bytesOf(await fit()), bytesOf(fitted));
  });

  test('predicts the same bits after it was saved and read', async () => {
    const read = await reread(fitted);
    assert.is(findModelProblem(read), null);
    assert.equal(await predict(read, TEST.features), expected);
  });

  test('gives a row the same bits alone, in a subset, and in the whole', async () => {
    const regressor = await openRegressor(fitted, machine);
    for (const [start, end] of [
      [0, 1],
      [7, 8],
      [5, 60],
      [96, 97],
    ]) {
      const some = await regressor.predict(rowsOf(TEST.features, start, end));
      assert.equal(some, expected.slice(start, end));
    }
    assert.equal(await regressor.predict(TEST.features), expected, 'and again');
    regressor.dispose();
  });

  test('learns from the columns that its parameters give it, wherever they stand', async () => {
    const among = ['other', ...COLUMNS];
    const widen = ({ features, ...rows }: RegressionData['train']) => ({
      ...rows,
      features: Float32Array.from({ length: rows.nSamples * among.length }, (_, k) => {
        const [i, j] = [Math.floor(k / among.length), k % among.length];
        return j > 0 ? features[i * COLUMNS.length + j - 1] : Math.sin(k);
      }),
    });
    const group = toCamelCase(name.replaceAll('-', '_'));
    const all = params as unknown as Record<string, object>;
    const own = { ...all[group], columns: ['*', '!other'] };
    const data = { ...DATA, columns: among, train: widen(DATA.train), valid: widen(DATA.valid) };
    const narrow = await fitModel(name, data, { ...params, [group]: own }, createContext());
    assert.equal(narrow.fitted.columns, fitted.columns);
    assert.equal(await predict(narrow.fitted, TEST.features), expected);
  });

  test('learns a target that never changes', async () => {
    const constant = (rows: RegressionData['train']) => ({
      ...rows,
      targets: rows.targets.map(() => 12.25),
    });
    const same = await fit({ train: constant(DATA.train), valid: constant(DATA.valid) });
    // a network comes near it, and no nearer
    const tolerance = name === 'mlp' ? 0.25 : 1e-4;
    for (const value of await predict(same, TEST.features)) {
      assert.ok(Math.abs(value - 12.25) < tolerance, `${value}`);
    }
  });

  if (acceptsMissing) {
    test('learns from and predicts for rows with missing values', async () => {
      const withGaps = ({ features, ...rows }: RegressionData['train']) => ({
        ...rows,
        features: features.map((value, k) => (k % 7 === 0 ? NaN : value)),
      });
      const gappy = await fit({ train: withGaps(DATA.train), valid: withGaps(DATA.valid) });
      for (const features of [withGaps(TEST).features, TEST.features.map(() => NaN)]) {
        assert.ok((await predict(gappy, features)).every(Number.isFinite));
      }
    });
  } else {
    test('refuses rows with missing values, by the name of the column', async () => {
      const { train } = DATA;
      const features = train.features.with(5, NaN);
      assert.is(
        await complaintOf(() => fit({ train: { ...train, features } })),
        `E_DATA: ${name} must have a number in every feature; got missing values in b (1)`,
      );
    });
  }

  test('refuses a tensor that is missing, cut off, or of another kind', () => {
    const [first, tensor] = Object.entries(fitted.tensors)[0];
    assert.ok(tensor.data.length > 0);
    const { [first]: _, ...without } = fitted.tensors;
    assert.type(findModelProblem({ ...fitted, tensors: without }), 'string');
    const cut = { dtype: 'I32', shape: [1], data: new Int32Array(1) } as const;
    assert.type(findModelProblem({ ...fitted, tensors: { ...without, [first]: cut } }), 'string');
    assert.type(findModelProblem({ ...fitted, facts: {}, tensors: {} }), 'string');
    assert.type(findModelProblem({ ...fitted, task: 'classification', nClasses: 2 }), 'string');
  });

  test.run();
}

const others = suite('models that predict no number');

others('are refused, by name, beside those that do', async () => {
  const able = MODELS.filter(({ regression }) => regression !== undefined);
  for (const { name, regression } of MODELS) {
    if (regression !== undefined) continue;
    assert.is(
      await complaintOf(() => fitModel(name, DATA, params, createContext())),
      `E_PARAMS: the model must be ${able.map((model) => model.name).join(', ')} to predict a number; got ${name}`,
    );
  }
});

others.run();
