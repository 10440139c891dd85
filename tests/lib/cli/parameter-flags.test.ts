import { Command } from 'commander';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { declareFlags, readFlags } from '../../../lib/cli/parameter-flags.ts';
import {
  asFlags,
  integer,
  list,
  nullable,
  number,
  oneOf,
  text,
} from '../../../lib/params/schema.ts';

const test = suite('flags of parameters');

const count = nullable(integer({ default: 1, min: 1, doc: '' }), { default: null, doc: 'Steps.' });
const stage = {
  name: 'tiny',
  params: {
    plain: text({ default: 'a', doc: 'No flag.' }),
    inner: asFlags({
      h: count,
      season_length: count,
      freq: text({ default: 'D', doc: 'Frequency.' }),
      kind: oneOf(['none', '1'], { default: 'none', doc: 'Kind.' }),
      level: list(number({ default: 1, doc: '' }), { default: [], doc: 'Levels.' }),
      names: nullable(list(text({ default: 'a', doc: '' }), { default: [], doc: '' }), {
        default: null,
        doc: 'Names.',
      }),
    }),
  },
};

const read = (...argv: string[]): string[] => {
  const command = new Command('tiny').exitOverride();
  declareFlags(command, stage);
  command.parse(argv, { from: 'user' });
  return readFlags(stage, command.opts(), 'tiny');
};

test('are overrides in the form of --set, under the group of the run', () => {
  assert.equal(read('--h', '13', '--season-length', '52'), [
    'tiny.inner.h=13',
    'tiny.inner.season_length=52',
  ]);
  assert.equal(readFlags(stage, { h: '13' }, 'tiny.weekly'), ['tiny.weekly.inner.h=13']);
  assert.equal(read(), []);
});

test('take texts without quotes and lists without brackets, as a shell has them', () => {
  assert.equal(read('--freq', '1', '--kind', '1'), ['tiny.inner.freq="1"', 'tiny.inner.kind="1"']);
  assert.equal(read('--level', '80,95', '--names', 'a,b'), [
    'tiny.inner.level=[80,95]',
    'tiny.inner.names=[a,b]',
  ]);
  assert.equal(read('--names', '[a, b]'), ['tiny.inner.names=[a, b]']);
  assert.equal(read('--names', ''), ['tiny.inner.names=[]']);
  assert.equal(read('--names', 'null'), ['tiny.inner.names=null']);
});

test('stand in the help with their sentence and key; other parameters do not', () => {
  const command = new Command('tiny');
  declareFlags(command, stage);
  const flags = command.options.map(({ long }) => long);
  assert.equal(flags, ['--h', '--season-length', '--freq', '--kind', '--level', '--names']);
  assert.is(command.options[0].description, 'Steps. (tiny.inner.h)');
});

test.run();
