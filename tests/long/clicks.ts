/**
 * `node tests/long/clicks.ts`: the pipeline of clicks on its data set, twice, and the library beside its stages. A
 * minute on 2 cores, so that it is no part of `npm test`; nothing is checked where no mirror has the data set.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { PROJECT, inTemporaryFolder, runStage } from '../support/stage-process.ts';
import { readJson, readTable } from '../support/table-stage.ts';

const FOLDER = join(PROJECT, 'pipelines', 'clicks');
const { fetch } = parse(readFileSync(join(FOLDER, 'params.yaml'), 'utf8')) as {
  readonly fetch: { readonly dataset: string; readonly mirrors: readonly string[] };
};
const isAtHand = fetch.mirrors.some((mirror) => existsSync(join(FOLDER, mirror, fetch.dataset)));

/** Runs all stages; gives the seconds that it took. */
function reproduce(): number {
  const dvc = join(PROJECT, 'node_modules', '.bin', 'dvc');
  const start = performance.now();
  const { status, stderr } = spawnSync(dvc, ['repro', '--quiet', '--force'], { cwd: FOLDER });
  assert.is(status, 0, String(stderr));
  return (performance.now() - start) / 1000;
}

/** Checksums of all that the stages wrote, by its path. */
function readOuts(): Record<string, string> {
  const { stages } = parse(readFileSync(join(FOLDER, 'dvc.lock'), 'utf8')) as {
    stages: Record<string, { outs: { path: string; md5: string }[] }>;
  };
  const outs = Object.values(stages).flatMap((stage) => stage.outs);
  return Object.fromEntries(outs.map(({ path, md5 }) => [path, md5]));
}

const test = suite('long: pipeline clicks');

test('takes less than a minute, half of it on 2 quiet cores, and writes the same bytes again', () => {
  const seconds = reproduce();
  const outs = readOuts();
  process.stdout.write(`${seconds.toFixed(1)} s `);
  assert.ok(seconds < 60, `${seconds.toFixed(1)} s`);
  reproduce();
  assert.equal(readOuts(), outs);
});

test('gives by the library what it gives by its stages, to the bit', async () => {
  await inTemporaryFolder(async (folder) => {
    const out = join(folder, 'same.parquet');
    const args = ['--out', out, '--set', 'inherited.legacy=false'];
    const { code, stderr } = runStage('pipelines/clicks/inherited', args, FOLDER);
    assert.is(code, 0, stderr);
    assert.equal(
      await readTable(out),
      await readTable(join(FOLDER, 'data', 'predictions.parquet')),
    );
  });
});

test('is not worse than the inherited method, and better than the base rate', () => {
  const [compared] = readJson(FOLDER, 'reports', 'metrics', 'compare.json').comparisons as {
    metrics: { log_loss: { low: number } };
  }[];
  assert.ok(compared.metrics.log_loss.low < 0, 'the loss may well be lower than the inherited one');
  const metrics = readJson(FOLDER, 'reports', 'metrics', 'evaluate.json');
  const { majority } = metrics.baselines as Record<string, { log_loss: number }>;
  assert.ok(Number(metrics.log_loss) < majority.log_loss);
});

if (isAtHand) test.run();
else
  process.stdout.write(
    `pipeline clicks: not checked, since ${fetch.mirrors.join(', ')} has no ${fetch.dataset}\n`,
  );
