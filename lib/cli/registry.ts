import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { StageDefinition } from './stage.ts';

const STAGES = new URL('../../stages/', import.meta.url);
const STAGE_FILE = /^(.+)\.(ts|js)$/;

/** The stages are the files of stages/; the listing of the folder is the list of steps. */
export function listStageNames(): string[] {
  return readdirSync(STAGES)
    .flatMap((file) => STAGE_FILE.exec(file)?.[1] ?? [])
    .sort();
}

/** The file of a stage, as Node runs it. */
export function stageFile(name: string): URL {
  return new URL(`${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, STAGES);
}

/** Imports the declaration of one stage; its heavy modules are imported when it runs. */
export async function loadStage(name: string): Promise<StageDefinition> {
  return await importStage(stageFile(name));
}

/** The same for any file that declares one: a step that only one pipeline has lies in its folder. */
export async function importStage(file: URL): Promise<StageDefinition> {
  const module = (await import(file.href)) as Record<string, unknown>;
  const name = STAGE_FILE.exec(basename(file.pathname))![1];
  const exportName = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return module[exportName] as StageDefinition;
}
