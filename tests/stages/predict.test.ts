import { parse } from 'csv-parse/sync';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { openTable, writeTable } from '../../lib/data/tables.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import {
  CLASSES,
  HEADER,
  complaintOf,
  complaintsOf,
  makePipeline,
  makeRows,
  runWell,
  toCsv,
} from '../support/small-pipeline.ts';
import { runStageHere, runWellHere } from '../support/stage-here.ts';
import { runStage } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const ROWS = makeRows(50, 2);
const COLUMNS = ['prediction', ...CLASSES.map((name) => `probability_${name}`)];

/** Runs predict on a CSV file of this content; returns the cells of what it writes. */
async function predict(content: string, args: readonly string[] = []): Promise<string[][]> {
  writeFileSync(at('in.csv'), content);
  await runWellHere('predict', ['--in', 'in.csv', '--out', 'out.csv', ...args], folder);
  return parse(readFileSync(at('out.csv')), { columns: false });
}

/** Rows of other columns: those of these names, in this order. */
function select(names: readonly string[]): string {
  const order = names.map((name) => HEADER.split(',').indexOf(name));
  return toCsv(
    ROWS.map((row) => order.map((column) => row[column])),
    names.join(','),
  );
}

const test = suite('stage predict');

test.before(async () => {
  await makePipeline(folder);
  await runWellHere('train', [], folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('gives class and probabilities of every row, whatever the order of the columns, target or not', async () => {
  const [header, ...rows] = await predict(select(HEADER.split(',')));
  assert.equal(header, COLUMNS);
  assert.is(rows.length, ROWS.length);
  for (const [prediction, ...probabilities] of rows) {
    const numbers = probabilities.map(Number);
    assert.is(prediction, CLASSES[numbers.indexOf(Math.max(...numbers))]);
    // three roundings to float32
    assert.ok(Math.abs(numbers.reduce((sum, p) => sum + p) - 1) < 1e-6);
  }
  const nRight = rows.filter(([prediction], i) => prediction === ROWS[i][4]).length;
  assert.ok(nRight > 40, `${nRight} of 50`);
  assert.equal(await predict(select(['hot', 'weight', 'height', 'width'])), [header, ...rows]);
});

test('gives a row alone the text that it has among others, and keeps its id', async () => {
  const names = 'row_id,height,width,weight,hot';
  const withId = ROWS.map((row, i) => [`r${i}`, ...row.slice(0, 4)]);
  const all = await predict(toCsv(withId, names));
  assert.equal(all[0], ['row_id', ...COLUMNS]);
  assert.equal(
    all.slice(1).map(([id]) => id),
    withId.map(([id]) => id),
  );
  const alone = await predict(toCsv([withId[17]], names));
  assert.equal(alone, [all[0], all[18]]);
});

test('keeps the columns that it is asked for beside the predictions', async () => {
  const plain = await predict(select(HEADER.split(',')));
  const kept = await predict(select(HEADER.split(',')), ['--set', 'predict.keep=[height, "h*"]']);
  const [height, hot] = ['height', 'hot'].map((name) => HEADER.split(',').indexOf(name));
  assert.equal(kept[0], ['height', 'hot', ...plain[0]]);
  assert.equal(
    kept.slice(1),
    plain.slice(1).map((row, i) => [String(ROWS[i][height]), String(ROWS[i][hot]), ...row]),
  );
  const args = ['--in', 'in.csv', '--out', 'none.csv', '--set', 'predict.keep=[heigth]'];
  assert.match(
    complaintOf(await runStageHere('predict', args, folder)),
    /^2 error E_PARAMS: predict\.keep .*heigth/,
  );
});

test('reads and writes Parquet with the same numbers, and the same bytes each time', async () => {
  const csv = await predict(select(HEADER.split(',')));
  await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
    const { sql } = await openTable(database, at('in.csv'), 'csv');
    await writeTable(database, `FROM ${sql}`, at('in.parquet'));
    const args = ['--in', 'in.parquet', '--out', 'out.parquet'];
    runWell('predict', args, folder);
    const bytes = readFileSync(at('out.parquet'));
    const out = await openTable(database, at('out.parquet'), 'out');
    const rows = await database.query(`SELECT * FROM ${out.sql}`);
    assert.equal(
      rows.map((row) =>
        Object.values(row).map((value, i) => (i === 0 ? value : Math.fround(Number(value)))),
      ),
      csv
        .slice(1)
        .map(([prediction, ...p]) => [prediction, ...p.map((text) => Math.fround(Number(text)))]),
    );
    await runWellHere('predict', args, folder);
    assert.ok(readFileSync(at('out.parquet')).equals(bytes));
  });
});

test('reads a byte order mark, semicolons and Windows line ends', async () => {
  const expected = await predict(select(['height', 'width', 'weight', 'hot']));
  const content = select(['height', 'width', 'weight', 'hot'])
    .replaceAll(',', ';')
    .replaceAll('\n', '\r\n');
  assert.equal(await predict(`\uFEFF${content}`), expected);
});

test('prints one JSON document with --json, and nothing else on stdout', () => {
  writeFileSync(at('in.csv'), select(HEADER.split(',')));
  const stdout = runWell(
    'predict',
    ['--in', 'in.csv', '--json', '--out', 'deep/er/out.csv.gz'],
    folder,
  );
  const { message, ...facts } = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(message), /^50 rows, \d+ rows\/s$/);
  assert.equal(facts, { n_samples: 50 });
  assert.equal(readdirSync(at('deep/er')), ['out.csv.gz']);
});

test('names what is wrong with a table or a model, with exit 3, and writes nothing', async () => {
  const write = (name: string, content: string): string => (writeFileSync(at(name), content), name);
  const withCell = (value: string, column: number): string =>
    toCsv(ROWS.map((row, i) => (i === 7 ? row.with(column, value) : row)));
  const columns = HEADER.split(',');
  write('header.csv', `${HEADER}\n`);
  write('empty.csv', '');
  write('text.csv', withCell('tall', 0));
  write('none.csv', withCell('', 0));
  write('nan.csv', withCell('nan', 1));
  write('infinite.csv', withCell('inf', 2));
  write('wrong.csv', select(['hot', 'weight', 'width', 'kind']).replace('width', 'widths'));
  write('texts.csv', toCsv(ROWS.map((row) => row.with(0, 'tall'))));
  await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
    const { sql } = await openTable(database, at('data/split/test.parquet'), 'test');
    await writeTable(database, `FROM ${sql}`, at('cut.parquet'));
  });
  truncateSync(at('cut.parquet'), 500);
  for (const name of ['cut', 'damaged'])
    cpSync(at('models/model.safetensors'), at(`${name}.safetensors`));
  truncateSync(at('cut.safetensors'), 1000);
  const bytes = readFileSync(at('damaged.safetensors'));
  bytes[bytes.length - 1] ^= 0x40;
  writeFileSync(at('damaged.safetensors'), bytes);
  const must = 'must have the columns that the model was trained on; got';
  const finite = 'must have a finite number in every feature; got';
  const expected: [string[], string | RegExp][] = [
    [['--in', 'nowhere.csv'], 'nowhere.csv must exist; got no such file'],
    [['--in', 'empty.csv'], 'empty.csv must be a table; got an empty file'],
    [['--in', 'header.csv'], 'header.csv must have at least one row; got a header alone'],
    [
      ['--in', 'text.csv'],
      'text.csv column height must be a number; got "tall" in row 8 (1 of 50 rows are texts)',
    ],
    [['--in', 'none.csv'], `none.csv ${finite} height with 1 missing or NaN (row 8)`],
    [['--in', 'nan.csv'], `nan.csv ${finite} width with 1 missing or NaN (row 8)`],
    [
      ['--in', 'infinite.csv'],
      `infinite.csv ${finite} weight with 1 infinite or beyond float32 (row 8)`,
    ],
    [
      ['--in', 'wrong.csv'],
      `wrong.csv ${must} no height; did you mean weight?, no width; did you mean widths?, an unknown widths`,
    ],
    [['--in', 'texts.csv'], `texts.csv ${must} height as text, not number`],
    [['--in', 'cut.parquet'], /^cut\.parquet must be a complete Parquet file; got /],
    [['--model', 'nowhere.safetensors'], 'nowhere.safetensors must exist; got no such file'],
    [['--model', 'cut.safetensors'], /^cut\.safetensors must be a complete safetensors file; got /],
    [['--model', 'raw.csv'], /^raw\.csv must be a complete safetensors file; got /],
    [
      ['--model', 'damaged.safetensors'],
      /^the model must give its golden rows the probabilities it was made with, within 0\.0001; got a difference of (\d|NaN)/,
    ],
  ];
  assert.is(columns.length, 5);
  const out = ['--out', 'never.csv'];
  const complaints = await complaintsOf(
    'predict',
    expected.map(([args]) => [...args, ...out]),
    folder,
  );
  complaints.forEach((complaint, i) => {
    const [, message] = expected[i];
    assert.is(complaint.slice(0, 16), '3 error E_DATA: ');
    if (message instanceof RegExp) assert.match(complaint.slice(16), message);
    else assert.is(complaint.slice(16), message);
  });
  assert.not(readdirSync(folder).some((entry) => entry.includes('never')));
});

test('answers a full disk with 6 and leaves the old predictions', () => {
  const disk = mountSmallDisk(folder);
  if (disk === null) return;
  try {
    writeFileSync(at('many.csv'), toCsv(makeRows(20_000, 3)));
    for (const name of ['out.csv', 'out.csv.gz']) {
      const out = join(disk.path, name);
      writeFileSync(out, 'old');
      // two blocks of 4,096 bytes are left
      writeFileSync(join(disk.path, 'filler'), 'x'.repeat(2 ** 20 - 3 * 4096));
      const outcome = runStage('predict', ['--in', 'many.csv', '--out', out], folder);
      assert.match(
        complaintOf(outcome),
        /^6 error E_ENVIRONMENT: .*out\.csv(\.gz)? must be writable; got the disk is full$/,
      );
      assert.is(readFileSync(out, 'utf8'), 'old');
      assert.equal(readdirSync(disk.path).sort(), ['filler', name].sort());
      rmSync(out);
      rmSync(join(disk.path, 'filler'));
    }
  } finally {
    disk.unmount();
  }
});

test.run();
