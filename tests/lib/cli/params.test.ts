import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { inTemporaryFolder, PROJECT } from '../../support/stage-process.ts';

const CONF: Readonly<Record<string, string>> = {
  'conf/config.yaml': `defaults: [_self_, { model: default }, { resources: laptop }]
base: { seed: 3 }
`,
  'conf/resources/laptop.yaml': '# @package _global_\nbase: { threads: 2 }\n',
  'conf/model/default.yaml': `# @package _global_

train:
  mlp:
    max_epochs: 30 # a minute
    hidden_sizes: [64, 64]
`,
  'conf/model/quick.yaml': `# @package _global_
defaults: [default]
train:
  mlp: { max_epochs: 2 }
`,
  'conf/model/wrong.yaml': `# @package _global_
train:
  mlp:
    max_epochs: many
    hiden_sizes: [64]
    dropout: 1
trian: {}
`,
  'tuned.yaml': 'train:\n  mlp: { learning_rate: 0.01 }\n',
};
const PARAMS = `# yaml-language-server: $schema=./docs/params.schema.json
# Mine.

base: { seed: 3, threads: 2 }
train:
  mlp: { max_epochs: 5, hidden_sizes: [64, 64], dropout: 0 }
`;

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function timberline(folder: string, ...args: string[]): Promise<Outcome> {
  const program = join(PROJECT, 'lib/cli/timberline.ts');
  const child = spawn(process.execPath, [program, 'params', ...args], { cwd: folder });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

async function withConf(use: (folder: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    for (const [path, text] of Object.entries({ ...CONF, 'params.yaml': PARAMS })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    await use(folder);
  });
}

const readText = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

const test = suite('timberline params compose');

test('shows the choices, every value with its origin, what differs, and leaves the file alone', async () => {
  await withConf(async (folder) => {
    const args = ['compose', 'model=quick', '--overlay', 'tuned.yaml', '+train.mlp.batch_size=32'];
    const { code, stdout, stderr } = await timberline(folder, ...args);
    assert.is(code, 0, stderr);
    assert.is(
      stdout,
      `model=quick resources=laptop

  base.seed                3        conf/config.yaml:2
  base.threads             2        conf/resources/laptop.yaml:2
  train.mlp.max_epochs     2        conf/model/quick.yaml:4
  train.mlp.hidden_sizes   [64,64]  conf/model/default.yaml:6
  train.mlp.learning_rate  0.01     tuned.yaml:2
  train.mlp.batch_size     32       +train.mlp.batch_size=32

params.yaml would change in 4 values:
  train.mlp.max_epochs     5 -> 2
  train.mlp.learning_rate  absent -> 0.01
  train.mlp.batch_size     absent -> 32
  train.mlp.dropout        0 -> absent
params.yaml is as it was; --write writes it
`,
    );
    assert.is(readText(folder, 'params.yaml'), PARAMS);
  });
});

test('writes the file with --write, as one command says how, with its comments and the line for editors', async () => {
  await withConf(async (folder) => {
    const args = ['compose', "train.mlp.hidden_sizes=[8, 'a']", '--write'];
    assert.is((await timberline(folder, ...args)).code, 2, 'a list of sizes holds no text');
    assert.is(readText(folder, 'params.yaml'), PARAMS);

    const { code, stdout } = await timberline(
      folder,
      'compose',
      'train.mlp.hidden_sizes=[8, 9]',
      '--write',
    );
    assert.is(code, 0);
    assert.match(stdout, /params.yaml changed in 3 values:\n[^]*\nparams.yaml is written\n$/);
    assert.is(
      readText(folder, 'params.yaml'),
      `# yaml-language-server: $schema=./docs/params.schema.json
# Composed of the groups in conf/, where changes belong, by
#   npx timberline params compose 'train.mlp.hidden_sizes=[8, 9]' --write

base: { seed: 3, threads: 2 }

train:
  mlp:
    max_epochs: 30 # a minute
    hidden_sizes: [8, 9]
`,
    );
    assert.equal(readdirSync(folder).toSorted(), ['conf', 'params.yaml', 'tuned.yaml']);
    const again = await timberline(folder, 'compose', 'train.mlp.hidden_sizes=[8, 9]');
    assert.match(again.stdout, 'params.yaml has the same values\n');
  });
});

test('makes a new file under the name of --params, and prints one document with --json', async () => {
  await withConf(async (folder) => {
    const args = ['compose', 'base.seed=4', '--params', 'new/p.yaml', '--write', '--json'];
    const { code, stdout } = await timberline(folder, ...args);
    assert.is(code, 0);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(document.choices, { model: 'default', resources: 'laptop' });
    assert.equal((document.parameters as unknown[])[0], {
      key: 'base.seed',
      value: 4,
      origin: 'base.seed=4',
    });
    assert.equal(document.differences, [], 'there is no file to differ from');
    assert.is(document.written, true);
    const written = parse(readText(folder, 'new/p.yaml')) as Record<string, unknown>;
    assert.equal(written.base, { seed: 4, threads: 2 });
    const command = 'npx timberline params compose --params new/p.yaml base.seed=4 --write';
    assert.match(readText(folder, 'new/p.yaml'), command);
  });
});

test('answers everything that is wrong with groups, options, keys and values in one message', async () => {
  await withConf(async (folder) => {
    const args = ['model=wrong', 'resources=laptp', 'base.sede=1', 'base.threads=0'];
    const { code, stdout, stderr } = await timberline(folder, 'compose', ...args);
    assert.is(code, 2);
    assert.is(stdout, '');
    assert.is(
      stderr,
      `error E_PARAMS: 7 problems in the configuration
  resources=laptp: resources has no laptp; did you mean laptop?
  base.sede=1: the configuration has no base.sede; did you mean base.seed?
  base.threads=0: base.threads must be an integer in [1, 256]; got 0
  conf/model/wrong.yaml:4: train.mlp.max_epochs must be an integer in [1, inf); got "many"
  conf/model/wrong.yaml:5: train.mlp.hiden_sizes is not a parameter; did you mean train.mlp.hidden_sizes?
  conf/model/wrong.yaml:6: train.mlp.dropout must be a number in [0, 1); got 1
  conf/model/wrong.yaml:7: trian is not a group; did you mean train?
hint: docs/params.md lists every parameter, the folders of conf/ are the groups, their files the options
`,
    );
  });
});

test('answers a missing folder, a missing overlay and a params file that is no YAML', async () => {
  await withConf(async (folder) => {
    writeFileSync(join(folder, 'broken.yaml'), 'a: [');
    const [conf, overlay, params, flag, command] = await Promise.all([
      timberline(folder, 'compose', '--conf', 'cnf'),
      timberline(folder, 'compose', '--overlay', 'best.yaml', '--json'),
      timberline(folder, 'compose', '--params', 'broken.yaml', '--write'),
      timberline(folder, 'compose', '--wirte'),
      timberline(folder, 'compse'),
    ]);
    assert.is(conf.code, 3);
    assert.match(conf.stderr, 'error E_DATA: cnf/config.yaml must exist; got no such file\nhint: ');
    assert.is(overlay.code, 3);
    const { error } = JSON.parse(overlay.stdout) as { error: Record<string, string> };
    assert.is(error.message, 'best.yaml must exist; got no such file');
    assert.is(params.code, 2);
    assert.match(params.stderr, 'error E_PARAMS: broken.yaml:1 must be YAML');
    assert.is(readText(folder, 'broken.yaml'), 'a: [');
    assert.is(flag.code, 2);
    assert.match(flag.stderr, 'Did you mean --write?');
    assert.is(command.code, 2);
    assert.match(command.stderr, 'Did you mean compose?');
    assert.not.ok(existsSync(join(folder, 'logs')));
  });
});

test.run();
