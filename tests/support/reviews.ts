/** A small made data set of reviews, in the files that fetch brings. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
