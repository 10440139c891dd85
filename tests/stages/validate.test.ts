import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { inTemporaryFolder, runStage } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';

const CONTRACT = `
rows: { min: 2 }
columns:
  x: { type: integer, not_null: true, between: { min: 0, max: 9 } }
  y: { type: text, in_set: [a, b] }
`;
const GOOD = 'x,y\n1,a\n2,b\n3,a\n';
const BAD = 'x,y\n1,a\n-2,c\nx,b\n';

const ARGS = [
  '--in',
  'table.csv',
  '--contract',
  'contract.yaml',
  '--out',
  'reports/v.json',
  '--page',
  'reports/v.html',
];

interface Run {
  readonly folder: string;
  put(name: string, content: string | Buffer): void;
  run(...args: readonly string[]): StageOutcome;
  report(name: string): string;
}

async function withRun(use: (run: Run) => void | Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const put: Run['put'] = (name, content) => writeFileSync(join(folder, name), content);
    put('contract.yaml', CONTRACT);
    await use({
      folder,
      put,
      run: (...args) => runStage('validate', [...ARGS, ...args], folder),
      report: (name) => readFileSync(join(folder, 'reports', name), 'utf8'),
    });
  });
}

const test = suite('stage validate');

test('writes both reports and one line of result for a good table', async () => {
  await withRun(({ put, run, report, folder }) => {
    put('table.csv', GOOD);
    const { code, stdout, stderr } = run();
    assert.is(code, 0, stderr);
    assert.match(stdout, /^validate: 9 expectations hold on 3 rows x 2 columns \(.+\)\n$/);
    assert.is(JSON.parse(report('v.json')).success, true);
    assert.match(report('v.html'), /^<!doctype html>/);
    assert.equal(readdirSync(join(folder, 'reports')), ['v.html', 'v.json']);
  });
});

test('ends with 4, and says what failed and where the report is, once the reports are written', async () => {
  await withRun(({ put, run, report, folder }) => {
    mkdirSync(join(folder, 'reports'));
    put('reports/v.json', '{"success": true}');
    put('table.csv', BAD);
    const { code, stdout, stderr } = run();
    assert.is(code, 4);
    assert.is(stdout, '');
    assert.is(
      stderr,
      `error E_VALIDATION: table.csv must meet contract.yaml; got 3 of 9 expectations failed, the report is reports/v.html
  x must be between 0 and 9; got 1 of 3 (50 %), line 3: "-2"
  x must be an integer; got 1 of 3 (33.3 %), line 4: "x"
  y must be one of a, b; got 1 of 3 (33.3 %), line 3: "c"
hint: mend the rows, or the contract where it asks too much
`,
    );
    assert.is(JSON.parse(report('v.json')).success, false);
    assert.match(report('v.html'), 'line 3: -2');
    assert.equal(readdirSync(join(folder, 'reports')), ['v.html', 'v.json']);
  });
});

test('gives the same bytes with one thread and with two, and twice', async () => {
  await withRun(({ put, run, report }) => {
    put('table.csv', `x,y\n${'1,a\nbad,b\n,\n12,z\n1\n'.repeat(20_000)}`);
    const texts = ['1', '2', '2'].map((threads) => {
      assert.is(run('--set', `base.threads=${threads}`).code, 4);
      return report('v.json') + report('v.html');
    });
    assert.is(texts[0], texts[1]);
    assert.is(texts[1], texts[2]);
    const malformed = JSON.parse(report('v.json')).results[0];
    assert.is(malformed.unexpected_count, 20_000);
    assert.equal(malformed.examples[0], { line: 6, value: 'missing columns: 1' });
  });
});

test('finds the same in CSV, gzipped CSV and Parquet', async () => {
  await withRun(async ({ put, run, report, folder }) => {
    put('table.csv', BAD);
    put('table.csv.gz', gzipSync(BAD));
    await withDatabase({ threads: 1, memoryMb: 256 }, (database) =>
      database.run(
        `COPY (FROM read_csv('${folder}/table.csv', all_varchar = true)) TO '${folder}/table.parquet'`,
      ),
    );
    const results = ['csv', 'csv.gz', 'parquet'].map((ending) => {
      assert.is(run('--in', `table.${ending}`).code, 4);
      return JSON.parse(report('v.json')).results as unknown;
    });
    assert.equal(results[0], results[1]);
    assert.equal(results[0], results[2]);
  });
});

test('drafts a contract that the table meets, and checks nothing meanwhile', async () => {
  await withRun(({ put, run, folder }) => {
    put('table.csv', GOOD);
    const drafted = run('--infer', 'draft.yaml', '--contract', 'nowhere.yaml');
    assert.is(drafted.code, 0, drafted.stderr);
    assert.equal(readdirSync(join(folder, 'reports')), []);
    const checked = run('--contract', 'draft.yaml');
    assert.is(checked.code, 0, checked.stderr);
  });
});

test('answers what is no table, no contract or no writable place', async () => {
  await withRun(({ put, run, folder }) => {
    put('table.csv', 'x,y\n');
    put('half.parquet', 'PAR1 and no more');
    put('empty.csv', '');
    put('broken.yaml', 'columns: { x: { type: int } }\n');
    for (const [args, code, message] of [
      [[], 3, 'table.csv must have at least one row; got a header alone'],
      [['--in', 'half.parquet'], 3, 'half.parquet must be a complete Parquet file'],
      [['--in', 'empty.csv'], 3, 'empty.csv must be a table; got an empty file'],
      [['--in', 'nowhere.csv'], 3, 'nowhere.csv must exist'],
      [['--contract', 'broken.yaml'], 3, 'broken.yaml:1 columns.x.type must be one of integer'],
      [['--contract', 'nowhere.yaml'], 3, 'nowhere.yaml must exist; got no such file'],
      [['--set', 'validate.max_examples=-1'], 2, 'must be an integer in [0, 1000]; got -1'],
      [['--set', 'validate.infer.margins=1'], 2, 'did you mean validate.infer.margin?'],
    ] as const) {
      const outcome = run(...args);
      assert.is(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.equal(readdirSync(join(folder, 'reports')), []);
    }
  });
});

test('reports NaN, infinity, text and spreadsheet habits as the flaws that they are', async () => {
  await withRun(({ put, run, report }) => {
    put('table.csv', '\ufeffx;y\r\nnan;a\r\ninf;b\r\n1,5;a\r\n 7 ;b\r\n');
    assert.is(run().code, 4);
    const type = (
      JSON.parse(report('v.json')).results as {
        expectation: string;
        columns: string[];
        examples: { value: string }[];
      }[]
    ).find(({ expectation, columns }) => expectation === 'type' && columns[0] === 'x')!;
    assert.equal(
      type.examples.map(({ value }) => value),
      ['nan', 'inf', '1,5'],
    );
  });
});

test.run();
