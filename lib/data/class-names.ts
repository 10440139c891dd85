import { isRecord } from '../params/schema.ts';
import { readJson } from './json-files.ts';

/**
 * What people call the classes of `target`, by value as text, from the description that fetch wrote.
 *
 * @param file - null: no description, no names.
 */
export function readClassNames(file: string | null, target: string | null): Record<string, string> {
  const description = file === null ? null : readJson(file);
  const columns =
    isRecord(description) && Array.isArray(description.columns) ? description.columns : [];
  const column: unknown = columns.find(
    (candidate) => isRecord(candidate) && candidate.name === target,
  );
  const classes = isRecord(column) && isRecord(column.classes) ? column.classes : {};
  return Object.fromEntries(Object.entries(classes).map(([value, name]) => [value, String(name)]));
}
