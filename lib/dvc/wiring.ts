/** dvc.yaml as this project writes it: one `node <file>.ts` per stage, deps = data and sources. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { isNative, listImports } from './imports.ts';

const STAGE_FILE = /^node (\S+\.ts)(?: |$)/;

/** A stage of a dvc.yaml: its name as DVC has it, the file that it runs, its arguments. */
export interface WiredStage {
  readonly name: string;
  /** What it repeats for, of a foreach: `users` of `cluster@users`. */
  readonly key: string | null;
  readonly file: string;
  /** Of a foreach the same for all that it stands for. */
  readonly node: YAMLMap;
}

/** The group of params.yaml that a stage of this name reads: `cluster.users` of `cluster@users`. */
export function groupOf(name: string): string {
  return name.replace('@', '.');
}

export function readWiring(dvcFile: string): Document {
  return parseDocument(readFileSync(dvcFile, 'utf8'));
}

/** The stages in their order; of a foreach each that it stands for. */
export function listWiredStages(document: Document, dvcFile: string): WiredStage[] {
  const stages = document.get('stages') as YAMLMap<{ value: string }, YAMLMap>;
  return stages.items.flatMap(({ key, value }): WiredStage[] => {
    const node = (value?.has('do') ? value.get('do') : value) as YAMLMap;
    const script = STAGE_FILE.exec(String(node.get('cmd')))?.[1];
    if (script === undefined) {
      throw new Error(`${dvcFile}: cmd of ${key.value} must begin with "node <file>.ts"`);
    }
    const file = join(dirname(dvcFile), script);
    if (node === value) return [{ name: key.value, key: null, file, node }];
    return keysOf(value!.get('foreach')).map((of) => ({
      ...{ name: `${key.value}@${of}`, key: of, file, node },
    }));
  });
}

/** What a foreach repeats for: the items of a list, or the keys of a map. */
function keysOf(foreach: unknown): string[] {
  if (isMap<{ value: string }>(foreach)) return foreach.items.map(({ key }) => key.value);
  return isSeq(foreach) ? (foreach.toJSON() as unknown[]).map(String) : [];
}

/**
 * Text of `dvcFile` with the source deps of every stage as the imports of its file have them now. A stage that depends
 * on a folder of sources has no dep for each file in it.
 */
export function updateDeps(dvcFile: string): string {
  const document = readWiring(dvcFile);
  const folder = dirname(dvcFile);
  const byNode = new Map(listWiredStages(document, dvcFile).map((stage) => [stage.node, stage]));
  for (const { file, node } of byNode.values()) {
    const deps = node.get('deps');
    const current = isSeq(deps) ? (deps.toJSON() as string[]) : [];
    const data = current.filter((path) => !path.endsWith('.ts') && !isNative(path));
    const isCovered = (path: string): boolean => data.some((dep) => path.startsWith(`${dep}/`));
    const sources = listImports(file).map((path) => relative(folder, path));
    node.set('deps', [...data, ...sources.filter((path) => !isCovered(path))]);
  }
  return document.toString({ lineWidth: 0 });
}
