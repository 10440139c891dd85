/** Tables of reviews out of the files that fetch brings: texts with their sentiment, and sentences with their language. */
import { join } from 'node:path';
import { rowHash } from '../preprocessing/row-hash.ts';
import { assertColumns, literal } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { openTable, writeTable } from './tables.ts';

const CATEGORIES = ['books', 'dvd', 'music'] as const;
/** A sentence that tells a language: not a word, not a paragraph; in characters. */
const SENTENCE_LENGTH = [12, 200] as const;

interface Options {
  readonly seed: number;
  readonly nSentences: number;
}

/**
 * Writes reviews `id, text, language, source, positive` and sentences `id, text, language`, by id.
 *
 * The text of a review is its summary, twice, and its body, a line each: what a reviewer puts into a few words tells
 * more than the words that follow. Each text is there once, and its id is a hash of it,
 * so that what is split by id has no text on both sides. Sentences are `nSentences` of either language, drawn by hash;
 * those that both languages hold tell neither.
 *
 * @throws StageError E_DATA for a file that is missing, or lacks a column.
 */
export async function writeReviewTables(
  database: FileDatabase,
  folder: string,
  out: { readonly reviews: string; readonly sentences: string },
  { seed, nSentences }: Options,
): Promise<{ nReviews: number; nSentences: number }> {
  const parts = [await readSentenceFile(database, join(folder, 'sentences_en.csv'))];
  for (const language of ['en', 'fr']) {
    for (const category of CATEGORIES) {
      const file = join(folder, `amazon_${language}_${category}.csv`);
      parts.push(await readReviewFile(database, file, language, category));
    }
  }
  await database.run(`CREATE TABLE reviews AS
    SELECT left(md5(concat(language, ':', text)), 16) AS id, text, language, source, positive
    FROM (${parts.join(' UNION ALL ')})
    QUALIFY row_number() OVER (PARTITION BY language, text ORDER BY source, positive) = 1`);
  const [shortest, longest] = SENTENCE_LENGTH;
  await database.run(`CREATE TABLE sentences AS
    WITH cut AS (SELECT DISTINCT language, trim(unnest(regexp_split_to_array(text, '[.!?…;\\n]+'))) AS text FROM reviews),
      own AS (SELECT any_value(language) AS language, text FROM cut
        WHERE length(text) BETWEEN ${shortest} AND ${longest} GROUP BY text HAVING count(*) = 1)
    SELECT left(md5(text), 16) AS id, text, language FROM own
    QUALIFY row_number() OVER (PARTITION BY language ORDER BY ${rowHash(seed, 'text')}) <= ${nSentences}`);
  await writeTable(database, 'FROM reviews ORDER BY id', out.reviews);
  await writeTable(database, 'FROM sentences ORDER BY id', out.sentences);
  const [counts] = await database.query(
    'SELECT (SELECT count(*) FROM reviews) AS reviews, (SELECT count(*) FROM sentences) AS sentences',
  );
  return { nReviews: Number(counts.reviews), nSentences: Number(counts.sentences) };
}

async function readSentenceFile(database: FileDatabase, file: string): Promise<string> {
  const relation = await openTable(database, file, 'sentences_en');
  assertColumns(relation, ['source', 'text', 'label']);
  return `SELECT 'en' AS language, source, trim(text) AS text, label::INTEGER AS positive FROM ${relation.sql}`;
}

async function readReviewFile(
  database: FileDatabase,
  file: string,
  language: string,
  category: string,
): Promise<string> {
  const relation = await openTable(database, file, `${language}_${category}`);
  assertColumns(relation, ['summary', 'text', 'positive']);
  return `SELECT ${literal(language)} AS language, ${literal(category)} AS source,
    trim(concat_ws(chr(10), trim(summary), trim(summary), trim(text))) AS text, positive::INTEGER AS positive FROM ${relation.sql}`;
}
