import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePredictedRows, predictionsCsv } from '../support/predictions.ts';
import { complaintsOf, runWell } from '../support/small-pipeline.ts';
import { runWellHere } from '../support/stage-here.ts';

const CLASSES = ['ash', 'oak', 'pine'];
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const csv = (nWrong: number, n = 60): string =>
  predictionsCsv(makePredictedRows(n, nWrong, CLASSES), CLASSES);
const readText = (file: string): string => readFileSync(at(file), 'utf8');
const readDocument = (): { comparisons: Record<string, unknown>[] } & Record<string, unknown> =>
  JSON.parse(readText('reports/metrics/compare.json'));
const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Commits predictions as an out in DVC's cache, and parameters in Git. */
function commit(nWrong: number, params: string): void {
  const text = csv(nWrong);
  const md5 = createHash('md5').update(text).digest('hex');
  const cache = at(`.dvc/cache/files/md5/${md5.slice(0, 2)}`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, md5.slice(2)), text);
  const out = { md5, size: text.length, hash: 'md5', path: 'predictions.csv' };
  writeFileSync(at('data/predictions.csv.dvc'), JSON.stringify({ outs: [out] }));
  writeFileSync(at('params.yaml'), params);
  git('add', '.');
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', `${nWrong} wrong`);
}

const test = suite('stage compare');

test.before(() => {
  for (const name of ['data', '.dvc']) mkdirSync(at(name));
  writeFileSync(at('old.csv'), csv(20));
  writeFileSync(at('new.csv'), csv(5));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('compares two tables: one line, a document, a page and the rows that changed', () => {
  const said = runWell('compare', ['old.csv', 'new.csv', '--changes', 'changes.csv'], folder);
  // 15 rows gained, none lost: 2 / 2^15
  assert.match(
    said,
    /^compare: new\.csv is better than old\.csv: accuracy \+0\.2500 \(95 % interval \+0\.1\d{3} to \+0\.3\d{3}, McNemar p < 0\.001\)/,
  );
  const [{ metrics, per_class: perClass, ...rest }] = readDocument().comparisons as [
    Record<string, Record<string, Record<string, number>>>,
  ];
  assert.equal(rest, {
    ...{ first: 'old.csv', second: 'new.csv', verdict: 'better', confidence_level: 0.95 },
    ...{ both_right: 40, both_wrong: 5, lost: 0, gained: 15, params: null },
  });
  const { first, second, difference, p_value: p } = metrics.accuracy;
  assert.equal([first, second, difference, p], [0.666667, 0.916667, 0.25, 0.00006104]);
  assert.equal(perClass.pine.recall, { first: 0.7, second: 0.95 });
  const rows = readText('changes.csv').trim().split('\n');
  assert.is(rows.length, 16);
  assert.is(rows[0], 'row_id,actual,prediction of old.csv,prediction of new.csv,outcome');
  assert.is(rows[1], '5,pine,ash,pine,gained');
  assert.match(readText('reports/compare.html'), '<svg');
});

test('writes the same bytes again, and the opposite for the opposite order', async () => {
  const outputs = ['reports/metrics/compare.json', 'reports/compare.html'];
  const before = outputs.map(readText);
  const stdout = await runWellHere('compare', ['old.csv', 'new.csv', '--json'], folder);
  outputs.forEach((file, i) => assert.is(readText(file), before[i]));
  const { message: _, ...document } = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(document, readDocument());
  await runWellHere('compare', ['new.csv', 'old.csv', '--set', 'compare.metric=log_loss'], folder);
  const [{ verdict, lost, gained }] = readDocument().comparisons;
  assert.equal([verdict, lost, gained], ['worse', 15, 0]);
});

test('compares several with the first, each interval with its share of the level', async () => {
  writeFileSync(at('same.csv'), csv(20));
  const about = { columns: [{ name: 'kind', classes: { oak: 'Quercus' } }] };
  writeFileSync(at('about.json'), JSON.stringify(about));
  const flags = ['--about', 'about.json', '--set', 'base.target=kind', '--changes', 'all.csv'];
  const said = await runWellHere('compare', ['old.csv', 'new.csv', 'same.csv', ...flags], folder);
  assert.match(said, '; no difference of same.csv from old.csv that these 60 rows can show');
  const { comparisons } = readDocument();
  assert.equal(
    comparisons.map(({ second, confidence_level: level }) => [second, level]),
    [
      ['new.csv', 0.975],
      ['same.csv', 0.975],
    ],
  );
  assert.match(readText('reports/compare.html'), 'oak Quercus');
  assert.is(
    readText('all.csv').split('\n')[0],
    'row_id,actual,prediction of old.csv,prediction of new.csv,prediction of same.csv',
  );
});

test('compares revisions and experiments by what DVC holds of them, and their parameters', async () => {
  writeFileSync(at('.dvc/config'), '');
  writeFileSync(at('.gitignore'), '*.csv\nlogs/\nreports/\n.dvc/cache\n.dvc/tmp\n');
  git('init', '-q', '-b', 'main');
  commit(20, 'train: {depth: 3, rate: 0.1}\n');
  git('checkout', '-q', '--detach');
  commit(5, 'train: {depth: 4, rate: 0.1}\n');
  // as `dvc exp run --name exp-1` leaves it
  git('update-ref', 'refs/exps/ab/cdef/exp-1', 'HEAD');
  git('checkout', '-q', 'main');
  const path = ['--predictions', 'data/predictions.csv'];
  await runWellHere('compare', ['main', 'exp-1', ...path], folder);
  const [{ first, second, gained, params }] = readDocument().comparisons;
  assert.equal([first, second, gained], ['main', 'exp-1', 15]);
  assert.equal(params, { 'train.depth': { first: 3, second: 4 } });
  // alone: HEAD and the workspace
  writeFileSync(at('data/predictions.csv'), csv(30));
  const said = await runWellHere('compare', path, folder);
  assert.match(said, 'compare: workspace is worse than HEAD: accuracy -0.1667');
  const expected: [string[], string][] = [
    [
      ['nowhere', ...path],
      '2 error E_USAGE: nowhere must be a revision of Git, an experiment of DVC, or a table of predictions; got none of them',
    ],
    [
      ['old.csv', 'main', '--predictions', 'data/none.csv'],
      '3 error E_DATA: main must hold data/none.csv; got no such out',
    ],
  ];
  assert.equal(
    await complaintsOf(
      'compare',
      expected.map(([args]) => args),
      folder,
    ),
    expected.map(([, message]) => message),
  );
});

test('names what is wrong with its operands, and writes nothing', async () => {
  rmSync(at('reports'), { recursive: true });
  rmSync(at('.git'), { recursive: true, force: true });
  writeFileSync(at('short.csv'), csv(5, 50));
  const expected: [string[], string][] = [
    [['old.csv', 'old.csv'], '2 error E_USAGE: each model must be named once; got old.csv twice'],
    [['old.csv', 'nowhere.csv'], '3 error E_DATA: nowhere.csv must exist; got no such file'],
    [['old.csv'], '3 error E_DATA: data/predictions.parquet must exist; got no such file'],
    [
      ['old.csv', 'short.csv'],
      '3 error E_DATA: short.csv must have the rows of old.csv; got 10 that are missing and 0 of its own',
    ],
    [
      ['old.csv', 'main'],
      '6 error E_ENVIRONMENT: the folder must be in a Git repository; got none',
    ],
  ];
  assert.equal(
    await complaintsOf(
      'compare',
      expected.map(([args]) => args),
      folder,
    ),
    expected.map(([, message]) => message),
  );
  assert.not(existsSync(at('reports/compare.html')));
});

test.run();
