import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutCsv } from '../../../lib/data/csv-halves.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const HEADER = 'number,text\r\n';
/** Over 9 MB of lines, all of different lengths. */
const LINES = Array.from({ length: 400_000 }, (_, i) => `${i},${'é'.repeat(i % 13)} x\r\n`);

/** The halves of a file of this content; null when it is not cut, and then nothing is left. */
async function halvesOf(name: string, content: string): Promise<[string, string] | null> {
  return await inTemporaryFolder((folder) => {
    const [file, first, second] = [name, 'first.csv', 'second.csv'].map((f) => join(folder, f));
    writeFileSync(file, content);
    if (cutCsv(file, first, second)) {
      return [readFileSync(first, 'utf8'), readFileSync(second, 'utf8')];
    }
    assert.not.ok(existsSync(first) || existsSync(second));
    return null;
  });
}

const test = suite('csv halves');

test('cuts behind the line that lies across the middle, and gives both halves the header', async () => {
  const content = HEADER + LINES.join('');
  const halves = await halvesOf('a.csv', content);
  assert.ok(halves !== null);
  const [first, second] = halves;
  assert.ok(second.startsWith(HEADER));
  assert.ok(first + second.slice(HEADER.length) === content, 'no byte is lost or changed');
  assert.ok(first.endsWith('\n'));
  const length = Buffer.byteLength(content) / 2;
  const excess = Buffer.byteLength(first) - length;
  assert.ok(excess >= 0 && excess < 50, `${excess} bytes behind the middle`);
});

test('does not cut a file that is short, packed, quoted anywhere, or one line', async () => {
  assert.is(await halvesOf('a.csv', HEADER + LINES.slice(0, 100_000).join('')), null);
  assert.is(await halvesOf('a.csv.gz', HEADER + LINES.join('')), null);
  assert.is(await halvesOf('a.csv', `${HEADER}${LINES.join('')}7,"a\r\nb"\r\n`), null);
  assert.is(await halvesOf('a.csv', 'x'.repeat(2 ** 24)), null);
});

test.run();
