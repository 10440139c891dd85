import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { boolean, integer, list, nullable, number, oneOf } from '../../../lib/params/schema.ts';
import { readSearchSpace } from '../../../lib/tuning/search-space.ts';

const STAGE = {
  name: 'train',
  params: {
    mlp: {
      hidden_sizes: list(integer({ default: 1, min: 1, doc: '' }), { default: [], doc: '' }),
      learning_rate: number({ default: 0.01, above: 0, doc: '' }),
      dropout: number({ default: 0, min: 0, below: 1, doc: '' }),
      optimizer: oneOf(['adamw', 'sgd'], { default: 'adamw', doc: '' }),
      bias: boolean({ default: true, doc: '' }),
      patience: nullable(integer({ default: 5, min: 1, doc: '' }), { default: null, doc: '' }),
      batch_size: integer({ default: 64, min: 1, doc: '' }),
    },
  },
};
const read = (declared: Record<string, unknown>) => readSearchSpace(declared, STAGE);

function problemsOf(declared: Record<string, unknown>): string[] {
  try {
    read(declared);
  } catch (error) {
    assert.instance(error, StageError);
    assert.is((error as StageError).code, 'E_PARAMS');
    return (error as StageError).message.split('\n  ');
  }
  return [];
}
/** The one problem of a declaration of one parameter, without what stands before it. */
function problemOf(name: string, declaration: unknown): string {
  const [count, ...problems] = problemsOf({ [`train.mlp.${name}`]: declaration });
  assert.is(count, '1 problem of the search space', problems.join('\n'));
  return problems[0].replace(`tune.space: train.mlp.${name} `, '');
}

const test = suite('lib/tuning/search-space');

test('reads every kind of distribution, with what is left out', () => {
  const space = read({
    'train.mlp.learning_rate': { type: 'float', low: 0.001, high: 0.1, log: true },
    'train.mlp.dropout': { type: 'float', low: 0, high: 0.5, step: 0.1 },
    'train.mlp.batch_size': { type: 'int', low: 32, high: 128, step: 32 },
    'train.mlp.hidden_sizes': { type: 'categorical', choices: [[], [64, 64]] },
    'train.mlp.patience': { type: 'categorical', choices: [null, 5] },
  });
  assert.equal(space[0], {
    name: 'train.mlp.learning_rate',
    distribution: { type: 'float', low: 0.001, high: 0.1, log: true, step: null },
    when: {},
  });
  assert.equal(space[2].distribution, { type: 'int', low: 32, high: 128, log: false, step: 32 });
  assert.equal(space[3].distribution, { type: 'categorical', choices: [[], [64, 64]] });
  assert.is(space.length, 5);
});

test('puts a parameter behind those that its condition names, and keeps the order otherwise', () => {
  const space = read({
    'train.mlp.dropout': {
      type: 'float',
      low: 0,
      high: 0.5,
      when: { 'train.mlp.batch_size': [32] },
    },
    'train.mlp.batch_size': {
      type: 'int',
      low: 32,
      high: 64,
      step: 32,
      when: { 'train.mlp.optimizer': ['sgd'] },
    },
    'train.mlp.optimizer': { type: 'categorical', choices: ['adamw', 'sgd'] },
    'train.mlp.learning_rate': { type: 'float', low: 0.1, high: 0.2 },
  });
  const names = space.map(({ name }) => name.replace('train.mlp.', ''));
  assert.equal(names, ['optimizer', 'learning_rate', 'batch_size', 'dropout']);
});

test('names every problem of every parameter in one message', () => {
  assert.equal(
    problemsOf({
      'train.mlp.lerning_rate': { type: 'float', low: 0.001, high: 0.1 },
      'train.mlp.dropout': { type: 'float', low: 0, high: 1 },
      'train.mlp.batch_size': { type: 'integer', low: 1, high: 2 },
      'train.mlp.optimizer': { type: 'categorical', choices: ['adamw', 'adagrad'] },
      'train.mlp.bias': true,
    }),
    [
      '5 problems of the search space',
      'tune.space: train.mlp.lerning_rate is not a parameter of train; did you mean train.mlp.learning_rate?',
      'tune.space: train.mlp.dropout must draw a number in [0, 1); got 1',
      'tune.space: train.mlp.batch_size must have a type of float, int, categorical; got "integer"',
      'tune.space: train.mlp.optimizer must draw one of adamw, sgd; got "adagrad"',
      'tune.space: train.mlp.bias must be a map with a type; got true',
    ],
  );
  assert.equal(problemsOf({}), [
    '1 problem of the search space',
    'tune.space must have at least one parameter of train; got none',
  ]);
});

test('says what is wrong with bounds, log, steps, keys and choices', () => {
  const expected: [name: string, declaration: object, problem: string][] = [
    ['dropout', { type: 'float', high: 0.5 }, 'must have a low that is a number; got undefined'],
    [
      'batch_size',
      { type: 'int', low: 1.5, high: 3 },
      'must have a low that is an integer; got 1.5',
    ],
    [
      'dropout',
      { type: 'float', low: 0.5, high: 0.1 },
      'must have a low of at most its high; got 0.5 and 0.1',
    ],
    [
      'dropout',
      { type: 'float', low: 0, high: 0.5, log: true },
      'must have a low above 0, since it has log; got 0',
    ],
    [
      'batch_size',
      { type: 'int', low: 1, high: 9, log: true, step: 2 },
      'must have log or a step, not both',
    ],
    [
      'dropout',
      { type: 'float', low: 0, high: 0.5, step: 0.2 },
      'must have a high that is low plus whole steps; got 0.5, did you mean 0.4?',
    ],
    [
      'dropout',
      { type: 'float', low: 0, high: 0.5, step: 0 },
      'must have a step that is a number above 0; got 0',
    ],
    [
      'dropout',
      { type: 'float', low: 0, high: 0.5, log: 'yes' },
      'must have a log of true or false; got "yes"',
    ],
    [
      'dropout',
      { type: 'float', low: 0, high: 0.5, hihg: 1 },
      'has a key hihg that float does not take; did you mean high?',
    ],
    [
      'batch_size',
      { type: 'float', low: 16, high: 64 },
      'must draw an integer in [1, inf); got a float',
    ],
    [
      'patience',
      { type: 'int', low: 0, high: 5 },
      'must draw an integer in [1, inf), or null; got 0',
    ],
    [
      'bias',
      { type: 'categorical', choices: [] },
      'must have choices, a list that is not empty; got []',
    ],
    [
      'hidden_sizes',
      { type: 'categorical', choices: [[1], [2], [1]] },
      'must have different choices; got [1] twice',
    ],
  ];
  for (const [name, declaration, problem] of expected) {
    assert.is(problemOf(name, declaration), problem);
  }
});

test('accepts decimal steps that binary numbers do not hit', () => {
  read({ 'train.mlp.dropout': { type: 'float', low: 0.1, high: 0.7, step: 0.1 } });
  read({ 'train.mlp.dropout': { type: 'float', low: 0.3, high: 0.3 } });
});

test('says what is wrong with conditions', () => {
  const optimizer = { type: 'categorical', choices: ['adamw', 'sgd'] };
  const dropout = (when: unknown) => ({ type: 'float', low: 0, high: 0.5, when });
  const conditionProblem = (when: unknown): string =>
    problemsOf({
      'train.mlp.optimizer': optimizer,
      'train.mlp.learning_rate': { type: 'float', low: 0.1, high: 0.2 },
      'train.mlp.dropout': dropout(when),
    })[1].replace('tune.space: train.mlp.dropout ', '');
  assert.is(
    conditionProblem({ 'train.mlp.optimiser': ['sgd'] }),
    'has a when of train.mlp.optimiser, which the space does not have; did you mean train.mlp.optimizer?',
  );
  assert.is(
    conditionProblem({ 'train.mlp.optimizer': ['sgd', 'adam'] }),
    'has a when of train.mlp.optimizer that is never drawn: "adam"',
  );
  assert.is(
    conditionProblem({ 'train.mlp.learning_rate': [0.1] }),
    'must have a when of parameters that are categorical or int; got train.mlp.learning_rate',
  );
  assert.is(conditionProblem(['sgd']), 'must have a when of {parameter: [values]}; got ["sgd"]');
  assert.is(
    problemsOf({
      'train.mlp.optimizer': { ...optimizer, when: { 'train.mlp.batch_size': [1] } },
      'train.mlp.batch_size': {
        type: 'int',
        low: 1,
        high: 2,
        when: { 'train.mlp.optimizer': ['sgd'] },
      },
    })[1],
    'tune.space: the conditions of train.mlp.optimizer, train.mlp.batch_size must not go in a circle',
  );
});

test.run();
