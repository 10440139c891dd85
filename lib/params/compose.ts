/**
 * Composes parameters out of the groups of `conf/`, as Hydra does: the files of the defaults list one over
 * another, then overlays, then overrides. Maps merge, everything else is replaced as a whole.
 *
 * Comments and the style of lists come along from the files.
 */
import { Document, YAMLMap, YAMLSeq, isCollection, isMap, isScalar, visit } from 'yaml';
import type { ParsedNode } from 'yaml';
import { didYouMean } from '../suggest.ts';
import { parseConfig } from './config-file.ts';
import type { ConfigFile, ConfigText, Origins, ParamsMap, ParamsPair } from './config-file.ts';
import { PRIMARY, layOutDefaults } from './defaults-list.ts';
import { parseOverride } from './override.ts';
import type { Override } from './override.ts';
import { isRecord } from './schema.ts';

/** A parameter of the result; a list is one parameter. */
export interface ComposedParameter {
  /** `train.mlp.dropout` */
  readonly key: string;
  readonly value: unknown;
  /** `conf/model/quick.yaml:7`, or the override that gave the value. */
  readonly origin: string;
}

export interface Composition {
  /** Option of each group. */
  readonly choices: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly parameters: readonly ComposedParameter[];
  /** The params file, but for its head. */
  readonly text: string;
  /** Each completes one line of a message; empty: the rest is as asked for. */
  readonly problems: readonly string[];
}

/**
 * @param files - Every file under conf/, by its path without the ending: `config`, `model/quick`.
 * @param overlays - Files of parameters that go over the groups.
 * @param overrides - `group=option`, `key=value`, `+key=value`, `++key=value`, `~key`; over all else.
 */
export function compose(
  files: ReadonlyMap<string, ConfigText>,
  overlays: readonly ConfigText[],
  overrides: readonly string[],
): Composition {
  const problems: string[] = [];
  const report = (problem: string): void => {
    if (!problems.includes(problem)) problems.push(problem);
  };
  const origins: Origins = new WeakMap();
  const groups = new Set([...files.keys()].flatMap(listGroups));
  const { chosen, changes } = partOverrides(overrides, groups, report);

  const loaded = new Map<string, ConfigFile>();
  const load = (path: string): ConfigFile => {
    const file = parseConfig(path, files.get(path)!, origins, report);
    loaded.set(path, file);
    return file;
  };
  const { order, choices } = layOutDefaults([...files.keys()], load, chosen, report);
  const root: ParamsMap = new YAMLMap();
  for (const path of order) {
    const { params } = loaded.get(path)!;
    if (params !== null) mergeMaps(root, params, origins);
  }
  for (const overlay of overlays) {
    const { params } = parseConfig(PRIMARY, overlay, origins, report);
    if (params !== null) mergeMaps(root, params, origins);
  }
  for (const change of changes) {
    const problem = applyOverride(root, change, origins, [...groups]);
    if (problem !== null) report(problem);
  }
  const document = new Document();
  document.contents = root as never;
  return {
    choices,
    values: document.toJS() as Record<string, unknown>,
    parameters: listParameters(root, document, origins, ''),
    text: toText(document, root),
    problems,
  };
}

/** `a/b/c` is option c of group a/b. */
function listGroups(path: string): string[] {
  const end = path.lastIndexOf('/');
  return end < 0 ? [] : [path.slice(0, end)];
}

/** Parts the choice of options from the change of parameters, as Hydra does: by whether the group exists. */
function partOverrides(
  texts: readonly string[],
  groups: ReadonlySet<string>,
  report: (problem: string) => void,
): { chosen: Map<string, string>; changes: Override[] } {
  const chosen = new Map<string, string>();
  const changes: Override[] = [];
  for (const text of texts) {
    const override = parseOverride(text);
    if ('problem' in override) {
      report(`${text}: must ${override.problem}`);
    } else if (!groups.has(override.key) || isRecord(override.value)) {
      changes.push(override);
    } else if (override.operation !== 'set' || typeof override.value !== 'string') {
      report(`${text}: must choose an option of the group, ${override.key}=option`);
    } else {
      chosen.set(override.key, override.value);
    }
  }
  return { chosen, changes };
}

const findPair = (map: ParamsMap, key: string): ParamsPair | undefined =>
  map.items.find((pair) => keyOf(pair) === key);

const keyOf = ({ key }: ParamsPair): string => String(isScalar(key) ? key.value : key);

/** Lays `source` over `target`; nodes of `source` become nodes of `target`. */
function mergeMaps(target: ParamsMap, source: ParamsMap, origins: Origins): void {
  for (const pair of source.items) {
    const existing = findPair(target, keyOf(pair));
    if (existing === undefined) {
      target.items.push(pair);
    } else if (isMap(existing.value) && isMap(pair.value)) {
      mergeMaps(existing.value as ParamsMap, pair.value as ParamsMap, origins);
    } else {
      existing.value = pair.value;
      origins.set(existing, origins.get(pair)!);
    }
    if (existing !== undefined && pair.key.commentBefore != null) {
      existing.key.commentBefore = pair.key.commentBefore;
    }
  }
}

/** Applies one change to the composed parameters; gives the problem, or null. */
function applyOverride(
  root: ParamsMap,
  { text, operation, key, value }: Override,
  origins: Origins,
  groups: readonly string[],
): string | null {
  const names = key.split('.');
  const existing = lookUp(root, names);
  if (operation === 'set' || operation === 'delete') {
    const missing = existing === undefined ? key : findMissing(existing.value, value, key);
    if (missing !== null) {
      const near = didYouMean(missing, [...listKeys(root, ''), ...groups]);
      const hint = near !== '' || operation === 'delete' ? near : `; a + in front adds it`;
      return `${text}: the configuration has no ${missing}${hint}`;
    }
  }
  if (operation === 'delete') {
    const parent =
      names.length === 1 ? root : (lookUp(root, names.slice(0, -1))!.value as ParamsMap);
    parent.items = parent.items.filter((pair) => pair !== existing);
    return null;
  }
  const isAdded = operation === 'add' && !isRecord(value) && !Array.isArray(value);
  if (isAdded && existing !== undefined && !isNull(existing)) {
    return `${text}: the configuration has ${key} already; without the + it is replaced`;
  }
  const nested = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  const change = toMap(nested as Record<string, unknown>, names.length);
  visit(change, { Pair: (_, pair) => void origins.set(pair as ParamsPair, text) });
  mergeMaps(root, change, origins);
  return null;
}

/** The first key of the map `change` that `node` has not; null: it has all. */
function findMissing(node: unknown, change: unknown, prefix: string): string | null {
  if (!isMap(node) || !isRecord(change)) return null;
  for (const [name, inner] of Object.entries(change)) {
    const key = `${prefix}.${name}`;
    const pair = findPair(node as ParamsMap, name);
    const missing = pair === undefined ? key : findMissing(pair.value, inner, key);
    if (missing !== null) return missing;
  }
  return null;
}

const isNull = ({ value }: ParamsPair): boolean =>
  value === null || (isScalar(value) && value.value === null);

function lookUp(root: ParamsMap, names: readonly string[]): ParamsPair | undefined {
  let map: unknown = root;
  let pair: ParamsPair | undefined;
  for (const name of names) {
    pair = isMap(map) ? findPair(map as ParamsMap, name) : undefined;
    map = pair?.value;
  }
  return pair;
}

/** The outer `depth` maps are written line by line, what they hold on one line. */
function toMap(values: Record<string, unknown>, depth: number): ParamsMap {
  const map = new Document(values).contents as unknown as ParamsMap;
  let inner: unknown = map;
  for (let i = 0; i < depth; i++) inner = (inner as ParamsMap).items[0].value;
  if (isCollection(inner)) inner.flow = true;
  return map;
}

function listParameters(
  map: ParamsMap,
  document: Document,
  origins: Origins,
  prefix: string,
): ComposedParameter[] {
  return map.items.flatMap((pair) => {
    const key = prefix + keyOf(pair);
    const { value } = pair;
    if (isMap(value) && value.items.length > 0) {
      return listParameters(value as ParamsMap, document, origins, `${key}.`);
    }
    return [{ key, value: value?.toJS(document) ?? null, origin: origins.get(pair)! }];
  });
}

/** Keys of parameters and of the maps around them. */
function listKeys(map: ParamsMap, prefix: string): string[] {
  return map.items.flatMap((pair) => {
    const key = prefix + keyOf(pair);
    return isMap(pair.value) ? [key, ...listKeys(pair.value as ParamsMap, `${key}.`)] : [key];
  });
}

/** A blank line between groups and nowhere else among keys; `{ a: 1 }` but `[1, 2]`. */
function toText(document: Document, root: ParamsMap): string {
  visit(document, {
    Map: (_, map) => void pad(map, ' '),
    Seq: (_, seq) => void pad(seq, ''),
    Pair: (_, { key }) => {
      (key as ParsedNode).spaceBefore = false;
    },
  });
  for (const { key } of root.items.slice(1)) key.spaceBefore = true;
  return document.toString({ lineWidth: 0 });
}

/** What stands inside the brackets of a collection on one line. */
function pad(collection: YAMLMap | YAMLSeq, flowCollectionPadding: string): void {
  const prototype = isMap(collection) ? YAMLMap.prototype : YAMLSeq.prototype;
  collection.toString = (context, ...rest) =>
    prototype.toString.call(collection, { ...context!, flowCollectionPadding }, ...rest);
}
