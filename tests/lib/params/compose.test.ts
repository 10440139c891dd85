import fc from 'fast-check';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compose } from '../../../lib/params/compose.ts';
import type { Composition } from '../../../lib/params/compose.ts';
import { askHydra } from '../../support/hydra.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const GLOBAL = '# @package _global_\n';
/** Two groups, one with options that build on each other, one that overrides the other, one nested. */
const CONF: Readonly<Record<string, string>> = {
  config: `# The head of this file.

defaults:
  - _self_
  - size: small
  - model: tree
  - extra/colour: red

base:
  seed: 1 # the one seed
`,
  'size/small': `${GLOBAL}# About small.

# how many threads
base: { threads: 2 }
train:
  # rows of one step
  batch: 64
`,
  'size/large': `${GLOBAL}defaults: [small]
base: { threads: 16 }
`,
  'model/tree': `${GLOBAL}
train:
  name: tree
  # first the root
  sizes: [3, 4]
  tree:
    depth: 5 # levels
    leaf: null

evaluate:
  gates: { accuracy: 0.9 }
`,
  'model/forest': `${GLOBAL}defaults:
  - tree
  - _self_
  - override /size: large

train:
  name: forest
  sizes: [7]
  tree:
    # of each tree
    depth: 9
    # trees
    n: 10
`,
  'extra/colour/red': `${GLOBAL}paint: { colour: red }\n`,
  'extra/colour/blue': `${GLOBAL}paint: { colour: blue, shade: { light: true } }\n`,
};

function composeText(
  conf: Readonly<Record<string, string>>,
  overrides: readonly string[] = [],
  overlay?: string,
): Composition {
  const files = Object.entries(conf).map(
    ([path, text]) => [path, { file: `conf/${path}.yaml`, text }] as const,
  );
  const overlays = overlay === undefined ? [] : [{ file: 'tuned.yaml', text: overlay }];
  return compose(new Map(files), overlays, overrides);
}

const problemsOf = (
  conf: Readonly<Record<string, string>>,
  overrides: readonly string[] = [],
): readonly string[] => composeText(conf, overrides).problems;

/** CONF with one file replaced. */
const withFile = (path: string, text: string): Record<string, string> => ({
  ...CONF,
  [path]: text,
});

const test = suite('compose');

test('lays the options over one another, merges maps, and replaces lists', () => {
  const { choices, values, problems } = composeText(CONF, ['model=forest']);
  assert.equal(problems, []);
  assert.equal(choices, { size: 'large', model: 'forest', 'extra/colour': 'red' });
  assert.equal(values, {
    base: { seed: 1, threads: 16 },
    train: { batch: 64, name: 'forest', sizes: [7], tree: { depth: 9, leaf: null, n: 10 } },
    evaluate: { gates: { accuracy: 0.9 } },
    paint: { colour: 'red' },
  });
});

test('says of each value which line or override gave it', () => {
  const { parameters } = composeText(CONF, ['train.batch=32', 'size=large']);
  const origins = Object.fromEntries(parameters.map(({ key, origin }) => [key, origin]));
  assert.equal(origins, {
    'base.seed': 'conf/config.yaml:10',
    'base.threads': 'conf/size/large.yaml:3',
    'train.batch': 'train.batch=32',
    'train.name': 'conf/model/tree.yaml:4',
    'train.sizes': 'conf/model/tree.yaml:6',
    'train.tree.depth': 'conf/model/tree.yaml:8',
    'train.tree.leaf': 'conf/model/tree.yaml:9',
    'evaluate.gates.accuracy': 'conf/model/tree.yaml:12',
    'paint.colour': 'conf/extra/colour/red.yaml:2',
  });
});

test('keeps comments and lists as the files have them, and one blank line between groups', () => {
  assert.is(
    composeText(CONF, ['model=forest', 'train.tree.leaf={min:2}']).text,
    `base:
  seed: 1 # the one seed
  threads: 16

train:
  # rows of one step
  batch: 64
  name: forest
  # first the root
  sizes: [7]
  tree:
    # of each tree
    depth: 9
    leaf: { min: 2 }
    # trees
    n: 10

evaluate:
  gates: { accuracy: 0.9 }

paint: { colour: red }
`.replace('base:\n', '# how many threads\nbase:\n'),
  );
});

test('lays an overlay over the groups and under the overrides', () => {
  const overlay = 'train:\n  batch: 8\n  tree: { depth: 1 }\n';
  const { values, parameters } = composeText(CONF, ['train.tree.depth=2'], overlay);
  assert.equal((values.train as Record<string, unknown>).batch, 8);
  assert.equal((values.train as { tree: object }).tree, { depth: 2, leaf: null });
  assert.is(parameters.find(({ key }) => key === 'train.batch')?.origin, 'tuned.yaml:2');
});

test('names the nearest option, group and key of an override that is not there, all at once', () => {
  assert.equal(
    problemsOf(CONF, ['model=forrest', 'sise=large', 'train.bach=1', 'train.tree={dept:1}', 'x=[']),
    [
      'x=[: must have a value of letters, numbers, [a,b], {a:b} or "quoted text"; got an early end',
      'model=forrest: model has no forrest; did you mean forest?',
      'sise=large: the configuration has no sise; did you mean size?',
      'train.bach=1: the configuration has no train.bach; did you mean train.batch?',
      'train.tree={dept:1}: the configuration has no train.tree.dept; did you mean train.tree.depth?',
    ],
  );
  assert.equal(
    problemsOf(CONF, ['model=zebra', '+model=tree', 'zebra.x=1', '~zebra', '+base.seed=2']),
    [
      '+model=tree: must choose an option of the group, model=option',
      'model=zebra: model has no zebra; it has tree, forest',
      'zebra.x=1: the configuration has no zebra.x; a + in front adds it',
      '~zebra: the configuration has no zebra',
      '+base.seed=2: the configuration has base.seed already; without the + it is replaced',
    ],
  );
});

test('refuses a group file that would put its keys elsewhere, is no YAML, or is no map', () => {
  assert.equal(problemsOf(withFile('model/tree', 'train:\n  name: tree\n')), [
    'conf/model/tree.yaml:1 must begin with "# @package _global_"; without it the keys land under model',
  ]);
  assert.match(
    problemsOf(withFile('model/tree', `${GLOBAL}a: 1\nb: [\n`))[0],
    /^conf\/model\/tree\.yaml:\d must be YAML; got /,
  );
  assert.equal(problemsOf(withFile('model/tree', `${GLOBAL}\n- train\n`)), [
    'conf/model/tree.yaml:3 must be a map of groups',
  ]);
});

test('refuses aliases, interpolations and a key that stands twice', () => {
  assert.equal(problemsOf(withFile('model/tree', `${GLOBAL}a: &x 1\nb: *x\nc: \${a}\n`)), [
    'conf/model/tree.yaml:3 must be spelt out; got an alias',
    'conf/model/tree.yaml:4 must be a value; got the interpolation ${a}',
  ]);
  assert.match(
    problemsOf(withFile('model/tree', `${GLOBAL}a: 1\na: 2\n`))[0],
    'yaml:3 must be YAML',
  );
});

test('refuses a defaults list of unknown files, unknown forms, and files in a ring', () => {
  const config = (list: string): Record<string, string> =>
    withFile('config', `defaults:\n${list}base: { seed: 1 }\n`);
  assert.equal(problemsOf(config('  - size: smal\n  - modle: tree\n  - size\n')), [
    'conf/config.yaml:4: the configuration has no size; it has config',
    'conf/config.yaml:3: modle has no tree; no such group',
    'conf/config.yaml:2: size has no smal; did you mean small?',
  ]);
  assert.equal(
    problemsOf(config('  - optional model: tree\n  - { a: b, c: d }\n  - model: [a, b]\n')),
    [
      'conf/config.yaml:2 must be _self_, a file, group: option or override group: option; got {"optional model":"tree"}',
      'conf/config.yaml:3 must be _self_, a file, group: option or override group: option; got {"a":"b","c":"d"}',
      'conf/config.yaml:4 must be _self_, a file, group: option or override group: option; got {"model":["a","b"]}',
    ],
  );
  assert.equal(problemsOf(withFile('size/small', `${GLOBAL}defaults: [large]\n`), ['size=large']), [
    'conf/size/small.yaml:2 must not name a file that it is named by; got size/large',
  ]);
  assert.equal(
    problemsOf(config('  - model: tree\n  - model: forest\n  - override colour: red\n')),
    [
      'conf/config.yaml:2 must name model once in all the defaults',
      'conf/config.yaml:4 override colour: colour is no group of the defaults before it',
      'conf/model/forest.yaml:5 override size: size is no group of the defaults before it',
    ],
  );
});

const CHOICES = {
  size: ['small', 'large'],
  model: ['tree', 'forest'],
  'extra/colour': ['red', 'blue'],
};
const CHANGES = [
  ...['train.batch=1e2', 'train.tree={depth:3}', 'train.sizes=[]', 'evaluate.gates.accuracy=.5'],
  ...[
    '+train.tree.more={a:{b:1}}',
    '++train.name=null',
    '~train.tree.depth',
    '~evaluate',
    'train.tree=x',
  ],
  ...[
    '+train.sizes=[1]',
    'train.tree.n=3',
    '+base.seed=4',
    'paint.shade.light=false',
    '+new.key=[a, {b:c}]',
  ],
  ...[
    'evaluate.gates={f1:1}',
    'base={}',
    '++base={seed:9,x:[1]}',
    'train.bach=1',
    '+train.batch=3',
  ],
];

test('property: gives what Hydra gives for any options and changes, in the same order, and refuses what it refuses', async () => {
  const option = Object.entries(CHOICES).map(([group, options]) =>
    fc.option(fc.constantFrom(...options.map((name) => `${group}=${name}`)), { nil: null }),
  );
  const overrides = fc
    .tuple(fc.tuple(...option), fc.subarray(CHANGES, { maxLength: 3 }))
    .map(([chosen, changes]) => [...chosen.filter((text) => text !== null), ...changes]);
  const cases = [[], ...fc.sample(overrides, { seed: 1, numRuns: 30 })];
  const answers = await inTemporaryFolder((conf) => {
    for (const [path, text] of Object.entries(CONF)) {
      const file = join(conf, `${path}.yaml`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return askHydra(cases.map((texts) => ({ conf, overrides: texts })));
  });
  cases.forEach((texts, i) => {
    const { values, problems } = composeText(CONF, texts);
    const expected = answers[i].error === undefined ? JSON.stringify(answers[i].values) : 'refused';
    assert.is(problems.length > 0 ? 'refused' : JSON.stringify(values), expected, texts.join(' '));
  });
  const nRefused = answers.filter(({ error }) => error !== undefined).length;
  assert.ok(nRefused > 5 && nRefused < cases.length - 5, `${nRefused} refused`);
});

test.run();
