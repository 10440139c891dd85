import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openCsvJournal } from '../../../../lib/ingestion/engines/csv-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const file = join(folder, 'journal.csv');
const test = suite('journal of CSV');
test.after(() => rmSync(folder, { recursive: true, force: true }));

const BATCHES = ['202001,pear,1\n202002,pear,2\n', 'clear\n', '202003,"päar, ""b""",3\n'];

const readBatches = async (): Promise<readonly string[]> => {
  const journal = await openCsvJournal(file);
  await journal.close();
  return journal.batches;
};

async function writeBatches(batches: readonly string[]): Promise<Buffer> {
  rmSync(file, { force: true });
  const journal = await openCsvJournal(file);
  for (const batch of batches) await journal.append(batch);
  const bytes = readFileSync(file);
  assert.is(journal.nBytes(), bytes.length);
  await journal.close();
  return bytes;
}

test('batches come back as they were added', async () => {
  await writeBatches(BATCHES);
  assert.equal(await readBatches(), BATCHES);
});

test('what a batch lacks at any byte takes away that batch alone, and the next one stands in its place', async () => {
  const whole = await writeBatches(BATCHES);
  const start = whole.lastIndexOf('202003');
  for (let length = start; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    const journal = await openCsvJournal(file);
    assert.equal(journal.batches, BATCHES.slice(0, 2), `${length} bytes`);
    await journal.append(BATCHES[2]);
    await journal.close();
    assert.equal(readFileSync(file), whole);
  }
});

test('a byte that is another one takes its batch away', async () => {
  const whole = await writeBatches(BATCHES);
  const start = whole.lastIndexOf('202003');
  for (let at = start; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 1;
    writeFileSync(file, damaged);
    assert.equal(await readBatches(), BATCHES.slice(0, 2), `byte ${at}`);
  }
});

test('an emptied journal has no batches', async () => {
  await writeBatches(BATCHES);
  const journal = await openCsvJournal(file);
  await journal.empty();
  assert.is(journal.nBytes(), 0);
  await journal.append(BATCHES[1]);
  await journal.close();
  assert.equal(await readBatches(), [BATCHES[1]]);
});

test.run();
