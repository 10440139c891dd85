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
