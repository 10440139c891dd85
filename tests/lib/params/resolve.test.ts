import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import type { ParamsSource } from '../../../lib/params/resolve.ts';
import {
  boolean,
  integer,
  list,
  map,
  nullable,
  number,
  oneOf,
  text,
} from '../../../lib/params/schema.ts';

const SCHEMA = {
  method: oneOf(['standard', 'min_max'], { default: 'standard', doc: '' }),
  max_per_class: nullable(integer({ default: 1, min: 1, doc: '' }), { default: null, doc: '' }),
  columns: list(text({ default: 'x', doc: '' }), { default: [], doc: '' }),
  gates: map(number({ default: 0, doc: '' }), { default: { accuracy: 0.5 }, doc: '' }),
  mlp: {
    dropout: number({ default: 0, min: 0, below: 1, doc: '' }),
    bias: boolean({ default: true, doc: '' }),
  },
};

const file = (values: unknown): ParamsSource => ({ name: 'params.yaml', values });
const set = (values: unknown): ParamsSource => ({ name: '--set', values });

const resolve = (...sources: ParamsSource[]) =>
  resolveParams({ train: { schema: SCHEMA, prefix: 'train', sources } }).train;

function problemOf(...sources: ParamsSource[]): StageError {
  try {
    resolve(...sources);
  } catch (error) {
    return error as StageError;
  }
  throw new Error('no problem found');
}

const test = suite('resolveParams');

test('gives the defaults, keys in camelCase, when no source says otherwise', () => {
  assert.equal(resolve(file(undefined)), {
    method: 'standard',
    maxPerClass: null,
    columns: [],
    gates: { accuracy: 0.5 },
    mlp: { dropout: 0, bias: true },
  });
});

test('takes a map whose names hold dots as it is', () => {
  assert.equal(resolve(file({ gates: { 'top.2': 0.9 } })).gates, { 'top.2': 0.9 });
});

test('lays later sources over earlier ones, key by key', () => {
  const params = resolve(
    file({ method: 'min_max', mlp: { dropout: 0.1 } }),
    set({ mlp: { dropout: 0.2 } }),
  );
  assert.is(params.method, 'min_max');
  assert.equal(params.mlp, { dropout: 0.2, bias: true });
});

test('replaces a map as a whole, so that a gate can be taken away', () => {
  const { gates } = resolve(file({ gates: { macro_f1: 0.9 } }));
  assert.equal(gates, { macro_f1: 0.9 });
});

test('takes null where it is declared, and nowhere else', () => {
  assert.is(resolve(file({ max_per_class: null })).maxPerClass, null);
  assert.match(
    problemOf(file({ method: null })).message,
    'train.method must be one of standard, min_max; got null',
  );
});

test('names every problem of every source in one message', () => {
  const { code, message, hint } = problemOf(
    file({ metod: 'min_max', max_per_class: 0, mlp: { dropout: 1 } }),
    set({ mlp: { bias: 'yes' }, columns: ['a', 5] }),
  );
  assert.is(code, 'E_PARAMS');
  assert.is(
    message,
    [
      '5 parameter problems',
      'params.yaml: train.metod is not a parameter; did you mean train.method?',
      'params.yaml: train.max_per_class must be an integer in [1, inf), or null; got 0',
      'params.yaml: train.mlp.dropout must be a number in [0, 1); got 1',
      '--set: train.mlp.bias must be true or false; got "yes"',
      '--set: train.columns must be a list, each a text that is not empty; got ["a",5]',
    ].join('\n  '),
  );
  assert.is(hint, 'docs/params.md lists every parameter with its range and default');
});

test('names the problems of all groups in one message', () => {
  const group = (prefix: string, values: unknown) => ({
    schema: SCHEMA,
    prefix,
    sources: [file(values)],
  });
  assert.throws(
    () => resolveParams({ a: group('train', { x: 1 }), b: group('base', { y: 1 }) }),
    ({ message }: StageError) => /train\.x is not[^]*base\.y is not/.test(message),
  );
});

test('says so when a group is not a map', () => {
  assert.match(problemOf(file([1])).message, 'train must be a map of parameters; got [1]');
  assert.match(problemOf(file({ mlp: 3 })).message, 'train.mlp must be a map of parameters; got 3');
});

test('does not suggest a key that is nothing like the one given', () => {
  assert.match(problemOf(file({ zebra: 1 })).message, /train\.zebra is not a parameter$/);
});

test('shortens a long value', () => {
  const { message } = problemOf(file({ method: 'x'.repeat(500) }));
  assert.ok(message.length < 200, message);
});

test('reads no environment and no command line', () => {
  process.env.METHOD = 'min_max';
  assert.is(resolve().method, 'standard');
  delete process.env.METHOD;
});

test.run();
