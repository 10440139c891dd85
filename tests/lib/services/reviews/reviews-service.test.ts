import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReviewsService } from '../../../../lib/services/reviews/reviews-service.ts';
import { analyze, sentimentOf } from '../../../../lib/services/reviews/sentiment.ts';
import type { Judge } from '../../../../lib/services/reviews/sentiment.ts';
import { SERVICE_DEFAULTS, withService } from '../../../support/service.ts';
import type { RunningService } from '../../../support/service.ts';

const test = suite('serve-reviews');

const params = { ...SERVICE_DEFAULTS, maxCharacters: 12, minLanguageProbability: 0.6 };
const JUDGE: Judge = async (text) => ({
  score: Number(text.slice(0, 3)),
  language: 'fr',
  languageProbability: text.includes('?') ? 0.59 : 0.6,
});
const SERVICE = createReviewsService(JUDGE, {
  params,
  version: '1.0.0',
  checks: [],
  facts: { sentiment_model: 'abc' },
});

async function post(
  { app }: RunningService,
  body: unknown,
): Promise<{ code: number; json: unknown }> {
  const answer = await app.inject({ method: 'POST', url: '/analyze', payload: body as object });
  return { code: answer.statusCode, json: answer.json() };
}

test('names five fifths of the scores, the middle one neutral', () => {
  const names = [0, 0.19, 0.2, 0.39, 0.4, 0.5, 0.59, 0.6, 0.79, 0.8, 1].map(sentimentOf);
  assert.equal(names, [
    ...['very negative', 'very negative', 'negative', 'negative', 'neutral', 'neutral', 'neutral'],
    ...['positive', 'positive', 'very positive', 'very positive'],
  ]);
});

test('answers with text, sentiment, score and language, and counts what it said', async () => {
  await withService(SERVICE, async (running) => {
    const { code, json } = await post(running, { text: '.95 bien' });
    assert.is(code, 200);
    assert.equal(json, {
      text: '.95 bien',
      sentiment: 'very positive',
      score: 0.95,
      language: 'fr',
      language_probability: 0.6,
    });
    const [line] = running.requests();
    assert.equal([line.characters, line.sentiment, line.score, line.language], [8, 'very positive', 0.95, 'fr']); // prettier-ignore
    assert.not.match(JSON.stringify(running.lines), 'bien');
    const { payload } = await running.app.inject({ url: '/metrics' });
    assert.match(payload, 'reviews_analyzed_total{language="fr",sentiment="very positive"} 1');
    assert.match(payload, 'reviews_score_count 1');
  });
});

test('names no language where it cannot tell', async () => {
  const { language, language_probability: probability } = await analyze(JUDGE, '.50?', 0.6);
  assert.equal([language, probability], [null, 0.59]);
});

test('refuses a body without text, with anything else, an empty text and a long one', async () => {
  await withService(SERVICE, async (running) => {
    for (const body of [
      {},
      { text: '' },
      { text: null },
      { text: '.5', more: 1 },
      [],
      { text: 'x'.repeat(13) },
    ]) {
      assert.is((await post(running, body)).code, 400, JSON.stringify(body));
    }
    assert.is((await post(running, { text: '.5'.padEnd(12) })).code, 200);
  });
});

test('tells its memory in megabytes, and which models it has', async () => {
  await withService(SERVICE, async ({ app }) => {
    const { status, memory_usage: megabytes } = (await app.inject({ url: '/health' })).json();
    assert.is(status, 'healthy');
    assert.ok(megabytes > 20 && megabytes < 4000);
    assert.is((await app.inject({ url: '/version' })).json().sentiment_model, 'abc');
  });
});

test.run();
