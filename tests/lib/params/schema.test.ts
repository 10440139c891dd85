import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  either,
  integer,
  list,
  nullable,
  number,
  oneOf,
  text,
  toCamelCase,
} from '../../../lib/params/schema.ts';
import type { Parameter } from '../../../lib/params/schema.ts';
import { invalidValues } from '../../support/invalid-values.ts';

const accepts = (parameter: Parameter<unknown>, value: unknown): boolean => {
  try {
    parameter.format(value);
    return true;
  } catch {
    return false;
  }
};
const bounded = number({ default: 0.5, min: 0, below: 1, doc: '' });

const test = suite('parameter declarations');

test('include min and max, and exclude above and below', () => {
  assert.ok(accepts(bounded, 0));
  assert.not.ok(accepts(bounded, 1));
  const open = number({ default: 1, above: 0, max: 2, doc: '' });
  assert.not.ok(accepts(open, 0));
  assert.ok(accepts(open, 2));
  assert.is(open.range, 'a number in (0, 2]');
});

test('reject NaN, infinity, and numbers written as texts', () => {
  for (const value of [NaN, Infinity, -Infinity, '0.5']) assert.not.ok(accepts(bounded, value));
});

test('reject fractions and unsafe integers where an integer is asked for', () => {
  const count = integer({ default: 1, doc: '' });
  assert.not.ok(accepts(count, 1.5));
  assert.not.ok(accepts(count, 2 ** 53));
  assert.ok(accepts(count, -(2 ** 53) + 1));
});

test('let either of two kinds through', () => {
  const size = either(integer({ default: 1, min: 2, doc: '' }), bounded, { default: 0.2, doc: '' });
  assert.ok(accepts(size, 2));
  assert.ok(accepts(size, 0.2));
  assert.not.ok(accepts(size, 1));
  assert.is(size.range, 'an integer in [2, inf), or a number in [0, 1)');
});

test('check the length and every element of a list', () => {
  const sizes = list(integer({ default: 1, min: 1, doc: '' }), {
    default: [1],
    minLength: 1,
    doc: '',
  });
  assert.not.ok(accepts(sizes, []));
  assert.not.ok(accepts(sizes, [256, 0]));
  assert.ok(accepts(sizes, [256, 256]));
});

test('property: a number is accepted exactly when it lies in the interval', () => {
  const law = fc.property(
    fc.double(),
    (value) => accepts(bounded, value) === (value >= 0 && value < 1),
  );
  fc.assert(law, { seed: 1, numRuns: 1000 });
});

test('property: the values made invalid from the JSON Schema are rejected', () => {
  const declarations = [
    bounded,
    integer({ default: 3, min: 1, max: 9, doc: '' }),
    nullable(text({ default: 'a', doc: '' }), { default: null, doc: '' }),
    oneOf(['a', 'b'], { default: 'a', doc: '' }),
  ];
  for (const declaration of declarations) {
    for (const value of invalidValues(declaration.jsonSchema)) {
      assert.not.ok(accepts(declaration, value), `${declaration.range}: ${JSON.stringify(value)}`);
    }
  }
});

test('write a key of the file in camelCase in code', () => {
  assert.is(toCamelCase('max_per_class'), 'maxPerClass');
  assert.is(toCamelCase('top_2_accuracy'), 'top2Accuracy');
});

test.run();
