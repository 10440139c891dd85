/** data/vegetables.yaml: the spellings of vegetables in several languages, by their clean English names. */
import type { Vegetables } from '../ingestion/names.ts';
import { toLetters } from '../ingestion/names.ts';
import { isText, listOf, mapOf, readYaml } from './yaml-file.ts';

const HINT = 'the comment at the top of data/vegetables.yaml tells what an entry holds';

/**
 * @throws StageError E_DATA with every problem and its line: a file that is missing or of another shape, one
 *   spelling of two vegetables.
 */
export function readVegetables(file: string): Vegetables {
  const yaml = readYaml(file, mapOf(mapOf(listOf(isText))), HINT);
  const entries = yaml.values as Readonly<Record<string, Readonly<Record<string, string[]>>>>;
  const owners = new Map<string, string>();
  const vegetables: Record<string, string[]> = {};
  yaml.examine((report) => {
    for (const [vegetable, languages] of Object.entries(entries)) {
      vegetables[vegetable] = [vegetable, ...Object.values(languages).flat()];
      for (const name of vegetables[vegetable]) {
        const owner = owners.get(toLetters(name)) ?? vegetable;
        if (owner !== vegetable) report([vegetable], `has "${name}", which is a name of ${owner}`);
        owners.set(toLetters(name), owner);
      }
    }
  });
  return vegetables;
}
