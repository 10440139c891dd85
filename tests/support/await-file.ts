import { existsSync, readFileSync, readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Resolves with what `look` finds, which is asked whenever something changes in the folder; null: not yet. */
async function whenSeen<T>(folder: string, look: () => T | null): Promise<T> {
  return await new Promise((resolve) => {
    const check = (): void => {
      const found = look();
      if (found === null) return;
      watcher.close();
      resolve(found);
    };
    const watcher = watch(folder, check);
    // what came before the watcher
    check();
  });
}

/** Resolves when the file or folder is there, and every folder above it. */
export async function whenThere(path: string): Promise<void> {
  if (existsSync(path)) return;
  await whenThere(dirname(path));
  await whenSeen(dirname(path), () => (existsSync(path) ? true : null));
}

/** Resolves when the file holds `text`. */
export async function whenHolding(file: string, text: string): Promise<void> {
  await whenThere(file);
  await whenSeen(dirname(file), () => (readFileSync(file, 'utf8').includes(text) ? true : null));
}

/** Resolves with the entry of the folder that begins with `prefix`. */
export async function whenListed(folder: string, prefix: string): Promise<string> {
  const find = () => readdirSync(folder).find((entry) => entry.startsWith(prefix));
  return join(folder, await whenSeen(folder, () => find() ?? null));
}
