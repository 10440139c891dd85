import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { trusted } from '../../../lib/reports/html.ts';
import {
  bar,
  facts,
  figure,
  figures,
  keyNumbers,
  list,
  page,
  paragraph,
  table,
  verdict,
} from '../../../lib/reports/page.ts';

const test = suite('lib/reports/page');

/** A page that puts one text into every place that takes a text. */
function pageOf(text: string): string {
  return page({
    title: text,
    subtitle: text,
    sections: [
      {
        heading: text,
        content: [
          keyNumbers([{ label: text, value: text, note: text }]),
          facts([[text, text]]),
          paragraph(text),
          list([text, verdict(true, text), verdict(false, text)]),
          table({
            caption: text,
            columns: [{ label: text }, { label: text, isNumeric: true }],
            rows: [[text, bar(0.5, text)]],
          }),
          figures([figure({ caption: text, description: text, svg: trusted('<svg></svg>') })]),
        ],
      },
    ],
  });
}

const tagsOf = (document: string): string[] =>
  (document.replace(/<style>[^]*?<\/style>/, '').match(/<[^>]*>/g) ?? []).map((tag) =>
    tag.replace(/aria-label="[^"]*"/, 'aria-label=""'),
  );

test('property: no text of a user changes the markup around it', () => {
  const attack = fc.constantFrom(
    '<script>alert(1)</script>',
    '" onload="alert(1)',
    "' onload='alert(1)",
    '</title></style><script>',
    '<!--',
    ']]>',
    '&lt;',
    '\0',
    '</',
  );
  const expected = tagsOf(pageOf('plain'));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(attack, fc.string({ unit: 'binary' }))).map((parts) => parts.join('')),
      (text) => assert.equal(tagsOf(pageOf(text)), expected),
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('makes a page that asks for nothing outside itself and holds no script', () => {
  const document = pageOf('plain');
  assert.match(document, "default-src 'none'");
  assert.not.match(document, /<script|<link|\bsrc=|url\(|@import|https?:/);
});

test('gives every table a caption, headings of rows and columns, and a region that scrolls', () => {
  const text = table({
    caption: 'Sizes',
    columns: [{ label: 'part' }, { label: 'rows', isNumeric: true }],
    rows: [['train', 3]],
  }).toString();
  assert.is(
    text,
    `<div class="scroll" role="region" tabindex="0" aria-label="Sizes"><table>
<caption>Sizes</caption>
<thead><tr><th scope="col" class="text">part</th><th scope="col" class="number">rows</th></tr></thead>
<tbody>
<tr><th scope="row" class="text">train</th><td class="number">3</td></tr>
</tbody>
</table></div>`,
  );
});

test('says a verdict with a sign and a word, never by colour alone', () => {
  assert.is(verdict(true, 'held').toString(), '<span class="pass">✓ held</span>');
  assert.is(verdict(false, 'missed').toString(), '<span class="fail">✗ missed</span>');
});

test('clamps nothing and rounds the share of a bar to four digits', () => {
  assert.match(bar(2 / 3, '67 %').toString(), 'style="--share:0.6667"');
});

/** Contrast of two colours as WCAG 2.2 defines it. */
function contrast(first: string, second: string): number {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test('keeps a contrast of 4.5 between text and ground, in light and in dark', () => {
  const themes = [...pageOf('').matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
    Object.fromEntries(
      [...body.matchAll(/--([\w-]+): (#\w{6})/g)].map(([, name, hex]) => [name, hex]),
    ),
  );
  assert.is(themes.length, 2);
  for (const theme of themes) {
    for (const text of ['text', 'muted', 'accent', 'second', 'third', 'pass', 'fail']) {
      assert.ok(contrast(theme[text], theme.ground) >= 4.5, `${text} on ground`);
      if (text === 'text' || text === 'muted') {
        assert.ok(contrast(theme[text], theme.surface) >= 4.5, `${text} on surface`);
      }
    }
    assert.ok(contrast(theme.text, theme.bar) >= 4.5, 'text on bar');
    assert.ok(contrast(theme.text, theme.heat) >= 4.5, 'text on the hottest cell');
  }
});

test.run();
