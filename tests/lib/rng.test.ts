import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRng } from '../../lib/rng.ts';

const draw = (seed: number, stage: string, purpose: string): number[] => {
  const rng = createRng(seed, stage, purpose);
  return [rng(), rng(), rng()];
};

const test = suite('createRng');

test('gives the same stream for the same seed, stage and purpose', () => {
  assert.equal(draw(42, 'train', 'weights'), draw(42, 'train', 'weights'));
});

test('gives another stream when seed, stage or purpose differs', () => {
  const reference = draw(42, 'train', 'weights');
  assert.not.equal(draw(43, 'train', 'weights'), reference);
  assert.not.equal(draw(42, 'cluster', 'weights'), reference);
  assert.not.equal(draw(42, 'train', 'shuffle'), reference);
});

test('keeps the streams of two uses apart, however their draws interleave', () => {
  const a = createRng(1, 's', 'a');
  const b = createRng(1, 's', 'b');
  const first = a();
  b();
  assert.equal([first, a()], draw(1, 's', 'a').slice(0, 2));
});

test.run();
