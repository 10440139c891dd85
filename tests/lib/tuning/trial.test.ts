import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findBest,
  mergeMaps,
  toOverlay,
  trialRows,
  tuneMetrics,
} from '../../../lib/tuning/trial.ts';
import type { CompleteTrial, Trial, Tuning } from '../../../lib/tuning/trial.ts';

const trial = (index: number, state: Trial['state'], value: number | null, params = {}): Trial => ({
  ...{ index, state, value, params },
  ...{ n_steps: 0, failure: state === 'FAIL' ? 'loss must be finite; got NaN' : null },
});
const TRIALS = [
  trial(0, 'COMPLETE', 0.5, { 'train.mlp.dropout': 0.1, 'train.mlp.sizes': [8, 8] }),
  trial(1, 'PRUNED', 0.9, { 'train.mlp.dropout': 0.3 }),
  trial(2, 'COMPLETE', 0.7, { 'train.mlp.dropout': 0.2 }),
  trial(3, 'COMPLETE', 0.7, { 'train.mlp.dropout': 0.4 }),
  trial(4, 'FAIL', null, { 'train.mlp.dropout': 0.5 }),
];
const TUNING: Tuning = {
  stage: 'train',
  metric: 'valid_accuracy',
  direction: 'maximize',
  space: ['train.mlp.dropout', 'train.mlp.sizes'].map((name) => ({
    ...{ name, when: {} },
    distribution: { type: 'categorical', choices: [] },
  })),
  trials: TRIALS,
  best: TRIALS[2] as CompleteTrial,
  importances: { 'train.mlp.dropout': 1 },
};

const test = suite('lib/tuning/trial');

test('finds the best complete trial, of equal ones the first, whatever was pruned', () => {
  assert.is(findBest(TRIALS, 'maximize')?.index, 2);
  assert.is(findBest(TRIALS, 'minimize')?.index, 0);
  assert.is(findBest([TRIALS[1], TRIALS[4]], 'maximize'), null);
});

test('nests the names of parameters as params.yaml has them', () => {
  assert.equal(
    toOverlay({ 'train.model': 'mlp', 'train.mlp.dropout': 0.1, 'train.mlp.bias': true }),
    {
      train: { model: 'mlp', mlp: { dropout: 0.1, bias: true } },
    },
  );
});

test('lays maps over maps, replaces everything else as a whole, and changes neither', () => {
  const below = { a: { b: 1, c: [1, 2] }, d: 1 };
  assert.equal(mergeMaps(below, { a: { c: [3] }, e: { f: 2 } }), {
    a: { b: 1, c: [3] },
    d: 1,
    e: { f: 2 },
  });
  assert.equal(below, { a: { b: 1, c: [1, 2] }, d: 1 });
});

test('gives a row for each trial, lists as their JSON, what was not drawn as null', () => {
  const rows = trialRows(TUNING);
  assert.equal(rows[0], {
    trial: 0,
    state: 'COMPLETE',
    valid_accuracy: 0.5,
    n_steps: 0,
    'train.mlp.dropout': 0.1,
    'train.mlp.sizes': '[8,8]',
    failure: null,
  });
  assert.is(rows[4].failure, 'loss must be finite; got NaN');
  assert.is(rows[1]['train.mlp.sizes'], null);
});

test('counts what became of the trials', () => {
  const { best, ...counts } = tuneMetrics(TUNING);
  assert.equal(best, {
    ...{ valid_accuracy: 0.7, trial: 2 },
    parameters: { train: { mlp: { dropout: 0.2 } } },
  });
  assert.equal(counts, {
    ...{ n_trials: 5, n_complete: 3, n_pruned: 1, n_failed: 1 },
    importances: { 'train.mlp.dropout': 1 },
  });
});

test.run();
