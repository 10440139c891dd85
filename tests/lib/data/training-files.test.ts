import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeJson } from '../../../lib/data/json-files.ts';
import { readTrainingFiles as readFiles } from '../../../lib/data/training-files.ts';
import { StageError } from '../../../lib/errors.ts';
import { isSparse } from '../../../lib/models/model.ts';
import type { TrainingData } from '../../../lib/models/model.ts';
import { writeDataset } from '../../../lib/tensors/dataset-files.ts';
import { writeSparseDataset } from '../../../lib/tensors/sparse-dataset-files.ts';
import { fitVectorizer } from '../../../lib/text/fit-vectorizer.ts';
import { applyVectorizer, termNames } from '../../../lib/text/vectorizer.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { vectorizerOptions } from '../../support/vectorizer.ts';
import { cut, makeHeader, makeNumbers, makeRows } from '../tensors/make-dataset.ts';

/** Of classes. */
async function readTrainingFiles(...args: Parameters<typeof readFiles>) {
  const { data, facts } = await readFiles(...args);
  assert.ok(data.task !== 'regression');
  return { data: data as TrainingData, facts };
}

const BASE = { target: 'kind', threshold: 0.3, version: '1.2.3' };
/** Classes 1 and 2: 90 and 10 rows were, 50 of each are. */
const BALANCE = {
  ...{ format: 'timberline-balance', version: 1, target: 'kind' },
  ...{ before: { 1: 90, 2: 10 }, after: { 1: 50, 2: 50 } },
  ...{ class_weight: 'none', prior_correction: true },
};
const COLUMNS = {
  ...{ format: 'timberline-columns', version: 1 },
  dropped: [{ name: 'c', reason: 'named', detail: '' }],
};

/** Calls `use` with the paths of 6 train and 4 valid rows of 3 features, and a folder without a step. */
async function withFiles(
  use: (paths: {
    in: string;
    preprocessing: string;
    about: string;
    from: string | null;
  }) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const paths = {
      in: join(folder, 'tensors'),
      preprocessing: join(folder, 'preprocessing'),
      about: join(folder, 'about.json'),
      from: null,
    };
    mkdirSync(paths.in);
    mkdirSync(paths.preprocessing);
    for (const [split, n] of Object.entries({ 'train.safetensors': 6, 'valid.pt': 4 })) {
      const blocks = cut(makeRows(n, 3, 2), 3, []);
      await writeDataset(join(paths.in, split), makeHeader(n, 3, 2), blocks);
    }
    const columns = [{ name: 'kind', classes: { 1: 'fir', 2: 'oak' } }];
    writeJson(paths.about, { columns });
    await use(paths);
  });
}

async function complaintOf(work: Promise<unknown>, folder: string): Promise<string> {
  const error = await work.then(
    () => assert.unreachable('no error'),
    (reason: unknown) => reason,
  );
  assert.instance(error, StageError, (error as Error).stack);
  const { code, message } = error as StageError;
  return `${code} ${message.replaceAll(folder, 'FOLDER')}`;
}

const test = suite('training files');

test('give the rows of train and valid, and what a bundle says of them', async () => {
  await withFiles(async (paths) => {
    const { data, facts } = await readTrainingFiles(paths, BASE);
    assert.equal(data.columns, ['column 0', 'column 1', 'column 2']);
    assert.is(data.nClasses, 2);
    assert.is(data.classWeight, null);
    for (const [rows, n] of [
      [data.train, 6],
      [data.valid, 4],
    ] as const) {
      const expected = makeRows(n, 3, 2);
      assert.is(rows.nSamples, n);
      assert.equal([...rows.features], [...expected.features]);
      assert.equal([...rows.labels], [...expected.labels]);
    }
    const files = ['train.safetensors', 'valid.pt'].map((file) => join(paths.in, file));
    const hash = (file: string): string =>
      createHash('sha256').update(readFileSync(file)).digest('hex');
    assert.equal(facts, {
      preprocessing: { columns: null, features: null, scaler: null },
      classes: [1, 2],
      threshold: 0.3,
      classNames: { 1: 'fir', 2: 'oak' },
      priorCorrection: null,
      versions: { timberline: '1.2.3' },
      dataHashes: Object.fromEntries(files.map((file) => [file, hash(file)])),
    });
  });
});

test('give the steps that were fitted, and the weights and priors that follow from the balance', async () => {
  await withFiles(async (paths) => {
    writeJson(join(paths.preprocessing, 'columns.json'), COLUMNS);
    writeJson(join(paths.preprocessing, 'rebalance.json'), BALANCE);
    const repeated = await readTrainingFiles({ ...paths, about: null }, BASE);
    assert.equal(repeated.facts.preprocessing.columns?.dropped, COLUMNS.dropped);
    assert.equal(repeated.facts.classNames, {});
    assert.is(repeated.data.classWeight, null);
    // 0.9 / 0.5 and 0.1 / 0.5
    assert.equal(repeated.facts.priorCorrection, [1.8, 0.2]);
    const weighed = { ...BALANCE, after: BALANCE.before, class_weight: 'balanced' };
    writeJson(join(paths.preprocessing, 'rebalance.json'), weighed);
    const { data } = await readTrainingFiles(paths, { ...BASE, target: null });
    // 100 rows, of which each of 2 classes is to weigh a half
    assert.equal(data.classWeight, [100 / (2 * 90), 100 / (2 * 10)]);
  });
});

test('are refused when one is missing, or splits do not belong together', async () => {
  await withFiles(async (paths) => {
    const refusal = async (changes: Partial<typeof paths>): Promise<string> =>
      await complaintOf(readTrainingFiles({ ...paths, ...changes }, BASE), paths.in);
    assert.is(
      await refusal({ preprocessing: 'nowhere' }),
      'E_DATA nowhere must exist; got no such folder',
    );
    assert.is(
      await refusal({ about: 'nowhere.json' }),
      'E_DATA nowhere.json must exist; got no such file',
    );
    const blocks = cut(makeRows(4, 3, 3), 3, []);
    await writeDataset(join(paths.in, 'valid.pt'), makeHeader(4, 3, 3), blocks);
    assert.is(
      await refusal({}),
      'E_DATA FOLDER/valid.pt must have the classes of FOLDER/train.safetensors; got others',
    );
    rmSync(join(paths.in, 'train.safetensors'));
    assert.is(
      await refusal({}),
      'E_DATA FOLDER must hold train.pt or train.safetensors; got valid.pt',
    );
  });
});

test('let train stand in the place of a valid that is not there, for classes and for numbers', async () => {
  await withFiles(async (paths) => {
    rmSync(join(paths.in, 'valid.pt'));
    const classes = await readFiles({ ...paths, about: null }, BASE);
    assert.is(classes.data.valid, classes.data.train);
    assert.equal(Object.keys(classes.facts.dataHashes), [join(paths.in, 'train.safetensors')]);
    const header = { ...makeHeader(6, 3, 0), hasTargets: true };
    const blocks = cut(makeNumbers(6, 3), 3, []);
    await writeDataset(join(paths.in, 'train.safetensors'), header, blocks);
    writeJson(join(paths.preprocessing, 'rebalance.json'), { ...BALANCE, after: BALANCE.before });
    const numbers = await readFiles({ ...paths, about: null }, BASE);
    assert.is(numbers.data.valid, numbers.data.train);
  });
});

test('give numbers to learn where the tensors hold targets, and refuse classes that were balanced', async () => {
  await withFiles(async (paths) => {
    for (const [split, n] of Object.entries({ 'train.safetensors': 6, 'valid.pt': 4 })) {
      const header = { ...makeHeader(n, 3, 0), hasTargets: true };
      await writeDataset(join(paths.in, split), header, cut(makeNumbers(n, 3), 3, []));
    }
    // as rebalance leaves a table whose rows it lets be
    writeJson(join(paths.preprocessing, 'rebalance.json'), { ...BALANCE, after: BALANCE.before });
    const { data, facts } = await readFiles({ ...paths, about: null }, BASE);
    assert.ok(data.task === 'regression');
    assert.equal(Object.keys(data.train).sort(), ['features', 'nSamples', 'targets']);
    assert.equal([...data.valid.targets], [...makeNumbers(4, 3).targets!]);
    assert.equal([facts.classes, facts.priorCorrection], [[], null]);
    const refused = [BALANCE, { ...BALANCE, after: BALANCE.before, class_weight: 'balanced' }];
    for (const balance of refused) {
      writeJson(join(paths.preprocessing, 'rebalance.json'), balance);
      assert.is(
        await complaintOf(readFiles({ ...paths, about: null }, BASE), paths.preprocessing),
        'E_DATA FOLDER must come from rows that were not rebalanced where the tensors hold numbers; got a balance of classes',
      );
    }
  });
});

test('give sparse rows with the vectorizer that made them, and leave other steps and that of dense rows out', async () => {
  await withFiles(async (paths) => {
    const texts = ['fir oak', 'oak', null, 'fir'];
    const vectorizer = fitVectorizer(texts, vectorizerOptions({}), 'texts');
    const features = applyVectorizer(vectorizer, texts);
    const parts = { columns: termNames(vectorizer), classes: [1, 2], features, ids: null };
    const write = (
      name: string,
      changes: Partial<Parameters<typeof writeSparseDataset>[1]>,
    ): void =>
      writeSparseDataset(join(paths.in, name), {
        ...{ ...parts, labels: Int32Array.of(0, 1, 1, 0) },
        ...changes,
      });
    const read = () => readFiles(paths, BASE);
    const folder = dirname(paths.in);
    writeJson(join(paths.preprocessing, 'columns.json'), COLUMNS);
    writeJson(join(paths.preprocessing, 'vectorizer.json'), vectorizer);
    writeJson(join(paths.preprocessing, 'rebalance.json'), BALANCE);
    const { preprocessing: dense } = (await read()).facts;
    assert.equal(dense, { columns: COLUMNS, features: null, scaler: null });

    rmSync(join(paths.in, 'valid.pt'));
    write('train.safetensors', {});
    write('valid.safetensors', {});
    const { data, facts } = await read();
    assert.ok(isSparse(data));
    assert.equal(data.train.features, features);
    assert.equal([data.columns, data.nClasses], [['fir', 'oak'], 2]);
    assert.equal(facts.preprocessing, { columns: null, features: null, scaler: null, vectorizer });
    assert.equal(facts.priorCorrection, [0.9 / 0.5, 0.1 / 0.5]);

    const targets = Float64Array.of(1, 2, 3, 4);
    const numbers = { classes: [], labels: new Int32Array(), hasTargets: true, targets };
    write('train.safetensors', { columns: ['fir', 'pine'] });
    assert.is(
      await complaintOf(read(), folder),
      'E_DATA FOLDER/tensors/valid.safetensors must have the columns of FOLDER/tensors/train.safetensors; got others',
    );
    write('valid.safetensors', { columns: ['fir', 'pine'] });
    assert.is(
      await complaintOf(read(), folder),
      'E_DATA FOLDER/tensors must have the columns of FOLDER/preprocessing/vectorizer.json; got others',
    );
    rmSync(join(paths.preprocessing, 'rebalance.json'));
    write('train.safetensors', numbers);
    write('valid.safetensors', numbers);
    assert.is(
      await complaintOf(read(), folder),
      'E_DATA FOLDER/tensors must hold labels where rows are sparse; got numbers to predict',
    );
    rmSync(join(paths.preprocessing, 'vectorizer.json'));
    assert.is(
      await complaintOf(read(), folder),
      'E_DATA FOLDER/preprocessing must hold vectorizer.json where rows are sparse; got none',
    );
    const blocks = cut(makeRows(4, 3, 2), 3, []);
    await writeDataset(join(paths.in, 'valid.safetensors'), makeHeader(4, 3, 2), blocks);
    assert.is(
      await complaintOf(read(), folder),
      'E_DATA FOLDER/tensors/valid.safetensors must hold sparse rows as FOLDER/tensors/train.safetensors does; got dense rows',
    );
  });
});

test.run();
