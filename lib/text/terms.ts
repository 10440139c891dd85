/**
 * One kind of terms with their weights, and texts as sparse rows by it: TF-IDF as scikit-learn's TfidfVectorizer defines
 * it, computed in double precision and stored in single.
 */
import type { CsrMatrix } from '../sparse/csr.ts';
import { createAnalyzer } from './analyzer.ts';
import type { AnalyzerSettings } from './analyzer.ts';
import { NEGATION_LANGUAGES } from './negations.ts';
import { createNgramIndex } from './ngram-index.ts';
import { createRowBuilder } from './row-builder.ts';
import { ACCENT_METHODS, ANALYZERS, NORMS } from './vectorize-params.ts';

/** Fitted; plain data. */
export interface Terms extends AnalyzerSettings {
  readonly sublinear_tf: boolean;
  readonly norm: (typeof NORMS)[number];
  /** In the order of the columns, that of their code points; words of an n-gram are parted by a space. */
  readonly vocabulary: readonly string[];
  /** Weight of each term, shape (number of terms); null: all 1. */
  readonly idf: readonly number[] | null;
}

/** Texts as rows, one for each, in their order; null is a text without a term, a row without values. */
export type Vectorize = (texts: Iterable<string | null>) => CsrMatrix;

/** Prepares the vocabulary for many blocks of texts; rows are of shape (number of texts, number of terms). */
export function openTerms(terms: Terms): Vectorize {
  const { vocabulary, idf, analyzer } = terms;
  const index = createNgramIndex();
  const words = new Map<string, number>();
  const unitsOf =
    analyzer === 'word'
      ? (term: string) => term.split(' ').map((word) => addWord(words, word))
      : codePointsOf;
  const nodes = vocabulary.map((term) => unitsOf(term).reduce(index.add.bind(index), 0));
  const columns = new Int32Array(index.size()).fill(-1);
  for (const [column, node] of nodes.entries()) columns[node] = column;
  const weights = Float64Array.from(idf ?? vocabulary.map(() => 1));
  const analyze = createAnalyzer(terms, (word) => words.get(word) ?? -1);

  const builder = createRowBuilder(vocabulary.length, { ...terms, weights });

  return (texts) => {
    for (const text of texts) {
      if (text !== null) {
        analyze(text, (units, n, min, max) => {
          for (let start = 0; start < n; start++) {
            const longest = Math.min(max, n - start);
            for (let length = 1, node = 0; length <= longest; length++) {
              node = index.find(node, units[start + length - 1]);
              if (node < 0) break;
              if (length >= min && columns[node] >= 0) builder.count(columns[node]);
            }
          }
        });
      }
      builder.endRow();
    }
    return builder.build();
  };
}

/** Whether what was read as JSON has the shape of {@link Terms}. */
export function areTerms(state: Record<string, unknown>): boolean {
  const { ngram_range: range, stop_words: stopWords, negations = [], vocabulary, idf } = state;
  const isIn = (values: readonly unknown[], key: string): boolean => values.includes(state[key]);
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) > 0;
  return (
    isIn(ANALYZERS, 'analyzer') &&
    isIn([...ACCENT_METHODS, null], 'strip_accents') &&
    isIn(NORMS, 'norm') &&
    isIn([true, false], 'lowercase') &&
    isIn([true, false], 'sublinear_tf') &&
    Array.isArray(range) &&
    range.length === 2 &&
    range.every(isCount) &&
    range[0] <= range[1] &&
    isListOfTexts(stopWords) &&
    Array.isArray(negations) &&
    negations.every((language) => NEGATION_LANGUAGES.includes(language)) &&
    isListOfTexts(vocabulary) &&
    vocabulary.length > 0 &&
    (idf === null ||
      (Array.isArray(idf) &&
        idf.length === vocabulary.length &&
        idf.every((weight) => Number.isFinite(weight) && weight > 0)))
  );
}

/** Different texts, none empty. */
function isListOfTexts(value: unknown): value is string[] {
  const isText = (item: unknown): boolean => typeof item === 'string' && item !== '';
  return Array.isArray(value) && value.every(isText) && new Set(value).size === value.length;
}

/** The number of a word; a new one gets the next. */
export function addWord(words: Map<string, number>, word: string): number {
  const known = words.get(word);
  if (known !== undefined) return known;
  words.set(word, words.size);
  return words.size - 1;
}

function codePointsOf(term: string): number[] {
  return Array.from(term, (character) => character.codePointAt(0)!);
}
