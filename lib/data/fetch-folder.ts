/**
 * A data set of several files: copied from a folder of a mirror into one flat folder, verified as a whole.
 *
 * The checksum is that of the lines that `sha256sum` prints of the files in the order of their names, so
 * that `LC_ALL=C; sha256sum * | sha256sum` in the folder tells it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StageError } from '../errors.ts';
import type { FolderSet } from './catalogue.ts';
import type { FetchContext } from './fetch.ts';
import { hashFile } from './hash-files.ts';

/**
 * Copies the files of the first mirror folder that has them to the folder `out`; those of subfolders stand
 * beside the others there.
 *
 * @returns The folder that they came from.
 * @throws StageError E_ENVIRONMENT when no mirror has them as the catalogue describes them, with the reason of each.
 */
export async function fetchFolder(
  dataSet: FolderSet,
  mirrors: readonly string[],
  out: string,
  { log, progress, signal }: Pick<FetchContext, 'log' | 'progress' | 'signal'>,
): Promise<string> {
  const { name, mirror, folder } = dataSet;
  const reasons: string[] = [];
  for (const origin of mirrors.flatMap((place) => mirror.map((entry) => join(place, entry)))) {
    const files = listFiles(origin).sort(byName);
    const problem = findProblem(files, folder);
    if (problem !== null) {
      reasons.push(`${origin}: ${problem}`);
      continue;
    }
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
    const bar = progress(name, files.length, 'files');
    for (const [i, file] of files.entries()) {
      signal.throwIfAborted();
      copyFileSync(file, join(out, basename(file)));
      bar.update(i + 1);
    }
    bar.end();
    const checksum = await hashFolder(out);
    if (checksum === folder.sha256) {
      log.info(`${name}: from ${origin}`);
      return origin;
    }
    reasons.push(`${origin}: must have the checksum sha256 ${folder.sha256}; got ${checksum}`);
  }
  throw new StageError(
    'E_ENVIRONMENT',
    [`${name} must come from a mirror; got`, ...reasons].join('\n  '),
    { hint: `put the folder ${mirror[0]} into a folder of fetch.mirrors; no public source has it` },
  );
}

/** sha256 of the listing of a flat folder: a line `<sha256>  <name>` for each file, by name. */
export async function hashFolder(folder: string): Promise<string> {
  const names = readdirSync(folder).sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${await hashFile(join(folder, name))}  ${name}\n`);
  return hash.digest('hex');
}

/** Null when there are as many files and bytes as there must be, all of different names. */
function findProblem(files: readonly string[], folder: FolderSet['folder']): string | null {
  if (files.length === 0) return 'no such folder, or an empty one';
  if (files.length !== folder.files) return `must hold ${folder.files} files; got ${files.length}`;
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes !== folder.bytes) return `must hold ${folder.bytes} bytes; got ${bytes}`;
  const twice = files.find((file, i) => i > 0 && basename(file) === basename(files[i - 1]));
  return twice === undefined ? null : `must hold every name once; got ${basename(twice)} twice`;
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function byName(a: string, b: string): number {
  const [left, right] = [basename(a), basename(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
