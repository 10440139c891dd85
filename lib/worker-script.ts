/** Where the script of a worker thread stands. */
import { extname } from 'node:path';

/** The same script as it is here: TypeScript in a clone, compiled in a published package. */
export function workerScript(source: URL): URL {
  const script = new URL(source);
  script.pathname = script.pathname.replace(/\.ts$/, extname(import.meta.url));
  return script;
}
