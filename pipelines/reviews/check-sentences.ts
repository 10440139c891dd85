/**
 * check-sentences: what the models make of sentences with negations and words of advertising.
 *
 * Reads sentences.csv, which was written for the purpose, and both bundles; writes the judgement of every sentence and
 * the share that is right. Fails with exit 5, after they are written, below the least share that is asked for.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { number } from '../../lib/params/schema.ts';

export const checkSentences = defineStage({
  name: 'check-sentences',
  summary: 'Put sentences with negations and words of advertising to the models',
  paths: {
    in: input('sentences.csv', 'Sentences: language, kind, positive, text'),
    sentiment: input('models/sentiment/model.safetensors', 'Bundle that tells 1, positive, from 0'),
    language: input('models/language/model.safetensors', 'Bundle that tells languages apart'),
    out: output('reports/sentences.csv', 'Each sentence with its score and language'),
    metrics: output(
      'reports/metrics/sentences.json',
      'Shares that are right, by language and kind',
    ),
  },
  params: {
    min_sentiment_share: number({
      default: 0,
      min: 0,
      max: 1,
      doc: 'Least share of sentences whose sentiment must be right.',
    }),
    min_language_share: number({
      default: 0,
      min: 0,
      max: 1,
      doc: 'Least share of sentences whose language must be right.',
    }),
  },
  example: '--in mine.csv --out judged.csv --metrics shares.json',
  async run({ paths, params, base, log }) {
    const { assertSentenceGates, judgeSentences } =
      await import('../../lib/services/reviews/judge-sentences.ts');
    const metrics = await judgeSentences(paths, { ...base, warn: log.warn });
    assertSentenceGates(metrics, params, paths.metrics);
    return {
      message: `sentiment of ${metrics.n_sentences} sentences right in ${metrics.sentiment}, language in ${metrics.language}`,
      ...metrics,
    };
  },
});

if (import.meta.main) await main(checkSentences);
