/** Texts classified from end to end, by the real stages. */
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBundle } from '../../lib/models/bundle.ts';
import { openTextScorer } from '../../lib/models/text-scorer.ts';
import { createRng } from '../../lib/rng.ts';
import { readSparseDataset } from '../../lib/tensors/sparse-dataset-files.ts';
import { termNames } from '../../lib/text/vectorizer.ts';
import { complaintsOf, toCsv } from '../support/small-pipeline.ts';
import { runWellHere } from '../support/stage-here.ts';

const HEADER = 'page,text,stars,kind';
const WORDS = {
  'bad, sad': ['dull', 'slow', 'poor', 'never', 'waste'],
  good: ['fine', 'great', 'clear', 'always', 'joy'],
};
const COMMON = ['the', 'book', 'of "all"', 'lines\nbreak', 'été', 'page', 'plot', 'end'];
const PARAMS = {
  base: { seed: 1, target: 'kind', id: 'page' },
  vectorize: { ngram_range: [1, 2] },
  train: { model: 'logistic' },
};

/** Pages whose words tell their kind, but for some; a text is missing, one is empty, one has words of its own. */
function makeRows(nRows: number): (string | number)[][] {
  const draw = createRng(1, 'tests', 'texts');
  const pick = (words: readonly string[]): string => words[Math.floor(words.length * draw())];
  return Array.from({ length: nRows }, (_, i) => {
    const kind = draw() < 0.5 ? 'good' : 'bad, sad';
    const own = WORDS[draw() < 0.9 ? kind : 'good'];
    const words = Array.from({ length: 12 }, () => pick(draw() < 0.2 ? own : COMMON));
    const text = i === 3 ? '' : i === 5 ? 'zzz yyy' : words.join(' ');
    return [`p${i}`, text, Math.floor(5 * draw()), kind];
  });
}

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const MODEL = 'models/model.safetensors';
const TRAIN = ['--in', 'data/vectorize'];
const machine = { threads: 1, warn: () => {} };
const readMetrics = (): Record<string, number> =>
  JSON.parse(readFileSync(at('reports/metrics/evaluate.json'), 'utf8'));

const test = suite('texts');

test.before(async () => {
  writeFileSync(at('raw.csv'), toCsv(makeRows(400), HEADER));
  writeFileSync(at('params.yaml'), JSON.stringify(PARAMS));
  await runWellHere('split', ['--in', 'raw.csv'], folder);
  await runWellHere('vectorize', [], folder);
  await runWellHere('train', TRAIN, folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('train sees that rows are sparse, and its bundle asks for the texts alone', () => {
  const bundle = readBundle(at(MODEL));
  assert.equal(bundle.input, [{ name: 'text', kind: 'text' }]);
  assert.equal([bundle.target, bundle.id, bundle.classes], ['kind', 'page', ['bad, sad', 'good']]);
  const { columns } = readSparseDataset(at('data/vectorize/train.safetensors'));
  assert.equal(bundle.model.columns, columns);
  const { vectorizer, ...others } = bundle.preprocessing;
  assert.equal(termNames(vectorizer!), columns);
  assert.equal(others, { columns: null, features: null, scaler: null });
  assert.is(bundle.golden.rows.length, 4);
  assert.ok(bundle.golden.rows.every(({ text }) => typeof text === 'string'));
});

test('train writes the same bytes again', async () => {
  const before = readFileSync(at(MODEL));
  await runWellHere('train', [...TRAIN, '--out', 'again.safetensors'], folder);
  assert.ok(readFileSync(at('again.safetensors')).equals(before));
});

test('evaluate scores raw texts, beside baselines, and writes page and card', async () => {
  assert.match(
    await runWellHere('baselines', TRAIN, folder),
    /majority 0\.\d+, logistic 0\.\d+ \(/,
  );
  await runWellHere('evaluate', ['--baselines', 'models/baselines'], folder);
  assert.ok(readMetrics().accuracy > 0.8, `accuracy ${readMetrics().accuracy}`);
  const card = readFileSync(at('reports/model-card.md'), 'utf8');
  assert.match(card, /Raw columns: 1\n/);
  assert.match(card, /- Speaks most for good: (joy|fine|great|clear|always), /);
});

test('predict gives a text the same bits in any table and in memory, and takes a number for a text', async () => {
  const predictionsOf = async (rows: (string | number)[][], header: string): Promise<number[]> => {
    writeFileSync(at('new.csv'), toCsv(rows, header));
    await runWellHere('predict', ['--in', 'new.csv'], folder);
    const table: Record<string, string>[] = parse(readFileSync(at('predictions.csv')), {
      columns: true,
    });
    return table.map(({ probability_good: p }) => Math.fround(Number(p)));
  };
  const rows = makeRows(2500);
  rows[2222][1] = '12.50';
  const all = await predictionsOf(rows, HEADER);
  assert.is(all.length, 2500);
  const texts = rows.map(([, text]) => String(text));
  assert.equal(await predictionsOf([[texts[2222]]], 'text'), [all[2222]]);
  const scorer = await openTextScorer(readBundle(at(MODEL)), machine);
  for (const i of [0, 3, 5, 2222, 2499]) {
    assert.is((await scorer.score([texts[i]]))[1], all[i], `row ${i}`);
  }
  assert.equal(await scorer.score([null]), await scorer.score(['']));
  scorer.dispose();
});

test('predict says that a table has no texts', async () => {
  writeFileSync(at('other.csv'), 'txet,kind\nfine,good\n');
  const predict = await complaintsOf('predict', [['--in', 'other.csv']], folder);
  assert.equal(predict, [
    '3 error E_DATA: other.csv must have the columns that the model was trained on; got no text; did you mean txet?',
  ]);
});

test.run();
