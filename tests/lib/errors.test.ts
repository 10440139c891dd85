import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listExamples } from '../../lib/errors.ts';

const test = suite('listExamples');

test('lists five items as they are', () => {
  assert.is(listExamples([1, 2, 3, 4, 5]), '1, 2, 3, 4, 5');
});

test('stops after five and says how many more there are', () => {
  assert.is(listExamples(['a', 'b', 'c', 'd', 'e', 'f', 'g']), 'a, b, c, d, e and 2 more');
});

test('writes each item with the format given', () => {
  assert.is(
    listExamples([{ line: 3 }], ({ line }) => `line ${line}`),
    'line 3',
  );
});

test.run();
