/** What every model must hold that takes sparse rows, and what the others say of them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  fitModel,
  measureValid,
  openModel,
  openSparseModel,
  takeColumns,
} from '../../lib/models/fit-model.ts';
import type { FittedModel, ModelHistoryRow, TrainingData } from '../../lib/models/model.ts';
import { MODELS } from '../../lib/models/registry.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { createRng } from '../../lib/rng.ts';
import { fromTriplets, takeRows, toDense } from '../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../lib/sparse/csr.ts';
import { complaintOf } from '../support/complaint.ts';
import { createContext, machine } from '../support/small-model.ts';

const N_CLASSES = 3;
const COLUMNS = Array.from({ length: 40 }, (_, j) => `w${j}`);
const ABLE = MODELS.filter(({ sparse }) => sparse !== undefined);
const { params } = resolveParams({
  params: { schema: TRAIN_SCHEMA, prefix: 'train', sources: [] },
});

/** Rows of a few words each, of which the class has some of its own; every tenth row has none. */
function makeRows(nSamples: number, purpose: string): TrainingData<CsrMatrix>['train'] {
  const draw = createRng(5, 'sparse models', purpose);
  const labels = Int32Array.from({ length: nSamples }, (_, i) => i % N_CLASSES);
  const [rows, columns, values]: number[][] = [[], [], []];
  labels.forEach((label, i) => {
    if (i % 10 === 9) return;
    for (let k = 0; k < 6; k++) {
      rows.push(i);
      columns.push(draw() < 0.5 ? 5 * label + Math.floor(5 * draw()) : Math.floor(40 * draw()));
      values.push(0.1 + draw());
    }
  });
  const features = fromTriplets({ nRows: nSamples, nColumns: 40, rows, columns, values });
  return { nSamples, features, labels };
}

const DATA: TrainingData<CsrMatrix> = {
  columns: COLUMNS,
  nClasses: N_CLASSES,
  train: makeRows(240, 'train'),
  valid: makeRows(60, 'valid'),
  classWeight: null,
};
const TEST = makeRows(97, 'test');
const EMPTY = fromTriplets({ nRows: 1, nColumns: 40, rows: [], columns: [] });

const densify = ({ features, ...rows }: TrainingData<CsrMatrix>['train']) => ({
  ...rows,
  features: Float32Array.from(toDense(features)),
});

async function predict(fitted: FittedModel, features: CsrMatrix): Promise<Float32Array> {
  const predictor = await openSparseModel(fitted, machine);
  try {
    return await predictor.predictProba(features);
  } finally {
    predictor.dispose();
  }
}

for (const { name, findProblem } of ABLE) {
  const test = suite(`model ${name} of sparse rows`);
  const fit = async (changes: Partial<TrainingData<CsrMatrix>> = {}): Promise<FittedModel> =>
    (await fitModel(name, { ...DATA, ...changes }, params, createContext())).fitted;
  let fitted: FittedModel;
  let expected: Float32Array;

  test.before(async () => {
    fitted = await fit();
    expected = await predict(fitted, TEST.features);
  });

  test('gives every row probabilities that sum to 1, one without values too', async () => {
    for (const probabilities of [expected, await predict(fitted, EMPTY)]) {
      for (let at = 0; at < probabilities.length; at += N_CLASSES) {
        const row = probabilities.subarray(at, at + N_CLASSES);
        assert.ok(row.every((p) => p >= 0 && p <= 1));
        assert.ok(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-6, row.join());
      }
    }
    assert.is(expected.length, TEST.nSamples * N_CLASSES);
    const none = await predict(fitted, takeRows(TEST.features, []));
    assert.equal(none, new Float32Array());
  });

  test('gives the same bytes again', async () => {
    assert.equal(await fit(), fitted);
  });

  test('gives a row the same bits alone, in a subset, and in the whole', async () => {
    const predictor = await openSparseModel(fitted, machine);
    const empty = await predictor.predictProba(EMPTY);
    assert.equal(expected.slice(9 * N_CLASSES, 10 * N_CLASSES), empty);
    for (const rows of [[0], [9], [96], [5, 9, 60], [96, 0]]) {
      const some = await predictor.predictProba(takeRows(TEST.features, rows));
      const wanted = rows.flatMap((i) => [...expected.slice(i * N_CLASSES, (i + 1) * N_CLASSES)]);
      assert.equal([...some], wanted);
    }
    predictor.dispose();
  });

  test('predicts the same after it went through JSON, and finds no problem in it', async () => {
    const { tensors, ...facts } = fitted;
    const read = { ...(JSON.parse(JSON.stringify(facts)) as typeof facts), tensors };
    assert.is(findProblem(read), null);
    assert.equal(await predict(read, TEST.features), expected);
  });

  test('learns what it learns from dense rows, and predicts for either from either', async () => {
    const data = { ...DATA, train: densify(DATA.train), valid: densify(DATA.valid) };
    const dense = (await fitModel(name, data, params, createContext())).fitted;
    const predictor = await openModel(fitted, machine);
    const { features } = densify(TEST);
    for (const found of [
      await predict(dense, TEST.features),
      await predictor.predictProba(features),
    ]) {
      found.forEach((p, at) => assert.ok(Math.abs(p - expected[at]) < 1e-4, `${p} at ${at}`));
    }
    predictor.dispose();
    const [sparse, full] = [
      await measureValid(fitted, DATA, machine),
      await measureValid(fitted, data, machine),
    ];
    assert.equal(Object.keys(sparse), Object.keys(full));
    assert.ok(Math.abs(sparse.valid_loss! - full.valid_loss!) < 1e-6);
  });

  test('learns from the columns that its parameters name', async () => {
    const own = {
      ...(params as Record<string, unknown> as Record<string, object>)[name],
      columns: ['w1*', '!w12'],
    };
    const named = { ...params, [name]: own };
    const some = (await fitModel(name, DATA, named, createContext())).fitted;
    const columns = COLUMNS.filter((column) => column.startsWith('w1') && column !== 'w12');
    assert.equal(some.columns, columns);
    const take = <R extends { features: CsrMatrix }>(rows: R): R => ({
      ...rows,
      features: takeColumns(rows.features, 0, COLUMNS, columns),
    });
    const narrow = await fit({ columns, train: take(DATA.train), valid: take(DATA.valid) });
    assert.equal(some, narrow);
  });

  test('weighs the rows of a class as it is told', async () => {
    const shareOf = (probabilities: Float32Array): number =>
      probabilities.reduce((sum, p, at) => sum + (at % N_CLASSES === 2 ? p : 0), 0);
    const heavy = await predict(await fit({ classWeight: [1, 1, 20] }), TEST.features);
    assert.ok(shareOf(heavy) > shareOf(expected));
  });

  test('hands its history to those who look on, and ends when one says stop', async () => {
    const seen: ModelHistoryRow[] = [];
    const onStep = (row: ModelHistoryRow) => {
      seen.push(row);
      return 'stop' as const;
    };
    const { history } = await fitModel(name, DATA, params, createContext({ onStep }));
    assert.equal(seen, history);
    assert.ok(history.length <= 1);
  });

  test.run();
}

const others = suite('models of dense rows alone');

others('refuse sparse rows by their names, and name those that take them', async () => {
  for (const { name, sparse } of MODELS) {
    if (sparse !== undefined) continue;
    assert.is(
      await complaintOf(() => fitModel(name, DATA, params, createContext())),
      `E_PARAMS: the model must be ${ABLE.map((model) => model.name).join(' or ')} to learn from sparse rows; got ${name}`,
    );
  }
});

others.run();
