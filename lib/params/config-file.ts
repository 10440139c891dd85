/**
 * A file of `conf/`, as Hydra reads it: a header `# @package _global_`, a defaults list, and parameters.
 *
 * Nodes of the document are kept, not values, so that comments and the style of lists survive; where each
 * parameter stands is remembered beside them.
 */
import { LineCounter, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Pair, ParsedNode, YAMLMap } from 'yaml';

/** The text of a file, and its name for messages. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

export type ParamsMap = YAMLMap<ParsedNode, ParsedNode | null>;
export type ParamsPair = Pair<ParsedNode, ParsedNode | null>;

/** `where` each parameter comes from: file:line, or the override that set it. */
export type Origins = WeakMap<ParamsPair, string>;

export type DefaultsEntry =
  | { readonly kind: 'self' }
  /** Another file, by its path under conf/ without the ending. */
  | { readonly kind: 'config'; readonly path: string; readonly where: string }
  | {
      readonly kind: 'group' | 'override';
      readonly group: string;
      /** null: none of them. */
      readonly option: string | null;
      readonly where: string;
    };

export interface ConfigFile {
  /** null: it has no parameters. */
  readonly params: ParamsMap | null;
  readonly defaults: readonly DefaultsEntry[];
}

const IS_GLOBAL = /^\s*#\s*@package\s+_global_\s*$/m;
const NAME = /^\/?[\w-]+(?:\/[\w-]+)*$/;
const INTERPOLATION = '${';

/**
 * @param path - Under conf/, without the ending: `config`, `model/quick`.
 * @param report - Gets every problem, each with its file and line.
 */
export function parseConfig(
  path: string,
  { file, text }: ConfigText,
  origins: Origins,
  report: (problem: string) => void,
): ConfigFile {
  const nothing: ConfigFile = { params: null, defaults: [] };
  const lineCounter = new LineCounter();
  const { header, body } = splitHeader(text);
  const document = parseDocument(body, { lineCounter, prettyErrors: false });
  const at = (offset: number | undefined): string =>
    `${file}:${lineCounter.linePos(offset ?? 0).line}`;
  const [broken] = document.errors;
  if (broken !== undefined) {
    report(`${at(broken.pos[0])} must be YAML; got ${broken.message}`);
    return nothing;
  }
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  if (folder !== '' && !IS_GLOBAL.test(header)) {
    report(
      `${file}:1 must begin with "# @package _global_"; without it the keys land under ${folder.replaceAll('/', '.')}`,
    );
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return nothing;
  if (!isMap(contents)) {
    report(`${at(contents.range[0])} must be a map of groups`);
    return nothing;
  }
  visit(document, {
    Alias: (_, { range }) => report(`${at(range?.[0])} must be spelt out; got an alias`),
    Scalar: (_, { value, range }) => {
      if (typeof value !== 'string' || !value.includes(INTERPOLATION)) return;
      report(`${at(range?.[0])} must be a value; got the interpolation ${value}`);
    },
    Pair: (_, pair) => {
      const { key } = pair as ParamsPair;
      origins.set(pair as ParamsPair, at(key.range[0]));
    },
  });
  const list = contents.items.find((pair) => isScalar(pair.key) && pair.key.value === 'defaults');
  contents.items = contents.items.filter((pair) => pair !== list);
  moveComments(contents);
  const defaults: DefaultsEntry[] = [];
  if (list !== undefined && !isSeq(list.value)) {
    report(`${origins.get(list)} must be a list: defaults`);
  } else if (list !== undefined && isSeq(list.value)) {
    for (const item of list.value.items as ParsedNode[]) {
      const where = at(item.range[0]);
      const entry = toEntry(item, folder, where);
      if (entry !== null) defaults.push(entry);
      else {
        report(
          `${where} must be _self_, a file, group: option or override group: option; got ${String(item).trim()}`,
        );
      }
    }
  }
  return { params: contents, defaults };
}

/** Comments up to the first blank line are of the file, not of its first parameter; lines keep their numbers. */
function splitHeader(text: string): { header: string; body: string } {
  const header = /^(?:[ \t]*\r?\n)*(?:[ \t]*#.*(?:\r?\n|$))*/.exec(text)![0];
  return { header, body: header.replace(/[^\n]/g, '') + text.slice(header.length) };
}

function toEntry(item: ParsedNode, folder: string, where: string): DefaultsEntry | null {
  const absolute = (name: string): string =>
    name.startsWith('/') ? name.slice(1) : folder === '' ? name : `${folder}/${name}`;
  if (isScalar(item) && item.value === '_self_') return { kind: 'self' };
  if (isScalar(item) && typeof item.value === 'string' && NAME.test(item.value)) {
    return { kind: 'config', path: absolute(item.value), where };
  }
  if (!isMap(item) || item.items.length !== 1) return null;
  const [{ key, value }] = item.items as ParamsPair[];
  const [, override, name] = /^(override\s+)?(\S+)$/.exec(String(key)) ?? [];
  const option: unknown = isScalar(value) ? value.value : value;
  const isOption = option === null || (typeof option === 'string' && NAME.test(option));
  if (name === undefined || !NAME.test(name) || !isOption) return null;
  const kind = override === undefined ? 'group' : 'override';
  return { kind, group: absolute(name), option, where };
}

/** The comment above a map's first key is the map's in the parser's eyes; here it is the key's. */
function moveComments(map: ParamsMap): void {
  const first = map.items.at(0)?.key;
  if (map.commentBefore != null && first != null) {
    first.commentBefore = [map.commentBefore, first.commentBefore].filter(Boolean).join('\n');
    map.commentBefore = null;
  }
  for (const { value } of map.items) if (isMap(value)) moveComments(value as ParamsMap);
}
