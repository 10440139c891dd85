import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Refuse } from '../../../lib/tensors/bytes.ts';
import { formatPickle, parsePickle } from '../../../lib/tensors/pickle.ts';

const test = suite('pickle');

class Refusal extends Error {}
const refuse: Refuse = (got) => {
  throw new Refusal(got);
};
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const refusalOf = (text: string): string => {
  try {
    parsePickle(latin1(text), refuse);
  } catch (error) {
    assert.instance(error, Refusal);
    return (error as Refusal).message;
  }
  throw new Error(`${JSON.stringify(text)} was not refused`);
};

test('reads every instruction that torch writes', () => {
  const read = (text: string): unknown => parsePickle(latin1(`\x80\x02${text}.`), refuse);
  assert.is(read('K\xff'), 255);
  assert.is(read('M\x01\x02'), 513);
  assert.is(read('J\xfe\xff\xff\xff'), -2);
  assert.is(read('\x8a\x00'), 0);
  assert.is(read('\x8a\x03\x00\x00\x80'), -(2 ** 23));
  assert.is(read('\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01'), 2n ** 64n);
  assert.is(read('X\x02\x00\x00\x00\xc3\xa9'), 'é');
  assert.is(read('N'), null);
  assert.equal(read(']\x88a\x89a'), [true, false]);
  assert.equal(read('](K\x01K\x02e'), [1, 2]);
  assert.equal(read('(K\x01(K\x02tt'), [1, [2]]);
  assert.equal(read('K\x01K\x02K\x03\x87\x85'), [[1, 2, 3]]);
  assert.equal(read('K\x01K\x02\x86'), [1, 2]);
  assert.equal(
    read('}K\x01K\x02s(K\x03)u'),
    new Map<unknown, unknown>([
      [1, 2],
      [3, []],
    ]),
  );
  assert.equal(read('K\x05q\x07h\x07\x86'), [5, 5]);
  assert.equal(read('K\x05r\x00\x01\x00\x00j\x00\x01\x00\x00\x86'), [5, 5]);
});

test('property: reads back integers and texts, each in its shortest instruction or not', () => {
  const items = fc.array(
    fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.string({ unit: 'grapheme' })),
  );
  fc.assert(
    fc.property(items, (list) => {
      assert.equal(parsePickle(formatPickle({ list }), refuse), new Map([['list', list]]));
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('names what it refuses', () => {
  assert.is(refusalOf(''), 'a pickle that breaks off');
  assert.is(refusalOf('\x80\x04.'), 'a pickle of another protocol than 2');
  assert.is(refusalOf('\x80\x02X\x05\x00\x00\x00abc.'), 'a pickle that breaks off');
  assert.is(refusalOf('\x80\x02cos'), 'a pickle that breaks off');
  assert.is(refusalOf('\x80\x02.'), 'a pickle that takes what it never put');
  assert.is(refusalOf('\x80\x02K\x01t.'), 'a pickle that takes what it never put');
  assert.is(refusalOf('\x80\x02K\x01(\x85.'), 'a pickle that takes what it never put');
  assert.is(refusalOf('\x80\x02h\x00.'), 'a pickle that recalls what it never kept');
  assert.is(refusalOf('\x80\x02K\x01K\x02a.'), 'a pickle that fills no list or dict');
  assert.is(refusalOf('\x80\x02}(K\x01u.'), 'a pickle with a key without a value');
  assert.is(refusalOf('\x80\x02cos\nsystem\n)R.'), 'a pickle that calls os system');
  assert.is(refusalOf('\x80\x02K\x01)R.'), 'a pickle that calls 1');
  assert.is(
    refusalOf('\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.'),
    'a pickle with a tensor that is none',
  );
  assert.is(refusalOf('\x80\x02K\x01Q.'), 'a pickle with a storage that torch does not know');
});

test('property: any bytes are read or refused, never run and never a crash', () => {
  const storage = { kind: 'tensor', storage: 'FloatStorage', key: '0', nStored: 6 } as const;
  const tensor = { ...storage, offset: 0, shape: [2, 3], strides: [3, 1] };
  const whole = formatPickle({ tensor, names: ['a', 1, 2 ** 40] });
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
  const size = fc.integer({ min: 0, max: whole.length });
  fc.assert(
    fc.property(changes, size, fc.uint8Array({ maxLength: 8 }), (bytes, length, more) => {
      const changed = Buffer.from(whole);
      for (const [at, value] of bytes) changed[at] = value;
      try {
        parsePickle(Buffer.concat([changed.subarray(0, length), more]), refuse);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test.run();
