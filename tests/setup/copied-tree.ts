/** A copy of what set-up and the launcher consist of, in a folder of its own, with stand-in programs. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CopiedTree {
  readonly folder: string;
  /** The only folder on the PATH: `node`, the shell's own tools, and what `program` puts there. */
  readonly programs: string;
  path(...parts: string[]): string;
  write(file: string, text: string): void;
  /** Puts a shell script on the PATH. */
  program(name: string, script: string): void;
  /** Runs a JavaScript file of the tree, and waits for its end. */
  run(file: string, ...args: string[]): Promise<Outcome>;
  start(file: string, ...args: string[]): ChildProcess;
  remove(): void;
}

export function copyTree(): CopiedTree {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'timberline-tree-')));
  const path = (...parts: string[]): string => join(folder, ...parts);
  for (const part of ['setup', 'bin', 'lib/models/trees/kernel']) {
    cpSync(join(root, part), path(part), { recursive: true });
  }

  const programs = path('programs');
  mkdirSync(programs);
  symlinkSync(process.execPath, join(programs, 'node'));
  for (const tool of ['sh', 'cat', 'chmod', 'cp', 'mkdir', 'rm', 'sleep', 'touch']) {
    const source = ['/bin', '/usr/bin'].find((bin) => readdirSync(bin).includes(tool))!;
    symlinkSync(join(source, tool), join(programs, tool));
  }

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const start = (file: string, ...args: string[]): ChildProcess =>
    spawn(process.execPath, [...args.filter(isNodeFlag), path(file), ...args.filter(isArgument)], {
      cwd: folder,
      env: { PATH: programs, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  return {
    folder,
    programs,
    path,
    write,
    program(name, script) {
      write(`programs/${name}`, `#!/bin/sh\n${script}\n`);
      chmodSync(path('programs', name), 0o755);
    },
    start,
    run: (file, ...args) => outcomeOf(start(file, ...args)),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isNodeFlag = (argument: string): boolean => argument.startsWith('--import=');
const isArgument = (argument: string): boolean => !isNodeFlag(argument);

/** What a process printed, once it has ended. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Makes a program believe that an older Node runs it. */
export const asNode = (version: string): string =>
  `--import=data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
