/**
 * serve-reviews: say of texts over HTTP how positive they are, and in which language.
 *
 * Reads two bundles, of sentiment and of languages, which pipelines/reviews makes, and sentences that the models are
 * checked with at the start. Ends when it is told to stop.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput } from '../lib/cli/stage.ts';
import { SERVE_REVIEWS_PARAMS } from '../lib/services/reviews/reviews-params.ts';

const MODELS = 'pipelines/reviews/models';

export const serveReviews = defineStage({
  name: 'serve-reviews',
  summary: 'Say over HTTP how positive texts are, and in which language',
  standalone: true,
  service: true,
  paths: {
    sentiment: input(
      `${MODELS}/sentiment/model.safetensors`,
      'Bundle that tells 1, positive, from 0',
    ),
    language: input(`${MODELS}/language/model.safetensors`, 'Bundle that tells languages apart'),
    checks: optionalInput('Sentences to check at the start: language, kind, positive, text'),
  },
  params: SERVE_REVIEWS_PARAMS,
  example: '--checks pipelines/reviews/sentences.csv --port 8080',
  async run({ paths, params, base, version, signal, log }) {
    const { openReviews } = await import('../lib/services/reviews/open-reviews.ts');
    const { startService } = await import('../lib/services/start-service.ts');
    const machine = { ...base, warn: log.warn };
    const service = await openReviews(paths, params, machine, version);
    return await startService(service, { signal, tell: log.info });
  },
});

if (import.meta.main) await main(serveReviews);
