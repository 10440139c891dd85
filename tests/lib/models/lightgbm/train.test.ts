import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LIGHTGBM_SCHEMA } from '../../../../lib/models/lightgbm/params.ts';
import type { LightgbmParams } from '../../../../lib/models/lightgbm/params.ts';
import { openClassifier } from '../../../../lib/models/lightgbm/predict.ts';
import { lightgbmImportance } from '../../../../lib/models/lightgbm/state.ts';
import { fitClassifier } from '../../../../lib/models/lightgbm/train.ts';
import type { FittedModel, TrainingData } from '../../../../lib/models/model.ts';
import { toCamelCase } from '../../../../lib/params/schema.ts';
import { createRng } from '../../../../lib/rng.ts';
import { createFitContext, machine } from '../../../support/boosting.ts';
import { complaintOf } from '../../../support/complaint.ts';

const test = suite('lightgbm classifier');

const COLUMNS = ['height', 'soil1', 'soil2', 'soil3', 'soil4'];
/** Class 1 on soils 1 and 4, class 0 on soils 2 and 3, whatever the height is; one label in ten is wrong. */
function makeRows(nSamples: number, purpose: string): TrainingData['train'] {
  const rng = createRng(5, 'classifier', purpose);
  const labels = new Int32Array(nSamples);
  const features = new Float32Array(nSamples * COLUMNS.length);
  for (let i = 0; i < nSamples; i++) {
    const soil = Math.floor(rng() * 4);
    features[i * 5] = Math.floor(rng() * 8);
    features[i * 5 + 1 + soil] = 1;
    labels[i] = (soil === 0 || soil === 3) === rng() > 0.1 ? 1 : 0;
  }
  return { nSamples, features, labels };
}
const DATA: TrainingData = {
  ...{ columns: COLUMNS, nClasses: 2, classWeight: null },
  train: makeRows(1200, 'train'),
  valid: makeRows(200, 'valid'),
};
const PARAMS = {
  ...(Object.fromEntries(
    Object.entries(LIGHTGBM_SCHEMA).map(([name, { default: value }]) => [toCamelCase(name), value]),
  ) as LightgbmParams),
  ...{ numIterations: 10, learningRate: 0.3, earlyStoppingRounds: null },
};
const TEST = makeRows(300, 'test');

const fit = (params: Partial<LightgbmParams> = {}, data: Partial<TrainingData> = {}) =>
  fitClassifier({ ...DATA, ...data }, { ...PARAMS, ...params }, createFitContext());

async function predict(
  { fitted }: Awaited<ReturnType<typeof fit>>,
  features: Float32Array,
  { columns, nClasses } = DATA,
): Promise<Float32Array> {
  const model: FittedModel = { name: 'lightgbm', columns, nClasses, ...fitted };
  return await openClassifier(model, machine).predictProba(features);
}

test('splits a folded group in two sets at once, where single columns need a split each', async () => {
  const oneSplit = { numIterations: 1, learningRate: 1, numLeaves: 2 };
  const right = async (params: Partial<LightgbmParams>) => {
    const probabilities = await predict(await fit({ ...oneSplit, ...params }), TEST.features);
    return TEST.labels.filter((label, i) => probabilities[2 * i + label] > 0.5).length / 300;
  };
  assert.ok((await right({ oneHotGroups: ['soil*'] })) > 0.85);
  assert.ok((await right({})) < 0.8);
});

test('takes a code for a category, whose order means nothing', async () => {
  const toCodes = (rows: TrainingData['train']) => ({
    ...rows,
    features: Float32Array.from({ length: rows.nSamples }, (_, i) =>
      rows.features.subarray(i * 5 + 1, i * 5 + 5).indexOf(1),
    ),
  });
  const data = {
    ...DATA,
    ...{ columns: ['soil'], train: toCodes(DATA.train), valid: toCodes(DATA.valid) },
  };
  const params = { categoricalFeatures: ['soil'], numIterations: 1, learningRate: 1, numLeaves: 2 };
  const codes = await predict(
    await fit(params, data),
    Float32Array.of(0, 1, 2, 3, 4, -1, NaN),
    data,
  );
  const isOne = Array.from({ length: 7 }, (_, i) => codes[2 * i + 1] > 0.5);
  assert.equal(isOne.slice(0, 4), [true, false, false, true]);
  // what train had not goes right, with the categories that the split does not name
  assert.ok(isOne[4] === isOne[5] && isOne[5] === isOne[6]);
});

test('gives a row the same bits alone, in a subset, in the whole, and on any number of threads', async () => {
  const trained = await fit({ oneHotGroups: ['soil*'] });
  const all = await predict(trained, TEST.features);
  for (const [start, end] of [
    [0, 1],
    [299, 300],
    [17, 290],
  ]) {
    const part = await predict(trained, TEST.features.slice(start * 5, end * 5));
    assert.equal(part, all.slice(start * 2, end * 2));
  }
  const model = { name: 'lightgbm', columns: COLUMNS, nClasses: 2, ...trained.fitted };
  assert.equal(
    await openClassifier(model, { ...machine, threads: 1 }).predictProba(TEST.features),
    all,
  );
});

test('counts rows of a class as often as its weight says', async () => {
  const double = { ...DATA.train };
  const second = [...DATA.train.labels.keys()].filter((i) => DATA.train.labels[i] === 1);
  const rows = [...DATA.train.labels.keys(), ...second];
  const repeated = {
    nSamples: rows.length,
    labels: Int32Array.from(rows, (i) => double.labels[i]),
    features: Float32Array.from(
      rows.flatMap((i) => [...double.features.subarray(i * 5, i * 5 + 5)]),
    ),
  };
  const params = { minDataInLeaf: 0, numLeaves: 4 };
  const weighted = await predict(await fit(params, { classWeight: [1, 2] }), TEST.features);
  const twice = await predict(await fit(params, { train: repeated }), TEST.features);
  weighted.forEach((p, k) => assert.ok(Math.abs(p - twice[k]) < 1e-5, `${p}, not ${twice[k]}`));
  const plain = await predict(await fit(params), TEST.features);
  const shift = weighted.reduce((sum, p, k) => sum + Math.abs(p - plain[k]), 0) / weighted.length;
  assert.ok(shift > 0.03, `moved by ${shift}`);
});

test('says what it is made of, and how each round went', async () => {
  const { metrics, history, fitted } = await fit({ oneHotGroups: ['soil*'] });
  assert.equal(metrics, { n_rounds: 10, n_trees: 10, best_step: metrics.best_step });
  assert.is(history.length, 10);
  assert.equal(Object.keys(history[0]).toSorted(), [
    ...['learningRate', 'loss', 'step', 'validAccuracy', 'validLoss'],
  ]);
  assert.is(history[9].learningRate, 0.3);
  const model = { name: 'lightgbm', columns: COLUMNS, nClasses: 2, ...fitted };
  assert.is(lightgbmImportance(model)[0].feature, 'soil*');
});

test('refuses columns of a group that are not 0 and 1', async () => {
  const features = DATA.train.features.map((value, k) => (k % 5 === 0 ? value : value - 0.25));
  assert.match(
    await complaintOf(() =>
      fit({ oneHotGroups: ['soil*'] }, { train: { ...DATA.train, features } }),
    ),
    /^E_DATA: train must have one 1 at most .*; got -0\.25 in soil\d in row 1$/,
  );
});

test('writes nothing to stdout and stderr, whatever the library has to say', () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    const { fitBooster } = await import(${url('../../../../lib/models/lightgbm/booster.ts')});
    const { BOOSTER_DEFAULTS, createContext } = await import(${url('../../../support/boosting.ts')});
    const rows = { features: new Float32Array(40), nSamples: 40, targets: new Float32Array(40), weights: null };
    const lines = [];
    const data = { objective: { name: 'binary' }, train: rows, valid: rows };
    data.features = [{ name: 'a', isCategorical: false, monotone: 0 }];
    await fitBooster(data, BOOSTER_DEFAULTS, createContext({ warn: (line) => lines.push(line) }));
    if (!lines.some((line) => line.startsWith('LightGBM: '))) throw new Error('it said nothing');`;
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program],
    { cwd, encoding: 'utf8' },
  );
  assert.equal({ stdout, stderr, status }, { stdout: '', stderr: '', status: 0 });
});

test.run();
