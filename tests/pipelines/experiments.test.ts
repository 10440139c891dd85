/** Experiments through the real DVC, its Hydra switched on: what it composes is what we compose. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';

/** Takes the place of the main pipeline: what matters here is the parameters that a stage gets to see. */
const DVC_YAML = `stages:
  train:
    cmd: cp params.yaml seen.yaml
    params: [train]
    outs: [seen.yaml]
`;

function run(folder: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  assert.is(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const dvc = (folder: string, ...args: string[]): string =>
  run(folder, join(PROJECT, 'node_modules/.bin/dvc'), ...args);

/** A repository with the configuration of this one and a pipeline of one copy. */
function makeRepository(folder: string): void {
  for (const path of ['conf', 'params.yaml', '.dvc/config']) {
    cpSync(join(PROJECT, path), join(folder, path), { recursive: true });
  }
  writeFileSync(join(folder, 'dvc.yaml'), DVC_YAML);
  writeFileSync(join(folder, '.gitignore'), 'seen.yaml\n.dvc/tmp\n.dvc/cache\n.dvc/config.local\n');
  run(folder, 'git', 'init', '--quiet');
  // DVC commits too, and asks who does
  run(folder, 'git', 'config', 'user.name', 'test');
  run(folder, 'git', 'config', 'user.email', 'test@example.org');
  run(folder, 'git', 'add', '--all');
  run(folder, 'git', 'commit', '--quiet', '--message', 'start');
}

const test = suite('experiments');

test('compose the same parameters through DVC and through params compose, and queue a sweep', async () => {
  await inTemporaryFolder((folder) => {
    makeRepository(folder);
    dvc(folder, 'config', '--local', 'hydra.enabled', 'true');
    const overrides = ['model=quick', 'train.mlp.learning_rate=0.01'];
    dvc(folder, 'exp', 'run', ...overrides.flatMap((text) => ['-S', text]));

    const program = join(PROJECT, 'lib/cli/timberline.ts');
    const args = ['params', 'compose', ...overrides, '--params', 'own.yaml', '--write'];
    run(folder, process.execPath, program, ...args);
    const [byDvc, byUs, seen] = ['params.yaml', 'own.yaml', 'seen.yaml'].map(
      (file) => parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>,
    );
    assert.is(JSON.stringify(byDvc), JSON.stringify(byUs), 'values and order');
    assert.equal(seen, byUs);
    assert.is((byUs.train as { mlp: Record<string, unknown> }).mlp.learning_rate, 0.01);

    dvc(folder, 'exp', 'run', '--queue', '-S', 'train.mlp.dropout=0.1,0.2');
    const queued = dvc(folder, 'queue', 'status').match(/Queued/g);
    assert.is(queued?.length, 2);
  });
});

test.run();
