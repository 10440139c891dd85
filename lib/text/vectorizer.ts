/**
 * The fitted state of a text vectorizer, and texts as sparse rows by it: TF-IDF as scikit-learn's TfidfVectorizer
 * defines it, computed in double precision and stored in single.
 */
import { parseFittedState } from '../preprocessing/fitted-state.ts';
import type { FittedState } from '../preprocessing/fitted-state.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { createAnalyzer } from './analyzer.ts';
import type { AnalyzerSettings } from './analyzer.ts';
import { createNgramIndex } from './ngram-index.ts';
import { createRowBuilder } from './row-builder.ts';
import { ACCENT_METHODS, ANALYZERS, NORMS } from './vectorize-params.ts';

/** Fitted state; plain data, the file models/preprocessing/vectorizer.json. */
export interface Vectorizer extends FittedState<'timberline-vectorizer'>, AnalyzerSettings {
  /** Column of the texts. */
  readonly column: string;
  readonly sublinear_tf: boolean;
  readonly norm: (typeof NORMS)[number];
  readonly n_samples_seen: number;
  /** Terms in the order of the columns, that of their code points; words of an n-gram are parted by a space. */
  readonly vocabulary: readonly string[];
  /** Weight of each term, shape (number of terms); null: all 1. */
  readonly idf: readonly number[] | null;
}

/** Texts as rows; null is a text without a term. */
export type Vectorize = (texts: Iterable<string | null>) => CsrMatrix;

/**
 * Texts as rows, one for each, in their order. A text without a term of the vocabulary is a row without values.
 * For many blocks of texts {@link openVectorizer} prepares the vocabulary once.
 *
 * @returns Shape (number of texts, number of terms).
 */
export function applyVectorizer(vectorizer: Vectorizer, texts: Iterable<string | null>): CsrMatrix {
  return openVectorizer(vectorizer)(texts);
}

/** {@link applyVectorizer} for many blocks of texts. */
export function openVectorizer(vectorizer: Vectorizer): Vectorize {
  const { vocabulary, idf, analyzer } = vectorizer;
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
  const analyze = createAnalyzer(vectorizer, (word) => words.get(word) ?? -1);

  return (texts) => {
    const builder = createRowBuilder(vocabulary.length, { ...vectorizer, weights });
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

/**
 * Checks a state that was read as JSON.
 *
 * @throws StageError E_DATA naming `source` when it is no vectorizer, or one whose fields do not fit together.
 */
export function parseVectorizer(value: unknown, source: string): Vectorizer {
  return parseFittedState<Vectorizer>(value, 'timberline-vectorizer', hasShape, source);
}

function hasShape(state: Record<string, unknown>): boolean {
  const { ngram_range: range, stop_words: stopWords, vocabulary, idf } = state;
  const isIn = (values: readonly unknown[], key: string): boolean => values.includes(state[key]);
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) > 0;
  return (
    typeof state.column === 'string' &&
    isIn(ANALYZERS, 'analyzer') &&
    isIn([...ACCENT_METHODS, null], 'strip_accents') &&
    isIn(NORMS, 'norm') &&
    isIn([true, false], 'lowercase') &&
    isIn([true, false], 'sublinear_tf') &&
    isCount(state.n_samples_seen) &&
    Array.isArray(range) &&
    range.length === 2 &&
    range.every(isCount) &&
    range[0] <= range[1] &&
    isListOfTexts(stopWords) &&
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
