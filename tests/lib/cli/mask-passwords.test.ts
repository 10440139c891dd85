import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maskPasswords } from '../../../lib/cli/mask-passwords.ts';

const test = suite('passwords of addresses');

for (const [text, masked] of [
  ['x=pg://ann:secret@h/a and more', 'x=pg://***@h/a and more'],
  ['pg://ann:se/cr@et@h/a', 'pg://***@h/a'],
  ['pg://:secret@h', 'pg://***@h'],
  ['pg://ann@h/a?password=secret&ssl=1', 'pg://ann@h/a?password=***&ssl=1'],
  ['pg://ann@h:5432/a', 'pg://ann@h:5432/a'],
  ['http://127.0.0.1:8080/docs', 'http://127.0.0.1:8080/docs'],
]) {
  test(`${text} becomes ${masked}`, () => {
    assert.is(maskPasswords(text), masked);
    const line = { params: { location: text, mail: 'a@b.c' }, other: ['x@y'] };
    const expected = { ...line, params: { location: masked, mail: 'a@b.c' } };
    assert.equal(JSON.parse(maskPasswords(JSON.stringify(line))), expected);
  });
}

test('a quote in a password does not end it in JSON, nor the text of the line', () => {
  const line = JSON.stringify({ location: 'pg://ann:se"c\\r:et@h/a', next: 'b:c@d' });
  assert.equal(JSON.parse(maskPasswords(line)), { location: 'pg://***@h/a', next: 'b:c@d' });
});

test.run();
