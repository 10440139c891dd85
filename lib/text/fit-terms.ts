/** Learns terms and their weights from the texts of train, as scikit-learn's TfidfVectorizer does. */
import { StageError } from '../errors.ts';
import { createAnalyzer, tokenize } from './analyzer.ts';
import { createNgramIndex } from './ngram-index.ts';
import { listStopWords } from './stop-words.ts';
import { addWord } from './terms.ts';
import type { Terms } from './terms.ts';
import type { TermsParams } from './vectorize-params.ts';

const N_CODE_POINTS = 0x110000;

/** Texts go in one after another; what is kept of them are the counts of their n-grams. */
export interface TermsFit {
  /** null is a text without a term. */
  add(text: string | null): void;
  /**
   * @param source - What messages call the texts.
   * @throws StageError E_DATA when no text holds a term, E_PARAMS when `min_df` and `max_df` keep none.
   */
  finish(source: string): Terms;
}

/**
 * Terms that stand in fewer than `minDf` or more than `maxDf` texts are left out; of the rest the `maxFeatures` that
 * stand there most often stay, of equals the first by code points. (scikit-learn takes those of equals that an
 * unstable sort of NumPy puts first, which differ between processors.)
 */
export function startTermsFit(options: TermsParams): TermsFit {
  const stopWords = listStopWords(options.stopWords).flatMap((word) =>
    tokenize(word, { lowercase: options.lowercase, strip_accents: options.stripAccents }),
  );
  const settings = {
    analyzer: options.analyzer,
    ngram_range: options.ngramRange,
    lowercase: options.lowercase,
    strip_accents: options.stripAccents,
    stop_words: [...new Set(stopWords)].sort(),
    ...(options.negations.length > 0 && { negations: options.negations }),
  };
  const words = new Map<string, number>();
  const analyze = createAnalyzer(settings, (word) => addWord(words, word));
  const index = createNgramIndex();
  // by node: how often it was met, in how many texts, and in which text last
  let counts = new Uint32Array(2 ** 15);
  let frequencies = new Uint32Array(2 ** 15);
  let lastTexts = new Uint32Array(2 ** 15);
  let nTexts = 0;

  function count(node: number): void {
    while (node >= counts.length) {
      counts = enlarge(counts);
      frequencies = enlarge(frequencies);
      lastTexts = enlarge(lastTexts);
    }
    counts[node]++;
    if (lastTexts[node] === nTexts) return;
    lastTexts[node] = nTexts;
    frequencies[node]++;
  }

  return {
    add(text) {
      nTexts++;
      if (text === null) return;
      analyze(text, (units, n, min, max) => {
        for (let start = 0; start < n; start++) {
          const longest = Math.min(max, n - start);
          for (let length = 1, node = 0; length <= longest; length++) {
            node = index.add(node, units[start + length - 1]);
            if (length >= min) count(node);
          }
        }
      });
    },
    finish(source) {
      const tokens = [...words.keys()];
      const isWord = options.analyzer === 'word';
      // a space comes before all that words are made of, so that the order of n-grams is that of their words
      const ranks = rankWords(tokens);
      const nodes = isWord
        ? index.inOrder((unit) => ranks[unit], ranks.length)
        : index.inOrder((codePoint) => codePoint, N_CODE_POINTS);
      const met = nodes.filter((node) => counts[node] > 0);
      if (met.length === 0) throw createEmptyError(source, nTexts);
      const [least, most] = boundsOf(options, nTexts);
      const kept = met.filter((node) => frequencies[node] >= least && frequencies[node] <= most);
      if (kept.length === 0) throw createPrunedError(source, met.length);
      const termOf = (node: number): string => {
        const units = index.unitsOf(node);
        if (!isWord) return String.fromCodePoint(...units);
        return units.map((unit) => tokens[unit]).join(' ');
      };
      const terms = Array.from(selectMostFrequent(kept, counts, options.maxFeatures));
      const idf = terms.map((node) => 1 + Math.log((1 + nTexts) / (1 + frequencies[node])));
      return {
        ...settings,
        sublinear_tf: options.sublinearTf,
        norm: options.norm,
        vocabulary: terms.map(termOf),
        idf: options.useIdf ? idf : null,
      };
    },
  };
}

/** Fewest and most texts that hold a term that is kept. */
function boundsOf({ minDf, maxDf }: TermsParams, nTexts: number): [number, number] {
  const toTexts = (value: number): number => (value < 1 ? value * nTexts : value);
  const bounds: [number, number] = [toTexts(minDf), maxDf === null ? nTexts : toTexts(maxDf)];
  if (bounds[0] <= bounds[1]) return bounds;
  throw new StageError(
    'E_PARAMS',
    `vectorize.max_df must be no fewer rows than vectorize.min_df; got ${bounds[1]} and ${bounds[0]} of ${nTexts} rows`,
  );
}

/** The nodes met most often, of equals the first, in their order. */
function selectMostFrequent(
  nodes: Uint32Array,
  counts: Uint32Array,
  limit: number | null,
): Uint32Array {
  if (limit === null || nodes.length <= limit) return nodes;
  const least = nodes.map((node) => counts[node]).sort()[nodes.length - limit];
  let nOpen = limit - nodes.filter((node) => counts[node] > least).length;
  return nodes.filter((node) => counts[node] > least || (counts[node] === least && nOpen-- > 0));
}

/** The place of each word in the order of their code points. */
function rankWords(words: readonly string[]): Uint32Array {
  const order = words.map((_, i) => i).sort((a, b) => compareCodePoints(words[a], words[b]));
  const ranks = new Uint32Array(words.length);
  for (const [rank, i] of order.entries()) ranks[i] = rank;
  return ranks;
}

/** UTF-16 puts what needs two units between others. */
function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitA !== unitB) return rankUnit(unitA) - rankUnit(unitB);
  }
  return a.length - b.length;
}

/** Surrogates after all other units. */
function rankUnit(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function enlarge(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function createEmptyError(source: string, nTexts: number): StageError {
  return new StageError('E_DATA', `${source} must hold a term; got none in ${nTexts} texts`, {
    hint: 'the texts are empty, or of stop words alone; name another column with vectorize.column, or fewer vectorize.stop_words',
  });
}

function createPrunedError(source: string, nTerms: number): StageError {
  return new StageError(
    'E_PARAMS',
    `vectorize.min_df and vectorize.max_df must keep a term of ${source}; got none of ${nTerms}`,
    { hint: 'a lower min_df or a higher max_df keeps more' },
  );
}
