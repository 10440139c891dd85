/**
 * A stamp says that a folder is complete: the hash of what it was made from, and the size of each
 * file that came out. It is written last, so a folder without one is half made.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'stamp.json';

export const hash = (...inputs) => {
  const sum = createHash('sha256');
  for (const input of inputs) sum.update(input).update('\0');
  return sum.digest('hex');
};

export const hashFiles = (...paths) => hash(...paths.map((path) => readFileSync(path)));

const sizeOf = (path) => statSync(path, { throwIfNoEntry: false })?.size ?? -1;

export function writeStamp(folder, made, files = []) {
  const sizes = Object.fromEntries(files.map((file) => [file, sizeOf(join(folder, file))]));
  const text = `${JSON.stringify({ made, sizes }, null, 2)}\n`;
  writeFileSync(join(folder, `${STAMP}.tmp`), text);
  renameSync(join(folder, `${STAMP}.tmp`), join(folder, STAMP));
}

/** Whether `folder` was made from exactly these inputs and its files still have their sizes. */
export function isStamped(folder, made) {
  try {
    const stamp = JSON.parse(readFileSync(join(folder, STAMP), 'utf8'));
    const intact = ([file, size]) => sizeOf(join(folder, file)) === size;
    return stamp.made === made && Object.entries(stamp.sizes).every(intact);
  } catch {
    return false;
  }
}
