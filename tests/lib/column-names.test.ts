import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandNames, foldNames, matchesPattern, selectNames } from '../../lib/column-names.ts';

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

test('match a pattern as a whole, letter by letter but for its stars', () => {
  const expected: [pattern: string, matching: string[], others: string[]][] = [
    ['a', ['a'], ['A', 'ab', 'ba', '']],
    ['*', ['', 'a', 'two\nlines'], []],
    ['Soil*', ['Soil', 'Soil1'], ['soil1', 'a Soil1']],
    ['*_x', ['_x', 'a_x', 'a_x_x'], ['a_xx']],
    ['a*b*c', ['abc', 'a-b-c', 'abbcc'], ['acb', 'ab']],
    ['**', ['', 'a'], []],
    ['a.c', ['a.c'], ['abc']],
    ['(a|b)+[c]?{1}^$\\d', ['(a|b)+[c]?{1}^$\\d'], ['aac1']],
  ];
  for (const [pattern, matching, others] of expected) {
    for (const name of matching) assert.ok(matchesPattern(pattern, name), `${pattern} ${name}`);
    for (const name of others) assert.not(matchesPattern(pattern, name), `${pattern} ${name}`);
  }
});

test('property: a name matches itself, and a pattern made of its parts', () => {
  const plain = fc.string().filter((text) => !text.includes('*'));
  fc.assert(
    fc.property(plain, plain, plain, (start, middle, end) => {
      const name = `${start}${middle}${end}`;
      assert.ok(matchesPattern(name, name));
      assert.ok(matchesPattern(`${start}*${end}`, name));
      assert.not(matchesPattern(`${name}x`, name));
    }),
    { seed: 2 },
  );
});

test('are selected pattern by pattern, each adding or taking away, and stay in their order', () => {
  const names = ['slope', 'soil1', 'soil2', 'aspect', '!odd'];
  const select = (...patterns: string[]) => selectNames(patterns, names);
  assert.equal(select('*'), { selected: names, unmatched: [] });
  assert.equal(select('aspect', 'soil*').selected, ['soil1', 'soil2', 'aspect']);
  assert.equal(select('*', '!soil*').selected, ['slope', 'aspect', '!odd']);
  assert.equal(select('*', '!soil*', 'soil2').selected, ['slope', 'soil2', 'aspect', '!odd']);
  assert.equal(select('soil1', '!soil1', 'soil1').selected, ['soil1']);
  assert.equal(select('!soil1', 'soil*').selected, ['soil1', 'soil2'], 'nothing to take away yet');
  assert.equal(select('aspect', 'aspect').selected, ['aspect']);
  assert.equal(select('*', '!!odd').selected, names.slice(0, 4));
  assert.equal(select(), { selected: [], unmatched: [] });
});

test('are selected with the patterns that match none of them', () => {
  const names = ['slope', 'aspect'];
  assert.equal(selectNames(['soil*', 'slope', '!hill*', 'Slope'], names), {
    selected: ['slope'],
    unmatched: ['soil*', '!hill*', 'Slope'],
  });
  assert.equal(selectNames(['*'], []), { selected: [], unmatched: ['*'] });
});

test.run();
