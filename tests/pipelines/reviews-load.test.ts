import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { writeReviewTables } from '../../lib/data/review-tables.ts';
import { complaintOf } from '../support/complaint.ts';
import { writeReviewFiles } from '../support/reviews.ts';
import { inTemporaryFolder, runStage } from '../support/stage-process.ts';
import { readTable } from '../support/table-stage.ts';

const test = suite('pipelines/reviews load');
const ARGS = ['--in', 'raw', '--reviews', 'reviews.parquet', '--sentences', 'sentences.parquet'];

test('writes each review once, its summary twice before its body, and sentences of either language', async () => {
  await inTemporaryFolder(async (folder) => {
    writeReviewFiles(join(folder, 'raw'), 10);
    // the same review again, in another file
    const again =
      'music,5,1,"books 0","I think that the book is great.\nI think that the book is great!"\n';
    appendFileSync(join(folder, 'raw/amazon_en_music.csv'), again);
    const { code, stdout, stderr } = runStage('pipelines/reviews/load', ARGS, folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'load: 70 reviews, ');
    const reviews = await readTable(join(folder, 'reviews.parquet'));
    assert.equal(Object.keys(reviews[0]), ['id', 'text', 'language', 'source', 'positive']);
    assert.is(new Set(reviews.map(({ id }) => id)).size, 70);
    const book = reviews.find(({ text }) => String(text).startsWith('books 0\nbooks 0\nI think'))!;
    assert.is(
      book.text,
      'books 0\nbooks 0\nI think that the book is great.\nI think that the book is great!',
    );
    assert.equal([book.language, book.source, book.positive], ['en', 'books', 1]);
    const sentences = await readTable(join(folder, 'sentences.parquet'));
    assert.ok(sentences.some(({ text }) => text === 'I think that the book is great'));
    assert.equal(new Set(sentences.map(({ language }) => language)), new Set(['en', 'fr']));
  });
});

/** As the step does it, in this process. */
async function load(folder: string, nSentences: number): Promise<unknown[]> {
  const out = {
    reviews: join(folder, 'reviews.parquet'),
    sentences: join(folder, 'sentences.parquet'),
  };
  await withDatabase({ threads: 1, memoryMb: 128 }, (database) =>
    writeReviewTables(database, join(folder, 'raw'), out, { seed: 1, nSentences }),
  );
  return await readTable(out.sentences);
}

test('draws as many sentences as asked for, the same ones again, and none that both languages hold', async () => {
  await inTemporaryFolder(async (folder) => {
    writeReviewFiles(join(folder, 'raw'), 20);
    const both = 'dvd,1,0,x,"I think that the book is great"\n';
    appendFileSync(join(folder, 'raw/amazon_fr_dvd.csv'), both);
    const drawn = await load(folder, 10);
    assert.is(drawn.length, 20);
    assert.equal(await load(folder, 10), drawn);
    const all = (await load(folder, 10_000)) as { text: string }[];
    assert.not.ok(all.some(({ text }) => text === 'I think that the book is great'));
  });
});

test('names a file that is missing, and a column that a file lacks', async () => {
  await inTemporaryFolder(async (folder) => {
    assert.match(await complaintOf(() => load(folder, 10)), 'raw/sentences_en.csv must exist');
    writeReviewFiles(join(folder, 'raw'), 4);
    writeFileSync(join(folder, 'raw/amazon_fr_books.csv'), 'summary,text\na,b\n');
    assert.match(
      await complaintOf(() => load(folder, 10)),
      'raw/amazon_fr_books.csv must have the column positive',
    );
  });
});

test.run();
