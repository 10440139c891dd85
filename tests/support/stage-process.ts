import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PROJECT = new URL('../../', import.meta.url).pathname;

export interface StageOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The file of a stage, or of a step that one pipeline has, named by its path: `pipelines/restaurants/load`. */
export function fileOf(name: string): string {
  return join(PROJECT, name.includes('/') ? `${name}.ts` : join('stages', `${name}.ts`));
}

/** Runs the stage's file as a user would, with `cwd` as the working folder. */
export function runStage(name: string, args: readonly string[], cwd: string): StageOutcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileOf(name), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { code: status, stdout, stderr };
}

/** Starts the stage's file, for a test that serves it, or ends it, while it runs. */
export function startStage(
  name: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): { child: ChildProcess; outcome: Promise<StageOutcome> } {
  const child = spawn(process.execPath, [fileOf(name), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const outcome = new Promise<StageOutcome>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...texts }));
  });
  return { child, outcome };
}

/** Calls `use` with an empty folder that is removed afterwards. */
export async function inTemporaryFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
