import { isRecord } from '../params/schema.ts';
import { formatCount } from '../reports/format.ts';
import { readJson } from './json-files.ts';

/** What is said of a data set, as terms and values, from the description that fetch wrote. */
const TERMS = {
  title: 'Data set',
  about: 'About',
  home: 'Home',
  doi: 'DOI',
  licence: 'Licence',
  notice: 'Notice',
  citation: 'Cite as',
} as const;

/**
 * @param file - null: no description, no terms.
 * @returns Pairs of a term and its value, those that the description has; its hash and number of rows last.
 */
export function readDataSource(file: string | null): [term: string, value: string][] {
  const description = file === null ? null : readJson(file);
  if (!isRecord(description)) return [];
  const source = isRecord(description.file) ? description.file : {};
  const pairs: [string, unknown][] = [
    ...Object.entries(TERMS).map(([key, term]): [string, unknown] => [term, description[key]]),
    ['Rows', source.rows],
    ['SHA-256', source.sha256],
  ];
  return pairs.flatMap(([term, value]) =>
    typeof value === 'string'
      ? [[term, value]]
      : typeof value === 'number'
        ? [[term, formatCount(value)]]
        : [],
  );
}
