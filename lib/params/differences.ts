import { isRecord } from './schema.ts';

/** A parameter that is not the same on both sides; undefined: it is not there. */
export interface Difference {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What differs between two sets of parameters, in the order of `after`; a list counts as one value. */
export function listDifferences(before: unknown, after: unknown, prefix = ''): Difference[] {
  // a map that is on one side only is told by its parameters
  const a = before === undefined && isRecord(after) ? {} : before;
  const b = after === undefined && isRecord(before) ? {} : after;
  if (isRecord(a) && isRecord(b)) {
    const keys = [...new Set([...Object.keys(b), ...Object.keys(a)])];
    return keys.flatMap((key) =>
      listDifferences(a[key], b[key], prefix === '' ? key : `${prefix}.${key}`),
    );
  }
  return isEqual(before, after) ? [] : [{ key: prefix, before, after }];
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  }
  if (isRecord(a) && isRecord(b)) return listDifferences(a, b).length === 0;
  return Object.is(a, b);
}
