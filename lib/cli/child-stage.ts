/** Runs a stage as a process of its own and hears what it reports. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildReport } from './parent.ts';
import { stageFile } from './registry.ts';

export interface ChildOutcome {
  /** null: ended by a signal. */
  readonly exit: number | null;
  /** What stdout carries with --json; null when that is no document. */
  readonly document: Readonly<Record<string, unknown>> | null;
  /** The end of what it said on stderr. */
  readonly said: string;
}
export interface ChildStage {
  /** null: it could not start, as `outcome` says. */
  readonly pid: number | null;
  /** Resolves after every report has been handed over. */
  readonly outcome: Promise<ChildOutcome>;
  /** Ends it at once. */
  kill(): void;
}

const MAX_SAID = 4000;

/**
 * Starts the stage in the folder `cwd`, where it leaves its log, its checkpoints and its outputs.
 *
 * @param args - Flags of the stage; --json is added.
 */
export function startChildStage(
  name: string,
  args: readonly string[],
  cwd: string,
  onReport: (report: ChildReport) => void,
): ChildStage {
  const child = spawn(process.execPath, [fileURLToPath(stageFile(name)), ...args, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let written = '';
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (written += text));
  child
    .stderr!.setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-MAX_SAID)));
  child.on('message', (message) => onReport(message as ChildReport));
  const outcome = new Promise<ChildOutcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, document: parseDocument(written), said }));
  });
  return { pid: child.pid ?? null, outcome, kill: () => void child.kill('SIGKILL') };
}

function parseDocument(text: string): ChildOutcome['document'] {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
