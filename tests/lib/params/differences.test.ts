import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listDifferences } from '../../../lib/params/differences.ts';

const test = suite('listDifferences');

test('names what changed, came and went by its full key, and no more', () => {
  const before = { a: { b: 1, c: [1, { d: 2 }], e: null }, gone: { f: { g: 1 } } };
  const after = { new: { h: 1 }, a: { b: 2, c: [1, { d: 2 }], e: { i: 1 } } };
  assert.equal(listDifferences(before, after), [
    { key: 'new.h', before: undefined, after: 1 },
    { key: 'a.b', before: 1, after: 2 },
    { key: 'a.e', before: null, after: { i: 1 } },
    { key: 'gone.f.g', before: 1, after: undefined },
  ]);
});

test('takes a list as one value, whatever it holds', () => {
  const key = 'a';
  const changes: [unknown[], unknown[], boolean][] = [
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [[{ x: [1] }], [{ x: [1] }], true],
    [[{ x: [1] }], [{ x: [1], y: null }], false],
    [[1], ['1'], false],
  ];
  for (const [before, after, isSame] of changes) {
    const expected = isSame ? [] : [{ key, before, after }];
    assert.equal(listDifferences({ a: before }, { a: after }), expected);
  }
});

test.run();
