import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of 1 MB in the folder; null where this user may not mount one, which the test then says. */
export function mountSmallDisk(folder: string): { path: string; unmount(): void } | null {
  const path = join(folder, 'small-disk');
  mkdirSync(path);
  const options = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path];
  const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
  if (status !== 0) {
    console.log(`skipped, for no small disk can be mounted here: ${stderr?.trim() ?? 'no mount'}`);
    return null;
  }
  return { path, unmount: () => void spawnSync('umount', [path]) };
}
