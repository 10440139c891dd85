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
  const spellings = indexSpellings(vegetables);
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

interface Spelling {
  readonly letters: string;
  readonly vegetable: string;
  readonly bits: Letters;
}

interface Spellings {
  readonly vegetables: ReadonlyMap<string, string>;
  readonly byLength: ReadonlyMap<number, readonly Spelling[]>;
}

function indexSpellings(vegetables: Vegetables): Spellings {
  const owners = new Map<string, string>();
  for (const [vegetable, names] of Object.entries(vegetables)) {
    for (const name of names) owners.set(toLetters(name), vegetable);
  }
  const all = [...owners].map(([letters, vegetable]) => ({
    ...{ letters, vegetable },
    bits: lettersOf(letters),
  }));
  return { vegetables: owners, byLength: Map.groupBy(all, ({ letters }) => letters.length) };
}

/** Small letters without accents, and nothing else: `brusselssprout` of "Brussels Sprout". */
export function toLetters(name: string): string {
  const small = name.normalize('NFKD').toLowerCase();
  return small
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function resolveLetters(letters: string, { vegetables, byLength }: Spellings): ResolvedName {
  const exact = vegetables.get(letters);
  if (exact !== undefined) return { vegetable: exact, match: 'dictionary' };
  const limit = maxDistance(letters.length);
  const bits = lettersOf(letters);
  const nearest = new Map<string, number>();
  const add = (vegetable: string, differences: number): void => {
    const known = nearest.get(vegetable) ?? Infinity;
    if (differences <= limit && differences < known) nearest.set(vegetable, differences);
  };
  for (let length = letters.length - limit; length <= letters.length + limit; length++) {
    for (const spelling of byLength.get(length) ?? []) {
      const first = letters[0] === spelling.letters[0] ? 0 : 1;
      if (differsByMore(bits, spelling.bits, limit - first)) continue;
      const isSwapped = haveSwappedNeighbours(letters, spelling.letters);
      add(spelling.vegetable, isSwapped ? 1 : first + distance(letters, spelling.letters));
    }
  }
  const [best, second] = [...nearest].toSorted(([, a], [, b]) => a - b);
  if (best === undefined || best[1] === second?.[1]) return { vegetable: null, match: 'none' };
  return { vegetable: best[0], match: 'spelling' };
}

/** Which letters a text has, and which of them more than once, as bits; letters share bits. */
interface Letters {
  readonly once: number;
  readonly twice: number;
}

function lettersOf(text: string): Letters {
  let [once, twice] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const bit = 1 << (text.charCodeAt(i) & 31);
    twice |= once & bit;
    once |= bit;
  }
  return { once, twice };
}

/** Whether the edit distance must be above `limit`: letters that the other lacks are replaced or left out. */
function differsByMore(a: Letters, b: Letters, limit: number): boolean {
  return countLacking(a, b) > limit || countLacking(b, a) > limit;
}

function countLacking(a: Letters, b: Letters): number {
  return countBits(a.once & ~b.once) + countBits(a.twice & ~b.twice);
}

/** @see Henry S. Warren, Hacker's Delight, 2nd edition, 2012, figure 5-2 */
function countBits(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Whether two different texts are one but for two neighbouring letters in the other order. */
function haveSwappedNeighbours(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let i = 0;
  while (a[i] === b[i]) i++;
  return a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2);
}

function maxDistance(nLetters: number): number {
  if (nLetters <= 3) return 0;
  if (nLetters <= 5) return 1;
  return nLetters <= 8 ? 2 : 3;
}
