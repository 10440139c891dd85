/**
 * `node tests/long/tune.ts`: a study of 30 trials, killed twice and resumed, against one that was not; and the
 * same study on PostgreSQL, shared by four processes of which one is killed. About two minutes on 2 cores, so
 * that it is no part of `npm test`. Needs PostgreSQL's server, from the system's packages.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startPostgres } from '../support/postgres.ts';
import { makePipeline, runWell } from '../support/small-pipeline.ts';
import { startStage } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';

const N_TRIALS = 30;
const PARAMS = {
  base: { seed: 5, target: 'kind' },
  train: { mlp: { hidden_sizes: [16], batch_size: 64, max_epochs: 3 } },
  tune: {
    ...{ n_trials: N_TRIALS, n_startup_trials: 5, pruner: 'median', n_warmup_steps: 2 },
    space: {
      'train.mlp.learning_rate': { type: 'float', low: 0.001, high: 0.1, log: true },
      'train.mlp.optimizer': { type: 'categorical', choices: ['adamw', 'sgd'] },
      'train.mlp.weight_decay': {
        ...{ type: 'float', low: 0, high: 0.1, step: 0.01 },
        when: { 'train.mlp.optimizer': ['adamw'] },
      },
    },
  },
};
const OUTPUTS = ['models/tuned.yaml', 'reports/plots/tune.csv', 'reports/metrics/tune.json'];

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const readOutputs = (): string[] => OUTPUTS.map((file) => readFileSync(join(folder, file), 'utf8'));

/** Runs tune until it says `line`, then kills it. */
async function killAt(line: string, args: readonly string[]): Promise<StageOutcome> {
  const { child, outcome } = startStage('tune', args, folder);
  let said = '';
  child.stderr!.on('data', (text: string) => {
    said += text;
    if (said.includes(line)) child.kill('SIGKILL');
  });
  return await outcome;
}

const test = suite('long: tune');

test.before(async () => {
  // the server's user must reach its own folder in this one
  chmodSync(folder, 0o755);
  await makePipeline(folder);
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify(PARAMS));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test(`a study of ${N_TRIALS} trials, killed twice and resumed, ends as one that nobody killed`, async () => {
  runWell('tune', ['--set', 'tune.study=whole'], folder);
  const whole = readOutputs();
  const killed = ['--set', 'tune.study=killed'];
  for (const index of [9, 19]) {
    const { code } = await killAt(`trial ${index}: `, killed);
    assert.is(code, null, 'it was killed while it ran');
  }
  runWell('tune', killed, folder);
  readOutputs().forEach((text, i) => assert.is(text, whole[i], OUTPUTS[i]));
  assert.is(whole[1].trimEnd().split('\n').length, 1 + N_TRIALS);
});

test('four processes on PostgreSQL, one of them killed, lose no trial and double none', async () => {
  const postgres = await startPostgres(folder);
  try {
    const args = [`tune.storage=${postgres.url}`, 'tune.study=shared', 'base.threads=1'];
    const sets = args.flatMap((value) => ['--set', value]);
    const [killed, ...others] = await Promise.all([
      killAt('trial ', sets),
      ...[1, 2, 3].map(() => startStage('tune', sets, folder).outcome),
    ]);
    assert.is(killed.code, null, 'it was killed while it ran');
    for (const { code, stderr } of others) assert.is(code, 0, stderr);
    const trials = postgres.query(
      `SELECT a.value_json, count(*) FROM trials t JOIN trial_user_attributes a USING (trial_id)
       WHERE a.key = 'index' AND t.state IN ('COMPLETE', 'PRUNED') GROUP BY 1`,
    );
    const indices = trials.map(([index]) => Number(index)).toSorted((a, b) => a - b);
    assert.equal(
      indices,
      Array.from({ length: N_TRIALS }, (_, i) => i),
      'no trial is lost',
    );
    assert.ok(
      trials.every(([, count]) => count === '1'),
      'no trial is doubled',
    );
    assert.equal(
      postgres.query(`SELECT state FROM trials WHERE state IN ('RUNNING', 'WAITING')`),
      [],
    );
    const owners = postgres.query(
      `SELECT DISTINCT value_json FROM trial_user_attributes WHERE key = 'owner'`,
    );
    assert.is(owners.length, 4, 'every process ran some');
  } finally {
    postgres.stop();
  }
});

test.run();
