/** Names of vegetables as people write them, and the clean English name of each. */
import { distance } from 'fastest-levenshtein';

/** Spellings of each vegetable in all languages, by its clean English name, which is one of them. */
export type Vegetables = Readonly<Record<string, readonly string[]>>;

/** `spelling`: no known name, but near to one. */
export type NameMatch = 'dictionary' | 'spelling' | 'none';

export interface ResolvedName {
  /** Clean English; null: it cannot be told. */
  readonly vegetable: string | null;
  readonly match: NameMatch;
}

/** Names remembered; a sender of more different ones only waits for them again. */
const MAX_REMEMBERED = 100_000;

/**
 * Makes the function that gives a written name its vegetable. Case, accents, hyphens, spaces and apostrophes make
 * no difference. What is no known spelling must differ from one by few letters (none of a name of up to 3 letters,
 * 1 of up to 5, 2 of up to 8, else 3), and from every spelling of any other vegetable by more. Two neighbouring
 * letters in the wrong order are one difference where all others are right; a wrong first letter counts twice,
 * since that is where few people err.
 */
export function createNameResolver(vegetables: Vegetables): (written: string) => ResolvedName {
  const spellings = new Map<string, string>();
  for (const [vegetable, names] of Object.entries(vegetables)) {
    for (const name of names) spellings.set(toLetters(name), vegetable);
  }
  const remembered = new Map<string, ResolvedName>();
  return (written) => {
    const known = remembered.get(written);
    if (known !== undefined) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const resolved = resolveLetters(toLetters(written), spellings);
    remembered.set(written, resolved);
    return resolved;
  };
}

/** Small letters without accents, and nothing else: `brusselssprout` of "Brussels Sprout". */
export function toLetters(name: string): string {
  const small = name.normalize('NFKD').toLowerCase();
  return small
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function resolveLetters(letters: string, spellings: ReadonlyMap<string, string>): ResolvedName {
  const exact = spellings.get(letters);
  if (exact !== undefined) return { vegetable: exact, match: 'dictionary' };
  const limit = maxDistance(letters.length);
  const nearest = new Map<string, number>();
  const add = (vegetable: string, differences: number): void => {
    const known = nearest.get(vegetable) ?? Infinity;
    if (differences <= limit && differences < known) nearest.set(vegetable, differences);
  };
  for (const [spelling, vegetable] of spellings) {
    if (Math.abs(spelling.length - letters.length) > limit) continue;
    const first = letters[0] === spelling[0] ? 0 : 1;
    add(vegetable, first + distance(letters, spelling));
  }
  for (const swapped of swapNeighbours(letters)) {
    const vegetable = spellings.get(swapped);
    if (vegetable !== undefined) add(vegetable, 1);
  }
  const [best, second] = [...nearest].toSorted(([, a], [, b]) => a - b);
  if (best === undefined || best[1] === second?.[1]) return { vegetable: null, match: 'none' };
  return { vegetable: best[0], match: 'spelling' };
}

/** Each text that has two neighbouring letters in the other order. */
function swapNeighbours(letters: string): string[] {
  return Array.from(
    { length: Math.max(0, letters.length - 1) },
    (_, i) => letters.slice(0, i) + letters[i + 1] + letters[i] + letters.slice(i + 2),
  );
}

function maxDistance(nLetters: number): number {
  if (nLetters <= 3) return 0;
  if (nLetters <= 5) return 1;
  return nLetters <= 8 ? 2 : 3;
}
