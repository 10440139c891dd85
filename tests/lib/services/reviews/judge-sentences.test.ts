import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertSentenceGates,
  judgeSentences,
} from '../../../../lib/services/reviews/judge-sentences.ts';
import { openReviews } from '../../../../lib/services/reviews/open-reviews.ts';
import { complaintOf } from '../../../support/complaint.ts';
import { writeBundles } from '../../../support/reviews.ts';
import { SERVICE_DEFAULTS, withService } from '../../../support/service.ts';
import { inTemporaryFolder } from '../../../support/stage-process.ts';

const test = suite('judged sentences');

const MACHINE = { threads: 1, memoryMb: 256, warn: () => {} };
const PARAMS = { ...SERVICE_DEFAULTS, maxCharacters: 100, minLanguageProbability: 0.6 };
const SENTENCES = `language,kind,positive,text
en,plain,1,I think that this film is great
en,double negation,0,I think that nothing about this film is not boring
fr,plain,0,Je trouve que ce film est superbe
`;

const filesIn = (folder: string) => ({
  in: join(folder, 'in.csv'),
  sentiment: join(folder, 'sentiment.safetensors'),
  language: join(folder, 'language.safetensors'),
  out: join(folder, 'out.csv'),
  metrics: join(folder, 'metrics.json'),
});

test('gives each sentence with its score, and the shares that are right', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBundles(folder);
    const paths = filesIn(folder);
    writeFileSync(paths.in, SENTENCES);
    const metrics = await judgeSentences(paths, MACHINE);
    // the last sentence is no bad one, whatever the file says
    assert.equal(metrics, {
      sentiment: 0.666667,
      language: 1,
      sentiment_en_plain: 1,
      sentiment_en_double_negation: 1,
      sentiment_fr_plain: 0,
      n_sentences: 3,
    });
    const [header, first, , last] = readFileSync(paths.out, 'utf8').split('\n');
    assert.is(header, 'language,kind,positive,score,sentiment,judged_language,is_right,text');
    assert.match(
      first,
      /^en,plain,1,0\.\d{4},(very )?positive,en,1,I think that this film is great$/,
    );
    assert.match(last, /^fr,plain,0,0\.\d{4},(very )?positive,fr,0,/);
    assert.throws(
      () => assertSentenceGates(metrics, { minSentimentShare: 0.7, minLanguageShare: 1 }, 'm.json'),
      /^share of sentences whose sentiment is right must be at least 0\.7; got 0\.666667$/,
    );
  });
});

test('serves the bundles, checks the sentences at the start, and names the models by hash', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBundles(folder);
    const { in: checks, sentiment, language } = filesIn(folder);
    writeFileSync(checks, SENTENCES);
    const service = await openReviews({ sentiment, language, checks }, PARAMS, MACHINE, '1');
    await withService(service, async ({ app, lines }) => {
      assert.ok(lines.some(({ msg }) => msg === 'checked'));
      const payload = { text: 'Je trouve que ce film est superbe' };
      const answer = await app.inject({ method: 'POST', url: '/analyze', payload });
      assert.is(answer.json().language, 'fr');
      assert.ok(answer.json().score > 0.5);
      const { sentiment_model: hash } = (await app.inject({ url: '/version' })).json();
      assert.match(hash, /^[0-9a-f]{64}$/);
    });
  });
});

test('refuses a bundle of other classes, a table without kinds, and a missing file', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeBundles(folder);
    const paths = filesIn(folder);
    writeFileSync(paths.in, 'language,text,positive\nen,a,1\n');
    assert.match(
      await complaintOf(() => judgeSentences(paths, MACHINE)),
      'in.csv must have the column kind',
    );
    writeFileSync(paths.in, SENTENCES);
    assert.match(
      await complaintOf(() => judgeSentences({ ...paths, sentiment: paths.language }, MACHINE)),
      'language.safetensors must tell the classes 0 and 1; got en, fr',
    );
    assert.match(
      await complaintOf(() => judgeSentences({ ...paths, in: join(folder, 'no.csv') }, MACHINE)),
      'no.csv must exist',
    );
  });
});

test.run();
