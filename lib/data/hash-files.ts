import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** sha256 of each file, those of a folder one by one; a path that does not exist is left out. */
export async function hashFiles(paths: readonly string[]): Promise<Record<string, string>> {
  const files = paths.flatMap(listFiles);
  const hashes = files.map(async (file) => [file, await hashFile(file)] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((entry) => listFiles(join(path, entry)));
}

/** sha256 of a file's bytes, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
