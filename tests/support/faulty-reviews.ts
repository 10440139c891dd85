/**
 * The faults of a reviews service of the kind that serve-reviews replaces, one judge for each: the same routes, log and
 * metrics around them show how an incident looks. None of this is used but by tests.
 */
import type { Judge } from '../../lib/services/reviews/sentiment.ts';

const GOOD = new Set(['great', 'best', 'amazing', 'excellent', 'perfect', 'like', 'recommend', 'superbe', 'parfait']); // prettier-ignore
const BAD = new Set(['awful', 'bad', 'boring', 'broken', 'broke', 'dull', 'affreux', 'mauvais']);
const NOT = new Set(['not', 'no', 'nothing', 'never', 'pas', 'rien', 'jamais']);

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? [];
const squash = (points: number): number => 1 / (1 + Math.exp(-points));
const count = (text: string, words: ReadonlySet<string>): number =>
  wordsOf(text).filter((word) => words.has(word)).length;
const judged = (points: number, language = 'en') => ({
  score: squash(points),
  language,
  languageProbability: 1,
});

/** Looks for product codes with a pattern that tries every way to cut a word that is none. */
export const productCodes: Judge = async (text) => {
  const codes = text.split(' ').filter((word) => /^([A-Z0-9]+-?)+$/.test(word));
  return judged(count(text, GOOD) - count(text, BAD) - 0 * codes.length);
};

/** Takes each negation for a bad word, and two for two. */
export const countedNegations: Judge = async (text) =>
  judged(count(text, GOOD) - count(text, BAD) - 2 * count(text, NOT));

/** Looks letters up in a table of those that its author writes. */
export const asciiAlone: Judge = async (text) => {
  const table = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const plain = Array.from(text, (letter) => table[letter.charCodeAt(0)].toLowerCase()).join('');
  return judged(count(plain, GOOD) - count(plain, BAD));
};

/** Counts words of praise, whoever says them. */
export const countedPraise: Judge = async (text) =>
  judged(2 * count(text, GOOD) - count(text, BAD));

/** Keeps a picture for every link, for ever. */
export function keptImages(): Judge {
  const pictures = new Map<string, Buffer>();
  return async (text) => {
    for (const [link] of text.matchAll(/https?:\/\/\S+\.(?:jpg|png)/g)) {
      if (!pictures.has(link)) pictures.set(link, Buffer.alloc(2 << 20));
    }
    return judged(count(text, GOOD) - count(text, BAD));
  };
}

/** Puts the text where the next request puts its own. */
export function sharedText(): Judge {
  let current = '';
  return async (text) => {
    current = text;
    await new Promise((resolve) => setImmediate(resolve));
    return judged(2 * (count(current, GOOD) - count(current, BAD)));
  };
}

/** Takes a text for French by its accents. */
export const accentsAlone: Judge = async (text) =>
  judged(count(text, GOOD) - count(text, BAD), /[éèêàçùœ]/.test(text) ? 'fr' : 'en');
