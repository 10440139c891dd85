import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandNames, foldNames } from '../../lib/column-names.ts';

const test = suite('column names');

test('expand a range with both ends, and stay as they are without one', () => {
  assert.equal(expandNames('Soil{9..11}'), ['Soil9', 'Soil10', 'Soil11']);
  assert.equal(expandNames('a{2..3}_x'), ['a2_x', 'a3_x']);
  assert.equal(expandNames('{a,b}'), ['{a,b}']);
  assert.equal(expandNames('a{3..2}'), []);
});

test('fold when they count up by one behind one prefix, and only then', () => {
  assert.is(foldNames(['Soil9', 'Soil10', 'Soil11']), 'Soil{9..11}');
  for (const names of [
    ['a1'],
    ['a1', 'a3'],
    ['a1', 'b2'],
    ['a', 'b'],
    ['a09', 'a10'],
    ['a2', 'a1'],
  ]) {
    assert.is(foldNames(names), null, names.join());
  }
});

test('property: expanding undoes folding', () => {
  const run = fc.record({
    prefix: fc.string().filter((text) => !/[\d{}]/.test(text)),
    first: fc.nat(1000),
    length: fc.integer({ min: 2, max: 50 }),
  });
  fc.assert(
    fc.property(run, ({ prefix, first, length }) => {
      const names = Array.from({ length }, (_, i) => `${prefix}${first + i}`);
      assert.equal(expandNames(foldNames(names)!), names);
    }),
    { seed: 1 },
  );
});

test.run();
