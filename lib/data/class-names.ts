import { isRecord } from '../params/schema.ts';
import { readJson } from './json-files.ts';

/**
 * What people call the classes of `target`, by value as text, from the description that fetch wrote.
 *
 * @param file - null: no description, no names.
 */
export function readClassNames(file: string | null, target: string | null): Record<string, string> {
  const column = readColumns(file).find(({ name }) => name === target);
  const classes = isRecord(column?.classes) ? column.classes : {};
  return Object.fromEntries(Object.entries(classes).map(([value, name]) => [value, String(name)]));
}

/**
 * What the numbers of a column are in, by the name of the column, from the same description.
 *
 * @param file - null: no description, no units.
 */
export function readUnits(file: string | null): Record<string, string> {
  return Object.fromEntries(
    readColumns(file).flatMap(({ name, unit }) =>
      typeof name === 'string' && typeof unit === 'string' ? [[name, unit]] : [],
    ),
  );
}

function readColumns(file: string | null): Record<string, unknown>[] {
  const description = file === null ? null : readJson(file);
  const columns = isRecord(description) ? description.columns : [];
  return Array.isArray(columns) ? columns.filter(isRecord) : [];
}
