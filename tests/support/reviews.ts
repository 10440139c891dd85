/** A small made data set of reviews, in the files that fetch brings. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundle } from '../../lib/models/bundle.ts';
import type { Bundle } from '../../lib/models/bundle.ts';
import { fitModel } from '../../lib/models/fit-model.ts';
import { openTextScorer } from '../../lib/models/text-scorer.ts';
import { TRAIN_SCHEMA } from '../../lib/models/train-params.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { createJudge } from '../../lib/services/reviews/open-reviews.ts';
import type { OpenJudge } from '../../lib/services/reviews/open-reviews.ts';
import { fitVectorizer } from '../../lib/text/fit-vectorizer.ts';
import { applyVectorizer, termNames } from '../../lib/text/vectorizer.ts';
import { createContext, machine } from './small-model.ts';
import { vectorizerOptions } from './vectorizer.ts';

const WORDS = {
  en: {
    good: ['great', 'lovely', 'excellent', 'wonderful', 'perfect'],
    bad: ['awful', 'boring', 'terrible', 'useless', 'broken'],
    things: ['the book', 'this film', 'the record', 'my new phone', 'the whole story'],
    say: (thing: string, word: string) => `I think that ${thing} is ${word}`,
  },
  fr: {
    good: ['superbe', 'magnifique', 'excellent', 'merveilleux', 'parfait'],
    bad: ['affreux', 'ennuyeux', 'terrible', 'inutile', 'mauvais'],
    things: ['le livre', 'ce film', 'le disque', 'mon téléphone', 'toute cette histoire'],
    say: (thing: string, word: string) => `Je trouve que ${thing} est ${word}`,
  },
} as const;

type Language = keyof typeof WORDS;

/** Sentences of one language: what they say, and whether it is good; all different. */
export function makeReviews(language: Language, n: number): { text: string; positive: 0 | 1 }[] {
  const { good, bad, things, say } = WORDS[language];
  return Array.from({ length: n }, (_, i) => {
    const positive = i % 2 === 0 ? 1 : 0;
    const words = positive === 1 ? good : bad;
    const [k, rest] = [i >> 1, Math.floor(i / 50)];
    const text = say(things[k % 5], words[Math.floor(k / 5) % 5]);
    return { text: rest > 0 ? `${text}, ${rest}` : text, positive };
  });
}

/** Writes the seven files; `n` reviews in each. */
export function writeReviewFiles(folder: string, n = 20): void {
  mkdirSync(folder, { recursive: true });
  const sentences = makeReviews('en', n).map(({ text, positive }) => `yelp,"${text}",${positive}`);
  writeFileSync(join(folder, 'sentences_en.csv'), table('source,text,label', sentences));
  for (const language of ['en', 'fr'] as const) {
    for (const [k, category] of ['books', 'dvd', 'music'].entries()) {
      const rows = makeReviews(language, (k + 1) * n)
        .slice(k * n)
        .map(
          ({ text, positive }, i) =>
            `${category},${positive * 4 + 1},${positive},"${category} ${i}","${text}.\n${text}!"`,
        );
      const file = join(folder, `amazon_${language}_${category}.csv`);
      writeFileSync(file, table('category,rating,positive,summary,text', rows));
    }
  }
}

function table(header: string, rows: readonly string[]): string {
  return [header, ...rows, ''].join('\n');
}

/** Reviews that negate: what is not bad is good. */
function negate(language: Language, n: number): { text: string; positive: 0 | 1 }[] {
  const not = language === 'en' ? ' is not ' : " n'est pas ";
  const is = language === 'en' ? ' is ' : ' est ';
  return makeReviews(language, n).map(({ text, positive }) => ({
    text: text.replace(is, not),
    positive: positive === 1 ? 0 : 1,
  }));
}

/** Both models of the service, trained as pipelines/reviews trains them, on made reviews. */
async function trainBundles(): Promise<{ sentiment: Bundle; language: Bundle }> {
  const rows = (['en', 'fr'] as const).flatMap((language) =>
    [...makeReviews(language, 50), ...negate(language, 50)].map((row) => ({ ...row, language })),
  );
  const texts = rows.map(({ text }) => text);
  return {
    sentiment: await trainTextBundle(
      texts,
      rows.map(({ positive }) => positive),
      [0, 1],
      {
        sublinear_tf: true,
        blocks: { word: { ngram_range: [1, 2], negations: ['english', 'french'] } },
      },
    ),
    language: await trainTextBundle(
      texts,
      rows.map((row) => (row.language === 'en' ? 0 : 1)),
      ['en', 'fr'],
      { analyzer: 'char_wb', ngram_range: [1, 4], sublinear_tf: true },
    ),
  };
}

export async function trainJudge(): Promise<OpenJudge> {
  const { sentiment, language } = await trainBundles();
  return await createJudge(sentiment, language, machine);
}

/** Writes sentiment.safetensors and language.safetensors. */
export async function writeBundles(folder: string): Promise<void> {
  for (const [name, bundle] of Object.entries(await trainBundles())) {
    const text = 'I think that this film is great';
    const scorer = await openTextScorer(bundle, machine);
    const probabilities = [[...(await scorer.score([text]))]];
    scorer.dispose();
    const golden = { rows: [{ text }], probabilities };
    writeBundle(join(folder, `${name}.safetensors`), { ...bundle, golden });
  }
}

async function trainTextBundle(
  texts: readonly string[],
  labels: readonly number[],
  classes: Bundle['classes'],
  settings: Record<string, unknown>,
): Promise<Bundle> {
  const vectorizer = fitVectorizer(texts, vectorizerOptions(settings), 'made reviews');
  const features = applyVectorizer(vectorizer, texts);
  const train = { nSamples: texts.length, features, labels: Int32Array.from(labels) };
  const sources = [{ name: 'this test', values: { logistic: { C: 10 } } }];
  const { params } = resolveParams({ params: { schema: TRAIN_SCHEMA, prefix: 'train', sources } });
  const data = {
    ...{ columns: termNames(vectorizer), nClasses: 2, classWeight: null },
    ...{ train, valid: train },
  };
  const { fitted } = await fitModel('logistic', data, params, createContext());
  return {
    ...{ model: fitted, input: [{ name: 'text', kind: 'text' }], target: 'positive', id: 'id' },
    preprocessing: { columns: null, features: null, scaler: null, vectorizer },
    ...{ classes, classNames: {}, threshold: null, priorCorrection: null },
    distribution: { n_samples: texts.length, columns: {} },
    golden: { rows: [], probabilities: [] },
    ...{ versions: {}, dataHashes: {} },
  };
}
