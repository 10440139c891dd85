/** dvc.yaml as this project writes it: one `node <file>.ts` per stage, deps = data and sources. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isSeq, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { isNative, listImports } from './imports.ts';

const STAGE_FILE = /^node (\S+\.ts)(?: |$)/;

/** A stage of a dvc.yaml: its name there, the file that it runs, its arguments. */
export interface WiredStage {
  readonly name: string;
  readonly file: string;
  readonly node: YAMLMap;
}

export function readWiring(dvcFile: string): Document {
  return parseDocument(readFileSync(dvcFile, 'utf8'));
}

export function listWiredStages(document: Document, dvcFile: string): WiredStage[] {
  const stages = document.get('stages') as YAMLMap<{ value: string }, YAMLMap>;
  return stages.items.map(({ key, value }) => {
    const node = (value?.has('do') ? value.get('do') : value) as YAMLMap;
    const script = STAGE_FILE.exec(String(node.get('cmd')))?.[1];
    if (script === undefined) {
      throw new Error(`${dvcFile}: cmd of ${key.value} must begin with "node <file>.ts"`);
    }
    return { name: key.value, file: join(dirname(dvcFile), script), node };
  });
}

/** Text of `dvcFile` with the source deps of every stage as the imports of its file have them now. */
export function updateDeps(dvcFile: string): string {
  const document = readWiring(dvcFile);
  const folder = dirname(dvcFile);
  for (const { file, node } of listWiredStages(document, dvcFile)) {
    const deps = node.get('deps');
    const current = isSeq(deps) ? (deps.toJSON() as string[]) : [];
    const data = current.filter((path) => !path.endsWith('.ts') && !isNative(path));
    const sources = listImports(file).map((path) => relative(folder, path));
    node.set('deps', [...data, ...sources]);
  }
  return document.toString({ lineWidth: 0 });
}
