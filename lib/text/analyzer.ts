/**
 * Texts as sequences of units, words or characters, as scikit-learn's text vectorizers cut them.
 *
 * Characters are Unicode's code points. A word is two or more letters, digits or `_` in a row, its token pattern
 * `(?u)\b\w\w+\b`; marks that stand by themselves are none of these.
 */
import { createNegationMarker } from './negations.ts';
import type { NegationLanguage } from './negations.ts';
import type { ACCENT_METHODS, ANALYZERS } from './vectorize-params.ts';

export interface AnalyzerSettings {
  readonly analyzer: (typeof ANALYZERS)[number];
  /** Fewest and most units of an n-gram. */
  readonly ngram_range: readonly [number, number];
  readonly lowercase: boolean;
  readonly strip_accents: (typeof ACCENT_METHODS)[number] | null;
  /** Words as {@link tokenize} gives them. */
  readonly stop_words: readonly string[];
  /** Languages whose negations mark the words within them; absent: none. */
  readonly negations?: readonly NegationLanguage[];
}

/** Gets a sequence of `n` units, and the lengths of its n-grams: every run of `min` to `max` units is one. */
export type VisitSequence = (units: Int32Array, n: number, min: number, max: number) => void;

/** Analyses one text; `visit` is called for each of its sequences, whose array holds them until then. */
export type Analyzer = (text: string, visit: VisitSequence) => void;

const WORD = /[\p{L}\p{N}_]{2,}/gu;
const SPACE = 0x20;

/**
 * @param unitOf - The unit of a word, 0 or more, or -1 for one that no n-gram holds; a character is its code point.
 */
export function createAnalyzer(
  settings: AnalyzerSettings,
  unitOf: (word: string) => number,
): Analyzer {
  const [min, max] = settings.ngram_range;
  const preprocess = createPreprocessor(settings);
  const sequence = createSequence();
  switch (settings.analyzer) {
    case 'word': {
      const stopWords = new Set(settings.stop_words);
      return (text, visit) => {
        sequence.clear();
        for (const word of preprocess(text).match(WORD) ?? []) {
          if (!stopWords.has(word)) sequence.push(unitOf(word));
        }
        visit(sequence.units(), sequence.length(), min, max);
      };
    }
    case 'char':
      return (text, visit) => {
        sequence.clear();
        pushCollapsed(preprocess(text), sequence.push);
        visit(sequence.units(), sequence.length(), min, max);
      };
    case 'char_wb':
      return (text, visit) => {
        const visitWord = (): void => {
          if (sequence.length() === 1) return;
          sequence.push(SPACE);
          const n = sequence.length();
          // a word with fewer characters is an n-gram as a whole
          visit(sequence.units(), n, Math.min(min, n), max);
        };
        const begin = (): void => {
          sequence.clear();
          sequence.push(SPACE);
        };
        begin();
        for (const character of preprocess(text)) {
          const code = character.codePointAt(0)!;
          if (!isWhite(code)) {
            sequence.push(code);
            continue;
          }
          visitWord();
          begin();
        }
        visitWord();
      };
  }
}

/** The words of a text, preprocessed; stop words are among them. */
export function tokenize(
  text: string,
  settings: Pick<AnalyzerSettings, 'lowercase' | 'strip_accents'>,
): string[] {
  return createPreprocessor(settings)(text).match(WORD) ?? [];
}

function createPreprocessor({
  lowercase,
  strip_accents: accents,
  negations = [],
}: Pick<AnalyzerSettings, 'lowercase' | 'strip_accents' | 'negations'>): (text: string) => string {
  const strip = accents === null ? null : accents === 'ascii' ? toAscii : stripAccents;
  const mark = negations.length === 0 ? null : createNegationMarker(negations);
  return (text) => {
    const lower = lowercase ? text.toLowerCase() : text;
    // before accents are taken off, which the words of negations have
    const marked = mark === null ? lower : mark(lower);
    return strip === null ? marked : strip(marked);
  };
}

function toAscii(text: string): string {
  return text.normalize('NFKD').replace(/\P{ASCII}/gu, '');
}

function stripAccents(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, (mark) => (isCombining(mark) ? '' : mark));
}

/** Of all marks the one that is ordered last. */
const LAST_MARK = '\u0345';

/** Whether the canonical combining class of a mark is not 0: only such a mark moves before the last one. */
function isCombining(mark: string): boolean {
  return mark === LAST_MARK || `a${LAST_MARK}${mark}`.normalize('NFD') !== `a${LAST_MARK}${mark}`;
}

/** Two or more white characters in a row count as one space; one alone stays what it is. */
function pushCollapsed(text: string, push: (unit: number) => void): void {
  let nWhite = 0;
  let white = SPACE;
  const flush = (): void => {
    if (nWhite > 0) push(nWhite > 1 ? SPACE : white);
    nWhite = 0;
  };
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (isWhite(code)) {
      nWhite++;
      white = code;
      continue;
    }
    flush();
    push(code);
  }
  flush();
}

/** As Python's str.isspace. */
function isWhite(code: number): boolean {
  if (code <= SPACE) return code === SPACE || (code >= 9 && code <= 13) || code >= 0x1c;
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  return (
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    [0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(code)
  );
}

/** An array of units that grows. */
function createSequence(): {
  clear(): void;
  push(unit: number): void;
  length(): number;
  units(): Int32Array;
} {
  let units = new Int32Array(1024);
  let n = 0;
  return {
    clear() {
      n = 0;
    },
    push(unit) {
      if (n === units.length) {
        const larger = new Int32Array(2 * n);
        larger.set(units);
        units = larger;
      }
      units[n++] = unit;
    },
    length: () => n,
    units: () => units,
  };
}
