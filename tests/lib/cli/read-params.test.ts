import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readParams } from '../../../lib/cli/read-params.ts';
import { StageError } from '../../../lib/errors.ts';
import { integer } from '../../../lib/params/schema.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const SCHEMA = { n: integer({ default: 1, min: 1, doc: '' }) };
const GROUPS = ['split', 'drop-columns', 'train'];

async function read(
  yaml: string,
  { group = 'train', sets = [] }: { group?: string; sets?: string[] } = {},
): Promise<ReturnType<typeof readParams<typeof SCHEMA>>> {
  return await inTemporaryFolder((folder) => {
    const file = join(folder, 'p.yaml');
    writeFileSync(file, yaml);
    return readParams(SCHEMA, group, file, sets, GROUPS);
  });
}

async function errorOf(...args: Parameters<typeof read>): Promise<StageError> {
  return (await read(...args).then(
    () => assert.unreachable('no error'),
    (error) => error as StageError,
  )) as StageError;
}

const test = suite('readParams');

test('takes the group of the stage, and base beside it', async () => {
  const { params, base } = await read('base: {seed: 7}\ntrain: {n: 3}\n');
  assert.is(params.n, 3);
  assert.is(base.seed, 7);
});

test('lets --set win over the file, for the own group and for base', async () => {
  const { params, base } = await read('train: {n: 3}\n', { sets: ['train.n=4', 'base.seed=9'] });
  assert.is(params.n, 4);
  assert.is(base.seed, 9);
});

test('takes base of the group itself before that of all, under --set, and names its problems', async () => {
  const yaml = 'base: {seed: 7, id: a, target: t}\ntrain: {n: 3, base: {id: b, target: null}}\n';
  const { params, base } = await read(yaml);
  assert.equal(params, { n: 3 });
  assert.equal([base.seed, base.id, base.target], [7, 'b', null]);
  const set = await read(yaml, { sets: ['base.id=c'] });
  assert.is(set.base.id, 'c');
  const nested = 'train: {a: {n: 2, base: {seed: 5}}, base: {seed: 6}}\n';
  assert.is((await read(nested, { group: 'train.a' })).base.seed, 5);
  const { message } = await errorOf('train: {base: {targt: x}}\n');
  assert.match(message, /p\.yaml, train: base\.targt is not a parameter.*base\.target/);
});

test('takes tracking beside them, from the file and from --set', async () => {
  const { tracking } = await read('tracking: {uri: "http://a", experiment: b}\n', {
    sets: ['tracking.experiment=c'],
  });
  assert.equal(tracking, { uri: 'http://a', experiment: 'c', queue: 'logs/mlflow' });
});

test('takes the shared groups that a stage reads, from the file and from --set, and names their problems', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'p.yaml');
    const shared = { window: { end_week: integer({ default: 1, min: 1, doc: '' }) } };
    const readShared = (yaml: string, sets: string[] = []): unknown => {
      writeFileSync(file, yaml);
      return readParams(SCHEMA, 'train', file, sets, GROUPS, shared).shared;
    };
    assert.equal(readShared('train: {n: 3}\n'), { window: { endWeek: 1 } });
    assert.equal(readShared('window: {end_week: 3}\n'), { window: { endWeek: 3 } });
    assert.equal(readShared('', ['window.end_week=4']), { window: { endWeek: 4 } });
    assert.throws(() => readShared('window: {end_week: 0}\n'), 'window.end_week must be ');
    assert.throws(() => readShared('windw: {end_week: 3}\n'), 'did you mean window?');
  });
});

test('finds a nested group', async () => {
  const { params } = await read('train: {clicks: {n: 5}}\n', { group: 'train.clicks' });
  assert.is(params.n, 5);
});

test('gives the defaults when the group is absent', async () => {
  assert.is((await read('other: {x: 1}\n')).params.n, 1);
});

test('answers a group that is nearly one with the right name', async () => {
  const { message } = await errorOf('trian: {n: 3}\n');
  assert.match(message, /p\.yaml: trian is not a group; did you mean train\?$/);
});

test('names file and line of what is no YAML', async () => {
  const { code, message } = await errorOf('train:\n  n: [1,\n');
  assert.is(code, 'E_PARAMS');
  assert.match(message, /p\.yaml:\d must be YAML; got /);
});

test('says what --set must look like', async () => {
  const { code, message } = await errorOf('', { sets: ['n=3'] });
  assert.is(code, 'E_USAGE');
  assert.is(message, '--set must be train.key=value or base.key=value; got n=3');
});

test('names a params file that is not there', () => {
  assert.throws(
    () => readParams(SCHEMA, 'train', 'nowhere.yaml', [], GROUPS),
    (error: StageError) =>
      error.code === 'E_DATA' &&
      error.message === 'nowhere.yaml must be a params file; got no such file',
  );
});

test.run();
