/**
 * Outputs are written beside their place and renamed when all are complete: a killed stage leaves no
 * half file and no lost old one.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Puts every complete output in its place; an old one is there until the new one is. */
export function publishOutputs(paths: readonly string[]): void {
  for (const path of paths) {
    const partial = partialPath(path);
    if (!existsSync(partial)) continue;
    const old = join(dirname(path), `${OWN_PREFIX}old-${basename(path)}`);
    // rename(2) replaces a file in one step, but no folder that has something in it
    const isFolder = existsSync(path) && statSync(path).isDirectory();
    if (isFolder) renameSync(path, old);
    renameSync(partial, path);
    remove(old);
  }
}

export function discardOutputs(paths: readonly string[]): void {
  for (const path of paths) remove(partialPath(path));
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
