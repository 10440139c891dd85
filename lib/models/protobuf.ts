/**
 * Protocol buffers, written: a message is a list of fields, each its number and kind, then its content.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** Seven bits a byte, lowest first; a negative number as its 64-bit two's complement. */
function varint(value: number): Buffer {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

const tag = (field: number, kind: 0 | 2 | 5): Buffer => varint((field << 3) | kind);

export const integer = (field: number, value: number): Buffer =>
  Buffer.concat([tag(field, 0), varint(value)]);

/** A message inside of another, or bytes. */
export const message = (field: number, content: Uint8Array): Buffer =>
  Buffer.concat([tag(field, 2), varint(content.length), content]);

export const text = (field: number, content: string): Buffer =>
  message(field, Buffer.from(content));

export function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, 5), bytes]);
}

/** A repeated field of integers from 0 to 2^31 - 1, packed. */
export function integers(field: number, values: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(5 * values.length);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    let rest = values[i];
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
  }
  return message(field, bytes.subarray(0, at));
}
