/**
 * load: one table of reviews in both languages, and one of sentences that tell the languages apart.
 *
 * Reads the files of the data set reviews; writes each text once, with the hash of it as its id: what is split by id
 * never has the same review on both sides.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { integer } from '../../lib/params/schema.ts';

export const load = defineStage({
  name: 'load',
  summary: 'Put the reviews of both languages into one table, and their sentences into another',
  paths: {
    in: input('data/raw/reviews', 'Folder with sentences_en.csv and amazon_{en,fr}_*.csv'),
    reviews: output('data/reviews.parquet', 'Reviews: id, text, language, source, positive'),
    sentences: output('data/sentences.parquet', 'Sentences of reviews: id, text, language'),
  },
  params: {
    sentences_per_language: integer({
      default: 12_000,
      min: 10,
      doc: 'Sentences drawn of either language, to learn the languages from.',
    }),
  },
  example: '--in reviews --reviews reviews.parquet --sentences sentences.parquet',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { writeReviewTables } = await import('../../lib/data/review-tables.ts');
    const options = { seed: base.seed, nSentences: params.sentencesPerLanguage };
    const { nReviews, nSentences } = await withDatabase(base, (database) =>
      writeReviewTables(database, paths.in, paths, options),
    );
    return {
      message: `${nReviews} reviews, ${nSentences} sentences`,
      n_reviews: nReviews,
      n_sentences: nSentences,
    };
  },
});

if (import.meta.main) await main(load);
