import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { float, integer, integers, message, text } from '../../../lib/models/protobuf.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const test = suite('protocol buffers');

test('have the bytes of the encoding guide', () => {
  assert.is(hex(integer(1, 150)), '089601');
  assert.is(hex(text(2, 'testing')), '120774657374696e67');
  assert.is(hex(message(3, integer(1, 150))), '1a03089601');
  assert.is(hex(integers(6, [3, 270, 86942])), '3206038e029ea705');
});

test('write a negative integer in ten bytes, a float in four, and fields above 15 in two', () => {
  assert.is(hex(integer(1, -2)), '08feffffffffffffffff01');
  assert.is(hex(float(2, 1.5)), '150000c03f');
  assert.is(hex(integer(20, 7)), 'a00107');
  assert.is(hex(integers(1, [0, 127, 128, 2 ** 31 - 1])), '0a09007f8001ffffffff07');
});

test.run();
