/**
 * Sine, cosine and logarithm of the C library, which DuckDB calls too: those of JavaScript differ from them in the
 * last bit, once in twenty or thirty values.
 */
import { platform } from 'node:process';
import koffi from 'koffi';
import { StageError } from '../errors.ts';

/** The functions that differ between libraries. */
export interface Mathematics {
  sin(x: number): number;
  cos(x: number): number;
  /** Natural. */
  log(x: number): number;
}

const FILES: Readonly<Record<string, string>> = {
  darwin: '/usr/lib/libSystem.B.dylib',
  win32: 'ucrtbase.dll',
};

let loaded: Mathematics | null = null;

/** @throws StageError E_ENVIRONMENT when the library cannot be loaded. */
export function loadLibm(): Mathematics {
  if (loaded !== null) return loaded;
  const file = FILES[platform] ?? 'libm.so.6';
  try {
    const library = koffi.load(file);
    const bind = (name: string) =>
      library.func(`double ${name}(double x)`) as (x: number) => number;
    loaded = { sin: bind('sin'), cos: bind('cos'), log: bind('log') };
    return loaded;
  } catch (cause) {
    throw new StageError(
      'E_ENVIRONMENT',
      `the C library's mathematics must be ${file}; got ${(cause as Error).message}`,
      { cause },
    );
  }
}
