import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { whenHolding, whenListed } from '../support/await-file.ts';
import { complaintsOf, makePipeline, runWell } from '../support/small-pipeline.ts';
import { runWellHere } from '../support/stage-here.ts';
import { runStage, startStage } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const OUTPUTS = [
  'models/tuned.yaml',
  'reports/plots/tune.csv',
  'reports/tune.html',
  'reports/metrics/tune.json',
];
const readOutputs = (): string[] => OUTPUTS.map((file) => readFileSync(at(file), 'utf8'));

const SPACE = {
  'train.mlp.learning_rate': { type: 'float', low: 0.001, high: 0.1, log: true },
  'train.mlp.hidden_sizes': { type: 'categorical', choices: [[8], [16, 16]] },
};
const PARAMS = {
  base: { seed: 1, target: 'kind' },
  train: { mlp: { batch_size: 64, max_epochs: 3 } },
  tune: { n_trials: 3, n_startup_trials: 2, space: SPACE },
};
const setParams = (tune: object, train: object = PARAMS.train): void =>
  writeFileSync(
    at('params.yaml'),
    JSON.stringify({ ...PARAMS, train, tune: { ...PARAMS.tune, ...tune } }),
  );

/** Attempts in the storage, by how they ended: 'COMPLETE 3'. */
function countAttempts(): string[] {
  const database = new DatabaseSync(at('logs/studies.db'), { readOnly: true });
  const rows = database
    .prepare('SELECT state, count(*) AS n FROM trials GROUP BY state ORDER BY state')
    .all() as { state: string; n: number }[];
  database.close();
  return rows.map(({ state, n }) => `${state} ${n}`);
}

/** The log of the first trial of a tune process, once it has begun. */
async function whenTrialRuns(pid: number): Promise<string> {
  const trials = await whenListed(tmpdir(), `timberline-tune-${pid}-`);
  const log = join(trials, '0/logs/timberline.log');
  await whenHolding(log, '"msg":"start"');
  return log;
}

/** Folder of the run that was killed. */
let killedTrials = '';

const test = suite('stage tune');

test.before(async () => {
  await makePipeline(folder);
  setParams({});
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('killed, takes its trial with it; run again, retries it and ends as if nobody had killed it', async () => {
  setParams({ study: 'whole' });
  const { message } = JSON.parse(runWell('tune', ['--json'], folder)) as { message: string };
  const [overlay, table, page, metrics] = readOutputs();
  const rows = parseCsv(table, { columns: true }) as Record<string, string>[];
  assert.equal(Object.keys(rows[0]), [
    ...['trial', 'state', 'valid_accuracy', 'n_steps'],
    ...Object.keys(SPACE),
    'failure',
  ]);
  assert.equal(
    rows.map(({ trial, state }) => `${trial} ${state}`),
    ['0 COMPLETE', '1 COMPLETE', '2 COMPLETE'].map((row, i) =>
      rows[i].state === 'PRUNED' ? `${i} PRUNED` : row,
    ),
  );
  for (const row of rows.filter(({ state }) => state === 'COMPLETE')) {
    assert.is(row.n_steps, '3', 'every epoch is reported');
  }
  const { best } = JSON.parse(metrics) as { best: Record<string, unknown> };
  assert.is(message, `valid_accuracy ${best.valid_accuracy} in trial ${best.trial}`);
  assert.equal(parse(overlay), best.parameters);
  assert.match(page, 'Tuning of train');
  assert.equal(countAttempts(), [`COMPLETE 3`]);

  setParams({ study: 'killed' });
  const { child, outcome } = startStage('tune', [], folder);
  const log = await whenTrialRuns(child.pid!);
  child.kill('SIGKILL');
  assert.is((await outcome).code, null);
  await whenHolding(log, '"msg":"interrupted"');
  assert.equal(countAttempts(), ['COMPLETE 3', 'RUNNING 1']);
  const { code, stderr } = runStage('tune', [], folder);
  assert.is(code, 0, stderr);
  const [, killedTable, , killedMetrics] = readOutputs();
  assert.is(killedTable, table);
  assert.is(killedMetrics, metrics);
  assert.equal(countAttempts(), ['COMPLETE 6', 'FAIL 1']);
  killedTrials = join(log, '../../..');

  // the best parameters give the stage what the study says
  writeFileSync(
    at('best.yaml'),
    JSON.stringify({
      base: PARAMS.base,
      train: {
        mlp: { ...PARAMS.train.mlp, ...(parse(overlay) as { train: { mlp: object } }).train.mlp },
      },
    }),
  );
  const trained = JSON.parse(
    await runWellHere('train', ['--json', '--params', 'best.yaml'], folder),
  ) as {
    valid_accuracy: number;
  };
  assert.is(trained.valid_accuracy, best.valid_accuracy);
});

test('prunes a stage that reports, and keeps why trials failed', () => {
  // the first two learn, the third cannot, the last breaks
  const choices = [1e-9, 0.03, 0.05, 1e30];
  setParams({
    ...{ sampler: 'grid', n_trials: 4, pruner: 'median', study: null },
    space: { 'train.mlp.learning_rate': { type: 'categorical', choices } },
  });
  const { code, stderr } = runStage('tune', ['--set', 'base.seed=3'], folder);
  assert.is(code, 0, stderr);
  const rows = parseCsv(readFileSync(at('reports/plots/tune.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  const of = (choice: number) =>
    rows.find((row) => Number(row['train.mlp.learning_rate']) === choice)!;
  assert.is(of(1e30).state, 'FAIL');
  assert.match(of(1e30).failure, /loss must be finite; got (NaN|Infinity)/);
  assert.is(of(1e-9).state, 'PRUNED');
  assert.is(of(0.03).state, 'COMPLETE');
  assert.not(existsSync(killedTrials), 'what a killed run left is removed');
});

test('names what is wrong before the first trial, each in one message', async () => {
  setParams({});
  const set = (...values: string[]): string[] => values.flatMap((value) => ['--set', value]);
  const expected: [args: string[], complaint: string][] = [
    [
      set('tune.stage=trian'),
      '2 error E_PARAMS: tune.stage must be a stage; got trian; did you mean train?',
    ],
    [
      set('tune.stage=split'),
      '2 error E_PARAMS: tune.stage must be a stage that writes metrics; got split',
    ],
    [set('tune.space={}'), '2 error E_PARAMS: 1 problem of the search space'],
    [set('tune.samplr=tpe', 'tune.n_trials=0'), '2 error E_PARAMS: 2 parameter problems'],
    [
      set('tune.sampler=grid'),
      '2 error E_PARAMS: tune.space: train.mlp.learning_rate must have a step, since the sampler is grid',
    ],
    [
      ['--in', 'nowhere'],
      '3 error E_DATA: nowhere must exist, since train reads it; got no such file',
    ],
    [
      [...set('tune.stage=evaluate'), '--raw', 'raw.csv'],
      '2 error E_USAGE: --raw must be an input of evaluate, which has none of this name',
    ],
    [
      set('tune.metric=valid_acuracy', 'tune.n_trials=1'),
      '2 error E_PARAMS: tune.metric must be a metric of train; got valid_acuracy; did you mean valid_accuracy?',
    ],
  ];
  const complaints = await complaintsOf(
    'tune',
    expected.map(([args]) => args),
    folder,
  );
  assert.equal(
    complaints,
    expected.map(([, complaint]) => complaint),
  );
  setParams({}, { mlp: { max_epoch: 1 } });
  const [wrong] = await complaintsOf('tune', [[]], folder);
  assert.is(wrong, '2 error E_PARAMS: 1 parameter problem');
});

test.run();
