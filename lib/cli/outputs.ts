/**
 * Outputs are written beside their place and renamed when all are complete: a killed stage leaves no
 * half file and no lost old one.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { StageError, listExamples } from '../errors.ts';
import { isAlive, ownPid } from '../processes.ts';

const PARTIAL = /^\.partial-(\d+)\./;
const OWN_PREFIX = `.partial-${ownPid}.`;

/** Where the output is written until it is complete; the ending stays, since it names the format. */
export function partialPath(path: string): string {
  return join(dirname(path), `${OWN_PREFIX}${basename(path)}`);
}

/** What people read: the paths that outputs have once they are published. */
export function toFinalPaths(text: string): string {
  return text.replaceAll(OWN_PREFIX, '');
}

/**
 * Asserts that no output folder would take with it what it does not replace.
 *
 * @param inputs - Path of each flag.
 * @param outputs - Path of each flag.
 * @throws StageError E_USAGE when an output holds an input or another output, or is a folder of folders,
 *   which no stage writes but for models of MLflow.
 */
export function assertReplaceable(
  inputs: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): void {
  const hint = 'an output is replaced as a whole; name another path';
  for (const [flag, out] of Object.entries(outputs)) {
    for (const [other, path] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
      const isSame = resolve(path) === resolve(out);
      // a file may be read and replaced, but not written twice
      if (other === flag || (isSame && Object.hasOwn(inputs, other))) continue;
      const isInside = !/^\.\.([\\/]|$)/.test(relative(resolve(out), resolve(path)));
      if (!isInside) continue;
      throw new StageError('E_USAGE', `--${flag} ${out} must not hold --${other} ${path}`, {
        hint,
      });
    }
    const kind = kindOf(out);
    if (kind === 'device or pipe') {
      // renaming a file to it would put the file in its place
      throw new StageError('E_USAGE', `--${flag} ${out} must be a file or folder; got a ${kind}`, {
        hint,
      });
    }
    const entries = listFolder(out);
    const folders = entries.filter((entry) => kindOf(join(out, entry)) === 'folder');
    if (folders.length > 0 && !entries.includes('MLmodel')) {
      throw new StageError(
        'E_USAGE',
        `--${flag} ${out} must be a folder that a stage wrote, or a new one; got one with the folders ${listExamples(folders)}`,
        { hint },
      );
    }
  }
}

/** Makes the folders of `paths`, and removes what killed runs left beside them. */
export function prepareOutputs(paths: readonly string[]): void {
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    makeFolder(folder);
    for (const entry of readdirSync(folder)) {
      const pid = PARTIAL.exec(entry)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) remove(join(folder, entry));
    }
  }
}

/** As mkdir's `recursive`, which never ends where a file system refuses new folders with ENOENT (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // another run may have made it meanwhile
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/**
 * Puts every complete output in its place; an old one is there until the new one is.
 *
 * @throws StageError E_USAGE, before anything is moved, when a file would replace a folder, or a folder a file.
 */
export function publishOutputs(paths: readonly string[]): void {
  const complete = paths.filter((path) => existsSync(partialPath(path)));
  for (const path of complete) {
    const [must, got] = [kindOf(partialPath(path)), kindOf(path)];
    if (got === null || got === must) continue;
    throw new StageError('E_USAGE', `${path} must be a ${must}; got a ${got}`, {
      hint: 'name another path with the flag of this output',
    });
  }
  for (const path of complete) publish(partialPath(path), path);
}

function publish(partial: string, path: string): void {
  const old = join(dirname(path), `${OWN_PREFIX}old-${basename(path)}`);
  while (existsSync(partial)) {
    try {
      renameSync(partial, path);
    } catch (error) {
      // rename(2) replaces a file in one step, but no folder that has something in it
      if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
      moveAway(path, old);
    }
  }
}

function moveAway(path: string, old: string): void {
  try {
    renameSync(path, old);
  } catch (error) {
    // another run that ends now has moved it
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  remove(old);
}

export function discardOutputs(paths: readonly string[]): void {
  for (const path of paths) remove(partialPath(path));
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** None where there is no folder, or none any more. */
function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** null: nothing is there. */
function kindOf(path: string): 'folder' | 'file' | 'device or pipe' | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'device or pipe';
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
