import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOverride } from '../../../lib/params/override.ts';
import { askHydra } from '../../support/hydra.ts';

const valueOf = (text: string): unknown => {
  const override = parseOverride(`key=${text}`);
  assert.not('problem' in override, JSON.stringify(override));
  return (override as { value: unknown }).value;
};
const problemOf = (text: string): string => {
  const override = parseOverride(text);
  return 'problem' in override ? `${override.text} must ${override.problem}` : 'none';
};

const test = suite('override');

test('sets, adds, puts or deletes, by the sign in front', () => {
  const operations = ['a.b=1', '+a.b=1', '++a.b=1', '~a.b'].map(parseOverride);
  assert.equal(
    operations.map((override) => 'operation' in override && override.operation),
    ['set', 'add', 'put', 'delete'],
  );
  assert.equal(parseOverride('+drop-columns.columns=[a]'), {
    text: '+drop-columns.columns=[a]',
    operation: 'add',
    key: 'drop-columns.columns',
    value: ['a'],
  });
});

test('reads numbers, truth values, null, texts, lists and maps', () => {
  assert.equal(valueOf('0.1'), 0.1);
  assert.equal(valueOf('-1_000e-3'), -1);
  assert.equal(valueOf('[1, .5, true, Null, a b]'), [1, 0.5, true, null, 'a b']);
  assert.equal(valueOf('{a:1,b:{c:[x]}}'), { a: 1, b: { c: ['x'] } });
  assert.equal(valueOf('"0.1"'), '0.1');
  assert.equal(valueOf(String.raw`'it\'s, [so]'`), "it's, [so]");
  assert.equal(valueOf(String.raw`a\,b`), 'a,b');
  assert.equal(valueOf('yes'), 'yes');
  assert.equal(valueOf(''), '');
});

test('says what is wrong with the form, the value, and a sweep', () => {
  assert.is(
    problemOf('dropout'),
    'dropout must be group=option, key=value, +key=value, ++key=value or ~key',
  );
  assert.match(problemOf('1a=2'), 'must be group=option');
  assert.match(problemOf('a.=2'), 'must be group=option');
  assert.match(problemOf('a=[1,'), 'got an early end');
  assert.match(problemOf('a=[1,,2]'), 'got ,2]');
  assert.match(problemOf('a={b}'), 'got }');
  assert.match(problemOf('a="open'), 'got "open');
  assert.match(problemOf('a=${b}'), 'got {b}');
  assert.match(problemOf('a=0.1,0.2'), 'have one value; several make a sweep');
  assert.match(problemOf('a=choice(1,2)'), 'got (1,2)');
  assert.is(problemOf('~a=1'), '~a=1 must be ~a');
});

/** Texts around the grammar: most are values, some are not. */
const PIECES = [
  ...['1', '0', '-2', '3.5', '.5', '1.', '1e-3', '+7', '00', '1_0', '1__0', 'true', 'NULL', 'x'],
  ...['a-b', 'no', '[1,2]', '[]', '[a, [b]]', '{a:1}', '{}', '{a:[1],b:x}', "'q'", '"p, q"', '""'],
  ...[
    String.raw`'\''`,
    String.raw`"a\\"`,
    String.raw`"a\nb"`,
    String.raw`a\ b`,
    ' ',
    'a:b',
    '/',
    '.',
  ],
  ...['\\', '[', ']', '}', ',', '#', '=', 'é', '$', '*', '(', 'k-means++', '1:30', '0x1'],
];

test('property: agrees with Hydra on every text that it takes, and on what is none', () => {
  const texts = fc.sample(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }), {
    seed: 1,
    numRuns: 300,
  });
  const overrides = [...PIECES, ...texts.map((pieces) => pieces.join(''))]
    .filter((text) => !text.includes('${')) // interpolations are Hydra's alone
    .map((text) => `k=${text}`);
  const answers = askHydra(overrides.map((override) => ({ overrides: [override] })));
  let nTaken = 0;
  overrides.forEach((override, i) => {
    const own = parseOverride(override);
    if ('problem' in own) {
      assert.ok(answers[i].error !== undefined, `${override}: ${JSON.stringify(answers[i])}`);
    } else {
      nTaken++;
      assert.is(answers[i].error, undefined, override);
      assert.equal(own.value, answers[i].values?.value, override);
    }
  });
  assert.ok(nTaken > 100 && nTaken < overrides.length - 100, `${nTaken} of ${overrides.length}`);
});

test.run();
