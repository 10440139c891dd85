/**
 * Words within a negation as words of their own: "not a good film" becomes "not not_a not_good not_film", so that what
 * is learnt of `good` is not told of a film that is none. A second negation takes the first away, and both go: "nothing
 * that I would not recommend" becomes "that I would recommend". Linear in the length of the text.
 *
 * @see Das, S. R. and Chen, M. Y. (2007), Management Science 53(9), doi:10.1287/mnsc.1070.0704
 */
export const NEGATION_LANGUAGES = ['english', 'french'] as const;
export type NegationLanguage = (typeof NEGATION_LANGUAGES)[number];

interface Negations {
  /** Begin a negation, or take the one away that they stand in. */
  readonly negators: readonly string[];
  /** Go on with a negation, or begin one: neither … nor. */
  readonly continuers: readonly string[];
  /** End it, as a mark between parts of a sentence does. */
  readonly contrasts: readonly string[];
  /** What a word that negates may end in. */
  readonly suffixes: readonly string[];
}

const NEGATIONS: Readonly<Record<NegationLanguage, Negations>> = {
  english: {
    negators: [
      ...['not', 'no', 'never', 'nothing', 'nobody', 'none', 'nowhere', 'cannot', 'without'],
      ...['hardly', 'barely', 'dont', 'didnt', 'doesnt', 'cant', 'couldnt', 'wont', 'wouldnt'],
      ...['isnt', 'wasnt', 'arent', 'werent', 'havent', 'hasnt', 'hadnt', 'shouldnt'],
    ],
    continuers: ['neither', 'nor'],
    contrasts: ['but', 'however', 'although', 'though', 'because'],
    suffixes: ["n't", 'n’t'],
  },
  french: {
    negators: ['pas', 'jamais', 'rien', 'aucun', 'aucune', 'guère', 'sans', 'impossible'],
    continuers: ['ni'],
    contrasts: ['mais', 'cependant', 'pourtant', 'car'],
    suffixes: [],
  },
};

/** Stands before a word within a negation, and makes one word with it. */
const MARK = 'not_';
/** A word with its apostrophes, or a mark that ends a part of a sentence. */
const TOKEN = /[\p{L}\p{N}_]+(?:['’][\p{L}\p{N}_]+)*|[.,;:!?…()"«»\n]/gu;

/** @param languages - Whose negations are looked for; the text is of any of them, in lower case. */
export function createNegationMarker(
  languages: readonly NegationLanguage[],
): (text: string) => string {
  const all = languages.map((language) => NEGATIONS[language]);
  const negators = new Set(all.flatMap((of) => of.negators));
  const continuers = new Set(all.flatMap((of) => of.continuers));
  const contrasts = new Set(all.flatMap((of) => of.contrasts));
  const suffixes = all.flatMap((of) => of.suffixes);
  const isNegator = (word: string): boolean =>
    negators.has(word) || suffixes.some((suffix) => word.endsWith(suffix));
  return (text) => {
    const parts: string[] = [];
    let first = -1; // place of the negation that holds here, -1 without one
    let end = 0;
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
      parts.push(text.slice(end, index));
      end = index + token.length;
      if (isMark(token) || contrasts.has(token)) first = -1;
      else if (continuers.has(token)) first = parts.length;
      else if (isNegator(token)) {
        if (first >= 0) {
          undo(parts, first);
          first = -1;
          continue;
        }
        first = parts.length;
      } else if (first >= 0) {
        parts.push(mark(token));
        continue;
      }
      parts.push(token);
    }
    return parts.join('') + text.slice(end);
  };
}

function mark(word: string): string {
  return `${MARK}${word.replaceAll(/['’]/g, (apostrophe) => `${apostrophe}${MARK}`)}`;
}

/** Takes the negation at place `first` away, and its marks off the words behind it. */
function undo(parts: string[], first: number): void {
  parts[first] = '';
  for (let i = first + 1; i < parts.length; i++) parts[i] = parts[i].replaceAll(MARK, '');
}

function isMark(token: string): boolean {
  return !/^[\p{L}\p{N}_]/u.test(token);
}
