import { StageError, listExamples } from './errors.ts';

/** `Soil_Type{1..40}` is short for Soil_Type1 to Soil_Type40, as shells have it. */
const RANGE = /^(.*)\{(\d+)\.\.(\d+)\}(.*)$/s;

/** The names that `name` stands for: itself, unless it holds a range; both ends are included. */
export function expandNames(name: string): string[] {
  const [, before, first, last, after] = RANGE.exec(name) ?? [];
  if (before === undefined) return [name];
  const numbers = Array.from(
    { length: Number(last) - Number(first) + 1 },
    (_, i) => Number(first) + i,
  );
  return numbers.map((number) => `${before}${number}${after}`);
}

/** Inverse of {@link expandNames} for names that differ in a number at their end, counted up by one. */
export function foldNames(names: readonly string[]): string | null {
  const parts = names.map((name) => /^(.*?)(0|[1-9]\d*)$/s.exec(name));
  const [, prefix, first] = parts[0] ?? [];
  const isRun = parts.every(
    (part, i) => part !== null && part[1] === prefix && Number(part[2]) === Number(first) + i,
  );
  return names.length > 1 && isRun
    ? `${prefix}{${first}..${Number(first) + names.length - 1}}`
    : null;
}

/** Whether `name` is `pattern`, in which a `*` stands for any text. */
export function matchesPattern(pattern: string, name: string): boolean {
  const literals = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's').test(name);
}

/**
 * The names that a list of patterns selects, in their own order: each pattern adds what it matches, or
 * takes it away again where a `!` stands in front.
 *
 * @returns Names, and the patterns that match none.
 */
export function selectNames(
  patterns: readonly string[],
  names: readonly string[],
): { selected: string[]; unmatched: string[] } {
  const chosen = new Set<string>();
  const unmatched: string[] = [];
  for (const pattern of patterns) {
    const isTakenAway = pattern.startsWith('!');
    const bare = isTakenAway ? pattern.slice(1) : pattern;
    const matching = names.filter((name) => matchesPattern(bare, name));
    if (matching.length === 0) unmatched.push(pattern);
    for (const name of matching) {
      if (isTakenAway) chosen.delete(name);
      else chosen.add(name);
    }
  }
  return { selected: names.filter((name) => chosen.has(name)), unmatched };
}

/**
 * The names that the patterns of a parameter select, as {@link selectNames} does.
 *
 * @param parameter - As messages call it: `train.mlp.columns`.
 * @throws StageError E_PARAMS when a pattern matches none, or they leave none.
 */
export function requireNames(
  patterns: readonly string[],
  names: readonly string[],
  parameter: string,
): string[] {
  const { selected, unmatched } = selectNames(patterns, names);
  if (unmatched.length === 0 && selected.length > 0) return selected;
  const got =
    unmatched.length > 0
      ? `${listExamples(unmatched)}, which no feature has`
      : `${listExamples(patterns)}, which leave none`;
  throw new StageError('E_PARAMS', `${parameter} must select features; got ${got}`, {
    hint: `the features are ${listExamples(names)}`,
  });
}
