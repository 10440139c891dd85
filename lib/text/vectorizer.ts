/**
 * The fitted state of a text vectorizer, and texts as sparse rows by it: kinds of terms side by side, as scikit-learn's
 * FeatureUnion of TfidfVectorizers has them, or one alone.
 */
import { isRecord } from '../params/schema.ts';
import { parseFittedState } from '../preprocessing/fitted-state.ts';
import type { FittedState } from '../preprocessing/fitted-state.ts';
import type { CsrMatrix } from '../sparse/csr.ts';
import { stackColumns } from '../sparse/stack-columns.ts';
import { areTerms, openTerms } from './terms.ts';
import type { Terms, Vectorize } from './terms.ts';

/** Fitted state; plain data, the file models/preprocessing/vectorizer.json. */
export interface Vectorizer extends FittedState<'timberline-vectorizer'> {
  /** Column of the texts. */
  readonly column: string;
  readonly n_samples_seen: number;
  /** In the order of their columns. */
  readonly blocks: readonly TermBlock[];
}

interface TermBlock extends Terms {
  /** null: the only one. */
  readonly name: string | null;
}

/** Names of the columns, in their order: a term, behind the name of its block where blocks have one. */
export function termNames({ blocks }: Vectorizer): string[] {
  return blocks.flatMap(({ name, vocabulary }) =>
    vocabulary.map((term) => (name === null ? term : `${name}__${term}`)),
  );
}

/**
 * Texts as rows, one for each, in their order; null is a text without a term. A text without a term of the vocabulary
 * is a row without values. For many blocks of texts {@link openVectorizer} prepares the vocabulary once.
 *
 * @returns Shape (number of texts, number of terms).
 */
export function applyVectorizer(vectorizer: Vectorizer, texts: Iterable<string | null>): CsrMatrix {
  return openVectorizer(vectorizer)(texts);
}

/** {@link applyVectorizer} for many blocks of texts. */
export function openVectorizer({ blocks }: Vectorizer): Vectorize {
  const opened = blocks.map(openTerms);
  if (opened.length === 1) return opened[0];
  return (texts) => {
    const read = [...texts];
    return stackColumns(opened.map((vectorize) => vectorize(read)));
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

function hasShape({ column, n_samples_seen: nSamples, blocks }: Record<string, unknown>): boolean {
  if (typeof column !== 'string' || !isCount(nSamples)) return false;
  if (!Array.isArray(blocks) || !blocks.every((block) => isRecord(block) && areTerms(block))) {
    return false;
  }
  const names = (blocks as TermBlock[]).map(({ name }) => name);
  if (names.length === 1 && names[0] === null) return true;
  const areNames = names.every((name) => typeof name === 'string' && name !== '');
  return names.length > 0 && areNames && new Set(names).size === names.length;
}

function isCount(n: unknown): boolean {
  return Number.isSafeInteger(n) && (n as number) > 0;
}
