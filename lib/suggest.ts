import { closest, distance } from 'fastest-levenshtein';

/** The known word nearest to `word` when few letters differ (a third of them, at least 2), else null. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const candidate = closest(word, [...known]);
  const limit = Math.max(2, Math.floor(word.length / 3));
  return distance(word, candidate) <= limit ? candidate : null;
}

/** "; did you mean x?" or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = nearest(word, known);
  return candidate === null ? '' : `; did you mean ${candidate}?`;
}
