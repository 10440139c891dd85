/** YAML that people write (the catalogue, contracts): read, checked, every problem with its line. */
import { existsSync, readFileSync } from 'node:fs';
import { LineCounter, isCollection, isMap, isNode, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';

export type Keys = readonly (string | number)[];
type Report = (keys: Keys, sentence: string) => void;
/** Reports what is wrong with `value`, which stands under `keys`. */
export type Check = (value: unknown, keys: Keys, report: Report) => void;

export interface YamlFile {
  readonly values: unknown;
  /** Line of the value under `keys`, or of the nearest one around it; the first line is 1. */
  lineOf(keys: Keys): number;
  /** Keys of the map under `keys` as the file has them; those of `values` begin with the numbers. */
  keysOf(keys: Keys): string[];
  /** Reports problems beyond the shape; throws as {@link readYaml} does when there is one. */
  examine(check: (report: Report) => void): void;
}

/** At most this many problems stand in one message. */
const MAX_PROBLEMS = 10;

/**
 * Reads `file` and holds it against `check`.
 *
 * @throws StageError E_DATA when it is missing or no YAML, else with every problem and its line.
 */
export function readYaml(file: string, check: Check, hint: string): YamlFile {
  if (!existsSync(file)) {
    throw new StageError('E_DATA', `${file} must exist; got no such file`, { hint });
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line } = lineCounter.linePos(broken.pos[0]);
    throw new StageError('E_DATA', `${file}:${line} must be YAML; got ${broken.message}`, { hint });
  }
  const lineOf = (keys: Keys): number =>
    lineCounter.linePos(nodeAt(document, keys)?.range?.[0] ?? 0).line;
  const keysOf = (keys: Keys): string[] => {
    const node = document.getIn(keys, true);
    return isMap(node) ? node.items.map(({ key }) => String(key)) : [];
  };
  const examine: YamlFile['examine'] = (find) => {
    const problems: { line: number; sentence: string }[] = [];
    find((keys, sentence) => {
      const name = keys.join('.');
      problems.push({
        line: lineOf(keys),
        sentence: name === '' ? sentence : `${name} ${sentence}`,
      });
    });
    if (problems.length > 0) throw toError(file, problems, hint);
  };
  const values: unknown = document.toJS();
  examine((report) => check(values, [], report));
  return { values, lineOf, keysOf, examine };
}

/** Of one kind: `what` completes "must be". */
export function is(what: string, holds: (value: unknown) => boolean): Check {
  return (value, keys, report) => {
    if (!holds(value)) report(keys, `must be ${what}; got ${show(value)}`);
  };
}

/** A map with these keys and no others. */
export function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const known = { ...required, ...optional };
  return (value, keys, report) => {
    if (!isRecord(value)) {
      report(keys, `must be a map of ${Object.keys(known).join(', ')}; got ${show(value)}`);
      return;
    }
    for (const key of Object.keys(required)) {
      if (!Object.hasOwn(value, key)) report(keys, `must have the key ${key}`);
    }
    for (const [key, item] of Object.entries(value)) {
      const check = Object.hasOwn(known, key) ? known[key] : undefined;
      if (check !== undefined) check(item, [...keys, key], report);
      else report([...keys, key], `is not a key${didYouMean(key, Object.keys(known))}`);
    }
  };
}

/** A map from names to values of one kind. */
export function mapOf(item: Check): Check {
  return (value, keys, report) => {
    if (!isRecord(value)) report(keys, `must be a map; got ${show(value)}`);
    else for (const [key, inner] of Object.entries(value)) item(inner, [...keys, key], report);
  };
}

/** A list of at least one value of one kind. */
export function listOf(item: Check): Check {
  return (value, keys, report) => {
    if (!Array.isArray(value) || value.length === 0) {
      report(keys, `must be a list that is not empty; got ${show(value)}`);
    } else value.forEach((inner, index) => item(inner, [...keys, index], report));
  };
}

export const isText = is('a text', (value) => typeof value === 'string' && value.trim() !== '');

/** A value as messages show it. */
export function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function toError(
  file: string,
  problems: readonly { line: number; sentence: string }[],
  hint: string,
): StageError {
  const lines = problems
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, sentence }) => `${file}:${line} ${sentence}`);
  const nMore = lines.length - MAX_PROBLEMS;
  const shown = lines.slice(0, MAX_PROBLEMS).join('\n  ');
  return new StageError('E_DATA', nMore > 0 ? `${shown}\n  and ${nMore} more` : shown, { hint });
}

/** The key of a map entry says its line better than its value, which may begin on the next one. */
function nodeAt(document: Document, keys: Keys): Node | null {
  let node: unknown = document.contents;
  let found = isNode(node) ? node : null;
  for (const key of keys) {
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => String(item.key) === String(key))
      : undefined;
    node = pair === undefined ? node.get(key, true) : pair.value;
    if (pair !== undefined && isNode(pair.key)) found = pair.key;
    else if (isNode(node)) found = node;
  }
  return found;
}
