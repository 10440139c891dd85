import { parse } from 'csv-parse/sync';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EvaluationMetrics } from '../../lib/metrics/evaluate.ts';
import {
  CLASSES,
  HEADER,
  complaintsOf,
  makePipeline,
  makeRows,
  runWell,
  toCsv,
} from '../support/small-pipeline.ts';
import { runStageHere, runWellHere } from '../support/stage-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const OUTPUTS = [
  'reports/metrics/evaluate.json',
  'reports/evaluate.html',
  'reports/plots/confusion.csv',
  'reports/plots/calibration.csv',
  'reports/model-card.md',
  'data/predictions.parquet',
];
const HISTORY = ['--history', 'reports/plots/train.tsv'];
/** Lines of the model card that name the table that was scored. */
const OF_THE_TABLE = /^.*(?:data\/split\/test|tables\/test|SHA-256 of it).*$/gm;
const readOutputs = (): string[] => OUTPUTS.map((file) => readFileSync(at(file), 'utf8'));
const readMetrics = (): Record<string, number> => JSON.parse(readOutputs()[0]);

/** What the first run says; its outputs are there when a test begins. */
let said = '';

const test = suite('stage evaluate');

test.before(async () => {
  await makePipeline(folder);
  await runWellHere('train', [], folder);
  said = await runWellHere('evaluate', HISTORY, folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('measures what predict gives the same rows, and writes metrics, plots and the page', async () => {
  await runWellHere('predict', ['--out', 'predictions.csv'], folder);
  await runWellHere(
    'split',
    ['--in', 'raw.csv', '--out', 'tables', '--set', 'split.format=csv'],
    folder,
  );
  const truth = parse(readFileSync(at('tables/test.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  const predicted = parse(readFileSync(at('predictions.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  assert.equal(
    predicted.map((row) => row.row_id),
    truth.map((row) => row.row_id),
  );
  const nRight = truth.filter(({ kind }, i) => predicted[i].prediction === kind).length;
  const loss = truth.reduce(
    (sum, { kind }, i) => sum - Math.log(Number(predicted[i][`probability_${kind}`])),
    0,
  );
  const { accuracy, log_loss: logLoss, n_samples: nSamples } = readMetrics();
  assert.is(nSamples, 120);
  assert.ok(Math.abs(accuracy - nRight / 120) <= 5e-7, 'six decimals');
  assert.ok(Math.abs(logLoss - loss / 120) < 2e-6, 'six decimals, and those of a CSV file');
  assert.match(said, `evaluate: accuracy ${accuracy}, macro F1 `);
  const count = (actual: string, guess: string): number =>
    truth.filter(({ kind }, i) => kind === actual && predicted[i].prediction === guess).length;
  const confusion: unknown = parse(readOutputs()[2], { columns: true });
  assert.equal(
    confusion,
    CLASSES.flatMap((actual) =>
      CLASSES.map((guess) => ({ actual, predicted: guess, count: String(count(actual, guess)) })),
    ),
  );
  const page = readOutputs()[1];
  assert.match(page, '<svg');
  assert.match(page, 'it&#39;s &quot;fir&quot;');
});

test('writes the same bytes again, from a CSV file too', () => {
  const before = readOutputs();
  const stdout = runWell('evaluate', [...HISTORY, '--in', 'tables/test.csv', '--json'], folder);
  const bare = (text: string): string => text.replace(OF_THE_TABLE, '');
  readOutputs().forEach((text, i) => assert.is(bare(text), bare(before[i]), OUTPUTS[i]));
  const { message, ...metrics } = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(metrics, readMetrics());
  assert.match(String(message), /^accuracy 0\.\d+, macro F1 0\.\d+ on 120 rows$/);
});

test('measures slices apart, and writes what predict gives beside the true class', async () => {
  const slices = '[{column: kind}, {column: height, bins: 2}, {one_hot: "h*t"}]';
  writeFileSync(
    at('about.json'),
    JSON.stringify({ title: 'A *small* table', file: { rows: 600 } }),
  );
  const card =
    'evaluate.card={intended_uses: [To test.], limitations: [], ethical_considerations: []}';
  const sets = ['--set', `evaluate.slices=${slices}`, '--set', card];
  const flags = ['--about', 'about.json', '--predictions', 'evaluated.csv'];
  await runWellHere('evaluate', [...sets, ...flags], folder);
  const { slices: measured } = readMetrics() as unknown as EvaluationMetrics;
  assert.equal(Object.keys(measured), ['kind', 'height', 'h*t']);
  assert.equal(Object.keys(measured.kind), CLASSES);
  const heights = Object.values(measured.height).map(({ n_samples }) => n_samples);
  assert.is(
    heights.reduce((sum, n) => sum + n, 0),
    120,
  );
  assert.is(heights.length, 2);
  const [, page, , , text] = readOutputs();
  assert.match(page, 'Accuracy by height, with its 95 % interval');
  assert.match(text, '- Data set: A \\*small\\* table\n- Rows: 600\n');
  assert.match(text, '## Intended use\n\n- To test.\n');
  const own = createHash('sha256')
    .update(readFileSync(at('data/split/test.parquet')))
    .digest('hex');
  assert.match(text, `- SHA-256 of it: ${own}\n`);
  const read = (file: string): Record<string, string>[] =>
    parse(readFileSync(at(file)), { columns: true });
  // predictions.csv is what predict wrote in the first test
  const evaluated = read('evaluated.csv');
  assert.equal(
    evaluated.map(({ actual: _, ...row }) => row),
    read('predictions.csv'),
  );
  assert.equal(
    evaluated.map(({ actual }) => actual),
    read('tables/test.csv').map(({ kind }) => kind),
  );
});

test('fails with 5 when a gate does not hold, after all is written, and says so on the page', async () => {
  const { accuracy, log_loss: loss } = readMetrics();
  for (const file of OUTPUTS) rmSync(at(file));
  const gates = `evaluate.gates={accuracy: 0.999, log_loss: 0.001, macro_f1: 0.1}`;
  const { code, stdout, stderr } = await runStageHere(
    'evaluate',
    ['--set', gates, '--json'],
    folder,
  );
  assert.is(code, 5, stderr);
  const message = `accuracy must be at least 0.999; got ${accuracy}; log_loss must be at most 0.001; got ${loss}`;
  const hint = 'see reports/metrics/evaluate.json; train a better model, or change evaluate.gates';
  assert.equal(JSON.parse(stdout), { error: { code: 'E_GATE', message, hint } });
  assert.match(stderr, `error E_GATE: ${message}\nhint: ${hint}\n`);
  assert.is(readMetrics().accuracy, accuracy);
  assert.match(readOutputs()[1], 'accuracy must be at least 0.999');
  const partials = readdirSync(folder, { recursive: true }).filter((file) =>
    String(file).includes('.partial'),
  );
  assert.equal(partials, []);
});

test('evaluates one row', async () => {
  writeFileSync(at('one.csv'), toCsv(makeRows(1)));
  await runWellHere('evaluate', ['--in', 'one.csv'], folder);
  assert.is(readMetrics().n_samples, 1);
});

test('names what is wrong with its inputs and parameters, and keeps the old report', async () => {
  const rows = makeRows(40, 3);
  writeFileSync(at('ash.csv'), toCsv(rows.map((row, i) => (i === 20 ? row.with(4, 'ash') : row))));
  writeFileSync(
    at('no-class.csv'),
    toCsv(rows.map((row, i) => (i === 20 ? row.with(4, '') : row))),
  );
  writeFileSync(
    at('no-target.csv'),
    toCsv(
      rows.map((row) => row.slice(0, 4)),
      'height,width,weight,hot',
    ),
  );
  writeFileSync(
    at('no-height.csv'),
    toCsv(
      rows.map((row) => row.slice(1)),
      'width,weight,hot,kind',
    ),
  );
  writeFileSync(at('header.csv'), `${HEADER}\n`);
  writeFileSync(at('history.tsv'), 'step\tloss\n1\t2\n');
  const expected: [string[], string][] = [
    [['--in', 'nowhere.csv'], '3 error E_DATA: nowhere.csv must exist; got no such file'],
    [
      ['--in', 'header.csv'],
      '3 error E_DATA: header.csv must have at least one row; got a header alone',
    ],
    [
      ['--in', 'ash.csv'],
      '3 error E_DATA: ash.csv column kind must hold classes of the model alone; got "ash"',
    ],
    [
      ['--in', 'no-class.csv'],
      '3 error E_DATA: no-class.csv column kind must have a class in every row; got 1 without a value (first: row 21)',
    ],
    [
      ['--in', 'no-target.csv'],
      '3 error E_DATA: no-target.csv must have the target kind; got none',
    ],
    [
      ['--in', 'no-height.csv'],
      '3 error E_DATA: no-height.csv must have the columns that the model was trained on; got no height; did you mean weight?',
    ],
    [
      ['--model', 'nowhere.safetensors'],
      '3 error E_DATA: nowhere.safetensors must exist; got no such file',
    ],
    [['--history', 'nowhere.tsv'], '3 error E_DATA: nowhere.tsv must exist; got no such file'],
    [
      ['--history', 'history.tsv'],
      '3 error E_DATA: history.tsv must be a table of step, loss, valid_loss, valid_accuracy, learning_rate, model, separated by tabs; got something else',
    ],
  ];
  const slice = (declaration: string): string[] => ['--set', `evaluate.slices=[${declaration}]`];
  expected.push(
    [
      slice('{column: hight}'),
      '3 error E_DATA: data/split/test.parquet must have the column hight; did you mean height?',
    ],
    [
      slice('{column: height}'),
      '2 error E_PARAMS: evaluate.slices: height must have at most 50 values; got more',
    ],
    [['--about', 'nowhere.json'], '3 error E_DATA: nowhere.json must exist; got no such file'],
    [
      ['--predictions', 'out.xlsx'],
      '2 error E_USAGE: out.xlsx must end in .parquet, .csv, .csv.gz, .tsv',
    ],
  );
  const before = readOutputs();
  assert.equal(
    await complaintsOf(
      'evaluate',
      expected.map(([args]) => args),
      folder,
    ),
    expected.map(([, message]) => message),
  );
  readOutputs().forEach((text, i) => assert.is(text, before[i]));
});

test.run();
