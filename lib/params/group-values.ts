import { isRecord } from './schema.ts';

/**
 * A group of the values of a params file, by its dotted name, without what it says of `base`; and that.
 *
 * @returns undefined for what is not there.
 */
export function findGroup(values: unknown, name: string): { values: unknown; base: unknown } {
  const group = name
    .split('.')
    .reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), values);
  if (!isRecord(group)) return { values: group, base: undefined };
  const { base, ...own } = group;
  return { values: own, base };
}
