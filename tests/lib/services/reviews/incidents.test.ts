/** The incidents of docs/incidents.md: how each looks on a faulty twin, and that serve-reviews has none of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CheckedSentence } from '../../../../lib/services/reviews/checks.ts';
import { createReviewsService } from '../../../../lib/services/reviews/reviews-service.ts';
import type { Analysis, Judge } from '../../../../lib/services/reviews/sentiment.ts';
import {
  accentsAlone,
  asciiAlone,
  countedNegations,
  countedPraise,
  keptImages,
  productCodes,
  sharedText,
} from '../../../support/faulty-reviews.ts';
import { makeReviews, trainJudge } from '../../../support/reviews.ts';
import { SERVICE_DEFAULTS, withService } from '../../../support/service.ts';
import type { RunningService } from '../../../support/service.ts';
import { PROJECT } from '../../../support/stage-process.ts';

const test = suite('incidents of reviews');
const { judge: ours, dispose } = await trainJudge();
const params = { ...SERVICE_DEFAULTS, maxCharacters: 20_000, minLanguageProbability: 0.6 };

interface Answers extends RunningService {
  analyze(text: string): Promise<Response>;
  /** The value of a line of /metrics that begins with `series`. */
  metric(series: string): Promise<number>;
}

async function withJudge<T>(
  judge: Judge,
  use: (answers: Answers) => Promise<T>,
  checks: readonly CheckedSentence[] = [],
): Promise<T> {
  const service = createReviewsService(judge, { params, version: '1', checks, facts: {} });
  return await withService(service, async (running) => {
    const { url } = running;
    const headers = { 'content-type': 'application/json' };
    const analyze = (text: string): Promise<Response> =>
      fetch(`${url}/analyze`, { method: 'POST', body: JSON.stringify({ text }), headers });
    const metric = async (series: string): Promise<number> => {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
      return Number(
        lines
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')
          .at(-1) ?? 0,
      );
    };
    return await use({ ...running, analyze, metric });
  });
}

const analysisOf = async (answer: Promise<Response>): Promise<Analysis> =>
  (await (await answer).json()) as Analysis;

const check = (kind: string, positive: boolean, text: string): CheckedSentence => ({
  ...{ language: /\b(est|que|rien)\b/.test(text) ? 'fr' : 'en', kind, positive, text },
});
const DOUBLE_NEGATIONS = [
  check('double negation', true, 'I think that nothing about this film is not great'),
  check('double negation', true, 'I do not think that my new phone is not perfect'),
  check('double negation', false, 'I think that nothing about the record is not boring'),
  check('double negation', true, "Je trouve que rien dans ce film n'est pas superbe"),
  check('double negation', false, "Je ne trouve pas que ce film n'est pas affreux"),
];

test('product codes: the log has the seconds of the twin beside few characters, and ours answers', async () => {
  const code = `${'AB12'.repeat(6)}A1!`;
  await withJudge(productCodes, async ({ analyze, metric, requests }) => {
    await analyze(`The case for ${code} is great`);
    const [{ response_time_ms: ms, characters }] = requests();
    assert.ok(Number(ms) > 100, `${ms} ms`);
    assert.ok(Number(characters) < 100);
    const series =
      'http_request_duration_seconds_bucket{le="0.1",method="POST",route="/analyze",status_code="200"}';
    assert.is(await metric(series), 0);
  });
  await withJudge(ours, async ({ analyze }) => {
    // with the pattern of the twin these would take longer than there is time
    for (const word of [code.repeat(700), 'A1-'.repeat(6000), 'a'.repeat(20_000)]) {
      assert.is((await analyze(word.slice(0, 20_000))).status, 200);
    }
  });
});

test('negations: the share of double negations that are right tells the twin from ours', async () => {
  const series = 'reviews_check_right_share{of="sentiment",language="en",kind="double negation"}';
  const shareOf = async (judge: Judge): Promise<number> =>
    await withJudge(
      judge,
      async ({ metric, lines }) => {
        assert.ok(lines.some(({ msg, checks }) => msg === 'checked' && Array.isArray(checks)));
        return await metric(series);
      },
      DOUBLE_NEGATIONS,
    );
  assert.is(await shareOf(countedNegations), 1 / 3);
  assert.is(await shareOf(ours), 1);
});

test('accents and emoji: the twin answers 500, and ours whatever the text is', async () => {
  const failed =
    'http_request_duration_seconds_count{method="POST",route="/analyze",status_code="500"}';
  await withJudge(asciiAlone, async ({ analyze, metric, lines, requests }) => {
    assert.is((await analyze('Très bien 😀')).status, 500);
    assert.is(await metric(failed), 1);
    const crash = lines.find(({ err }) => err !== undefined)!;
    assert.match(String((crash.err as { stack: string }).stack), /TypeError: .*toLowerCase/);
    const [{ status, level, characters }] = requests();
    assert.equal([status, level, characters], [500, 50, 12]);
  });
  const texts = [
    'Très bien 😀',
    '👩‍👩‍👧‍👦',
    'e\u0301'.repeat(999),
    '\ud83d',
    '\0',
    '\u202eabc',
    'مرحبا',
    '好',
    ' ',
    '!?',
  ];
  await withJudge(ours, async ({ analyze, metric }) => {
    for (const text of texts) {
      const answer = await analyze(text);
      assert.is(answer.status, 200, JSON.stringify(text));
      const { text: back, score } = (await answer.json()) as Analysis;
      assert.is(back, text);
      assert.ok(score >= 0 && score <= 1);
    }
    assert.is(await metric(failed), 0);
  });
});

test('advertising: praise that is quoted raises the scores of the twin, and the shares of checked sentences fall', async () => {
  const PROMOTIONS = [
    check('promotion', false, "'The best, amazing, perfect!' I think that this film is boring"),
    check('promotion', false, "'Excellent, great, perfect': I think that the record is broken"),
  ];
  const series = 'reviews_check_right_share{of="sentiment",language="en",kind="promotion"}';
  await withJudge(
    countedPraise,
    async ({ analyze, metric, requests }) => {
      const { sentiment } = await analysisOf(analyze(PROMOTIONS[0].text));
      assert.is(sentiment, 'very positive');
      assert.is(requests()[0].sentiment, 'very positive');
      assert.is(await metric(series), 0);
      assert.is(await metric('reviews_analyzed_total{language="en",sentiment="very positive"}'), 1);
    },
    PROMOTIONS,
  );
});

test('image links: the memory of the twin grows with each, and ours stays', async () => {
  const grow = async (judge: Judge): Promise<number> =>
    await withJudge(judge, async ({ analyze, metric }) => {
      const before = await metric('nodejs_external_memory_bytes');
      for (let i = 0; i < 64; i++) await analyze(`great https://pictures.example/${i}.jpg`);
      return (await metric('nodejs_external_memory_bytes')) - before;
    });
  // two megabytes a link, and what the collector took away meanwhile
  assert.ok((await grow(keptImages())) > 64 * 2 ** 20);
  const grown = await grow(ours);
  assert.ok(grown < 32 * 2 ** 20, `${grown} bytes`);
});

test('concurrent requests: the twin gives one the score of another, ours the score of each alone', async () => {
  const texts = makeReviews('en', 20).map(({ text }) => text);
  const ask = async (judge: Judge): Promise<{ together: number[]; alone: number[] }> =>
    await withJudge(judge, async ({ app, requests }) => {
      const scoreOf = async (text: string): Promise<number> =>
        (await app.inject({ method: 'POST', url: '/analyze', payload: { text } })).json<Analysis>().score; // prettier-ignore
      const together = await Promise.all(texts.map(scoreOf));
      const alone: number[] = [];
      for (const text of texts) alone.push(await scoreOf(text));
      assert.is(requests().length, 40);
      return { together, alone };
    });
  const twin = await ask(sharedText());
  assert.not.equal(twin.together, twin.alone);
  const { together, alone } = await ask(ours);
  assert.equal(together, alone);
  assert.ok(new Set(alone).size > 2);
});

test('languages: the twin takes French without accents for English, ours does not', async () => {
  const PLAIN = makeReviews('fr', 50)
    .filter(({ text }) => !/[éèêàçùœ]/.test(text))
    .map(({ text, positive }) => check('plain', positive === 1, text));
  const ask = async (judge: Judge): Promise<[share: number, nFrench: number, language: unknown]> =>
    await withJudge(
      judge,
      async ({ analyze, metric, requests }) => {
        await analyze('Je trouve que ce film est mauvais');
        return [
          await metric('reviews_check_right_share{of="language",language="fr",kind="plain"}'),
          await metric('reviews_analyzed_total{language="fr",sentiment="very negative"}'),
          requests()[0].language,
        ];
      },
      PLAIN,
    );
  assert.equal(await ask(accentsAlone), [0, 0, 'en']);
  assert.equal(await ask(ours), [1, 1, 'fr']);
});

test('the models of the pipeline are right about 65 of 100 sentences at least, about the language of 95', () => {
  const file = join(PROJECT, 'pipelines/reviews/reports/metrics/sentences.json');
  const { sentiment, language } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  assert.ok(sentiment >= 0.65, `${sentiment} of the sentences`);
  assert.ok(language >= 0.95, `${language} of the languages`);
});

test.after(dispose);
test.run();
