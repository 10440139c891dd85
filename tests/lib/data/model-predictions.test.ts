import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { readComparedModels } from '../../../lib/data/model-predictions.ts';
import type { ComparedModels } from '../../../lib/data/model-predictions.ts';
import { complaintOf } from '../../support/complaint.ts';
import { makePredictedRows, predictionsCsv } from '../../support/predictions.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const CLASSES = ['ash', 'oak', 'pine'];
const ROWS = makePredictedRows(12, 3, CLASSES);
const GOOD = predictionsCsv(ROWS, CLASSES);

/** Models of these CSV texts, in files 0.csv, 1.csv … */
async function read(...texts: string[]): Promise<ComparedModels> {
  return await inTemporaryFolder(async (folder) => {
    const files = texts.map((text, i) => {
      const file = join(folder, `${i}.csv`);
      writeFileSync(file, text);
      return { name: `m${i}`, file };
    });
    return await withDatabase({ threads: 2, memoryMb: 256 }, async (database) =>
      readComparedModels(database, files, 'row_id'),
    );
  });
}

async function complaint(...texts: string[]): Promise<string> {
  const message = await complaintOf(() => read(...texts));
  return message.replace(/\/\S*\/(\d\.csv)/g, '$1');
}

const test = suite('lib/data/model-predictions');

test('reads truth, decisions and probabilities', async () => {
  const { classes, models, id } = await read(GOOD, GOOD);
  assert.equal(classes, CLASSES);
  assert.is(id, 'row_id');
  const { yTrue, yPred, yProba } = models[1].predictions;
  assert.is(yTrue.length, 12);
  // ids are matched as texts: 0, 1, 10, 11, 2 …
  assert.equal([...yTrue.slice(0, 5)], [0, 1, 1, 2, 2]);
  assert.equal([...yPred!.slice(0, 5)], [1, 2, 1, 2, 0]);
  assert.equal([...yProba.slice(0, 3)], [...Float32Array.of(0.2, 0.6, 0.2)]);
});

test('matches rows by their id, whatever their order, and classes by their name', async () => {
  const turned = predictionsCsv(ROWS.toReversed(), CLASSES.toReversed());
  const [first, second] = (await read(GOOD, turned)).models;
  assert.equal(second.predictions, first.predictions);
});

test('matches rows by their place where no file has the id', async () => {
  const bare = GOOD.replace(/^[^,\n]*,/gm, '');
  const { models, id } = await read(bare, bare);
  assert.is(id, null);
  assert.equal([...models[0].predictions.yTrue.slice(0, 4)], [0, 1, 2, 0]);
  assert.match(await complaint(GOOD, bare), 'the predictions of m1 must have the column row_id');
  const short = bare.trim().split('\n').slice(0, -1).join('\n');
  assert.is(
    await complaint(bare, short),
    'E_DATA: the predictions of m1 must have the 12 rows of the predictions of m0; got 11',
  );
});

test('says how the files differ', async () => {
  const others = ROWS.map((row, i) => ({ ...row, id: i + 5 }));
  assert.is(
    await complaint(GOOD, predictionsCsv(others, CLASSES)),
    'E_DATA: the predictions of m1 must have the rows of the predictions of m0; got 5 that are missing and 5 of its own',
  );
  const truth = ROWS.map((row, i) => (i < 2 ? { ...row, actual: 'pine' } : row));
  assert.is(
    await complaint(GOOD, predictionsCsv(truth, CLASSES)),
    'E_DATA: the predictions of m1 must have the true classes of the predictions of m0; got others in 2 rows',
  );
  const elm = (text: string): string => text.replaceAll('pine', 'elm');
  assert.is(
    await complaint(GOOD, elm(GOOD)),
    'E_DATA: the predictions of m1 must have the probabilities of the predictions of m0; got none for pine, one for elm',
  );
});

test('says what is wrong with one file', async () => {
  const twice = predictionsCsv([...ROWS, ROWS[0]], CLASSES);
  assert.is(
    await complaint(twice, GOOD),
    'E_DATA: the predictions of m0 must have each row_id once; got 1 rows without one of their own',
  );
  assert.is(
    await complaint(GOOD.replace('actual', 'actuel'), GOOD),
    'E_DATA: the predictions of m0 must have the column actual; did you mean actuel?',
  );
  const bare = GOOD.replace(/(,[^,\n]*){3}$/gm, '');
  assert.is(
    await complaint(bare, bare),
    'E_DATA: the predictions of m0 must have a column probability_<class> for each class; got 0',
  );
  const wrong = GOOD.replace('0,ash,oak,0.2', '0,ash,elm,1.2').replace(
    '1,oak,pine,0.2',
    '1,,pine,',
  );
  assert.is(
    await complaint(wrong, GOOD),
    'E_DATA: the predictions of m0 must hold classes and probabilities; got 2 rows with another class, or none and 2 probabilities outside of [0, 1]',
  );
  assert.match(await complaint('', GOOD), '0.csv must be a table; got an empty file');
});

test.run();
