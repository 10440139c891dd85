import { closest, distance } from 'fastest-levenshtein';

/** The known word that begins with `word`, or the nearest when few letters differ (a third, at least 2); else null. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const longer = known.find((candidate) => word.length > 1 && candidate.startsWith(word));
  if (longer !== undefined) return longer;
  const candidate = closest(word, [...known]);
  const limit = Math.max(2, Math.floor(word.length / 3));
  return distance(word, candidate) <= limit ? candidate : null;
}

/** "; did you mean x?" or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = nearest(word, known);
  return candidate === null ? '' : `; did you mean ${candidate}?`;
}
