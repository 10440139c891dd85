import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validationPage } from '../../../lib/reports/validation-page.ts';
import { validateTexts } from '../../support/validation.ts';

const CONTRACT = `
rows: { min: 1 }
unknown_columns: allow
columns:
  x{1..3}: { type: integer, not_null: true }
  name: { type: text, in_set: [a] }
  age: { type: { is: integer, mostly: 0.5 } }
  gone: { type: integer, required: false }
`;
const CSV = 'x1,x2,x3,name,age\n1,2,3,a,5\n1,2,3,<script>alert(1)</script>,x\n1,,3,a,7\n';

const test = suite('validationPage');

test('puts what failed first, with counts, share, lines and cells', async () => {
  const html = validationPage(await validateTexts(CSV, CONTRACT));
  const headings = [...html.matchAll(/<h2>(.+?)<\/h2>/g)].map(([, heading]) => heading);
  assert.equal(headings, [
    'Verdict',
    'Failed',
    'Within tolerance',
    'Skipped',
    'Hold without exception',
  ]);
  assert.match(html, '✗ The table is not what the contract asks for.');
  const rows = [...html.matchAll(/<tr>(.+?)<\/tr>/g)].map(([, row]) => row);
  const failed = rows.find((row) => row.includes('be one of a'))!;
  assert.match(failed, '>1</td>');
  assert.match(failed, '33.3 %');
  assert.match(failed, 'line 3: &lt;script&gt;alert(1)&lt;/script&gt;');
  assert.not.match(html, '<script');
});

test('gives columns of one line of the contract one row, and the exception its own', async () => {
  const html = validationPage(await validateTexts(CSV, CONTRACT));
  assert.match(
    html,
    '<th scope="row" class="text">x{1..3}</th><td class="text">be an integer</td>',
  );
  assert.match(html, '<th scope="row" class="text">x1, x3</th><td class="text">have a value</td>');
});

test('of a table that is as it must be has no section of failures', async () => {
  const html = validationPage(await validateTexts('x\n1\n', 'columns: { x: { type: integer } }'));
  assert.match(html, '✓ The table is what the contract asks for.');
  assert.not.match(html, '<h2>Failed');
  assert.not.match(html, /(src|href)=/, 'it needs no other file');
});

test.run();
