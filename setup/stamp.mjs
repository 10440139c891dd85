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

export function writeStamp(folder, made, files = []) {
  const sizes = Object.fromEntries(files.map((file) => [file, statSync(join(folder, file)).size]));
  const text = `${JSON.stringify({ made, sizes }, null, 2)}\n`;
  writeFileSync(join(folder, `${STAMP}.tmp`), text);
  renameSync(join(folder, `${STAMP}.tmp`), join(folder, STAMP));
}

function readStamp(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, STAMP), 'utf8'));
  } catch {
    return { made: null, sizes: {} };
  }
}

/** Whether the files that the stamp of `folder` names, if it has one, still have their sizes. */
export const isIntact = (folder) =>
  Object.entries(readStamp(folder).sizes).every(
    ([file, size]) => statSync(join(folder, file), { throwIfNoEntry: false })?.size === size,
  );

/** Whether `folder` was made from exactly these inputs, and is intact. */
export const isStamped = (folder, made) => readStamp(folder).made === made && isIntact(folder);
