import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { escapeHtml, markup, trusted, type Content } from '../../../lib/reports/html.ts';

const test = suite('lib/reports/html');

test('escapes texts, joins lists, drops null and keeps markup', () => {
  const items = ['a<b', 2, null, trusted('<hr>')];
  assert.is(
    markup`<p title="${'"x"'}">${items}</p>`.toString(),
    '<p title="&quot;x&quot;">a&lt;b2<hr></p>',
  );
});

test('escapes an object that only looks like markup', () => {
  const posing = { html: '<b>', toString: () => '<i>' } as unknown as Content;
  assert.throws(() => markup`${posing}`, /map is not a function/);
});

test('replaces control characters and lone surrogates, and keeps line breaks and tabs', () => {
  assert.is(escapeHtml('a\0b\x1bc\x85d\ud800e'), 'a\ufffdb\ufffdc\ufffdd\ufffde');
  assert.is(escapeHtml('a\tb\r\nc'), 'a\tb\r\nc');
});

test('property: an escaped text holds no markup and reads back as it was', () => {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const escaped = escapeHtml(text);
      assert.not.match(escaped, /[<>"']/);
      const readBack = escaped.replace(/&(\w+|#39);/g, (_, name: string) => names[name]);
      // eslint-disable-next-line no-control-regex -- control characters are replaced
      assert.is(readBack, text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '\ufffd'));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.run();
