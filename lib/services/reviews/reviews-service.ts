/** The reviews service: POST /analyze gives sentiment and language of a text. */
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { addFacts } from '../service.ts';
import type { Service } from '../service.ts';
import { judgeAll, summarizeChecks } from './checks.ts';
import type { CheckedSentence, CheckResult } from './checks.ts';
import type { ServeReviewsParams } from './reviews-params.ts';
import { analyze, SENTIMENTS } from './sentiment.ts';
import type { Analysis, Judge } from './sentiment.ts';

const ANALYSIS = {
  type: 'object',
  required: ['text', 'sentiment', 'score', 'language', 'language_probability'],
  properties: {
    text: { type: 'string', description: 'As it was sent' },
    sentiment: { type: 'string', enum: SENTIMENTS },
    score: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'Probability that the text is positive; .5 is the middle',
    },
    language: {
      type: ['string', 'null'],
      description: 'null: too little to tell by',
    },
    language_probability: { type: 'number', minimum: 0, maximum: 1 },
  },
} as const;

export interface ReviewsOptions {
  readonly params: ServeReviewsParams;
  readonly version: string;
  /** Put to the models when the service starts. */
  readonly checks: readonly CheckedSentence[];
  /** What GET /version and the log say of the models. */
  readonly facts: Readonly<Record<string, unknown>>;
  stop?(): void;
}

export function createReviewsService(judge: Judge, options: ReviewsOptions): Service {
  const { params, version, checks, facts } = options;
  return {
    name: 'serve-reviews',
    title: 'Sentiment of reviews',
    description: 'Sentiment and language of product reviews, English and French',
    version,
    params,
    async routes(app, { registry }) {
      const metrics = measureReviews(registry);
      addRoute(app, judge, params, metrics);
      const results = summarizeChecks(await judgeAll(judge, checks));
      for (const result of results) metrics.check(result);
      if (results.length > 0) app.log.info({ checks: results }, 'checked');
    },
    about: () => facts,
    stop: async () => options.stop?.(),
  };
}

function addRoute(
  app: FastifyInstance,
  judge: Judge,
  { maxCharacters, minLanguageProbability }: ServeReviewsParams,
  metrics: ReviewsMetrics,
): void {
  const body = {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: { text: { type: 'string', minLength: 1, maxLength: maxCharacters } },
  } as const;
  app.post<{ Body: { text: string } }>(
    '/analyze',
    { schema: { tags: ['reviews'], summary: 'Sentiment and language of a text', body, response: { 200: ANALYSIS } } }, // prettier-ignore
    async (request) => {
      const { text } = request.body;
      // before it is analyzed: what never comes back must be found by it
      addFacts(request, { characters: text.length });
      const analysis = await analyze(judge, text, minLanguageProbability);
      const { sentiment, score, language } = analysis;
      addFacts(request, { sentiment, score, language });
      metrics.observe(analysis);
      return analysis;
    },
  );
}

interface ReviewsMetrics {
  observe(analysis: Analysis): void;
  check(result: CheckResult): void;
}

function measureReviews(registry: Registry): ReviewsMetrics {
  const registers = [registry];
  const analyzed = new Counter({
    name: 'reviews_analyzed_total',
    help: 'Texts by what was said of them',
    labelNames: ['language', 'sentiment'],
    registers,
  });
  const scores = new Histogram({
    name: 'reviews_score',
    help: 'Scores, from 0 (negative) to 1 (positive)',
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    registers,
  });
  const characters = new Histogram({
    name: 'reviews_characters',
    help: 'Lengths of the texts',
    buckets: [10, 30, 100, 300, 1000, 3000, 10_000],
    registers,
  });
  const share = new Gauge({
    name: 'reviews_check_right_share',
    help: 'Share of the sentences checked at the start that are right',
    labelNames: ['of', 'language', 'kind'],
    registers,
  });
  return {
    observe({ text, sentiment, score, language }) {
      analyzed.inc({ language: language ?? 'unknown', sentiment });
      scores.observe(score);
      characters.observe(text.length);
    },
    check({ language, kind, sentimentShare, languageShare }) {
      share.set({ of: 'sentiment', language, kind }, sentimentShare);
      share.set({ of: 'language', language, kind }, languageShare);
    },
  };
}
