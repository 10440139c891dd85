import { StageError } from '../errors.ts';

const ENVIRONMENT: Readonly<Record<string, { what: string; hint: string }>> = {
  ENOSPC: {
    what: 'the disk is full',
    hint: 'free some space, then run the stage again; nothing was lost',
  },
  EACCES: {
    what: 'permission denied',
    hint: 'make the folder writable, or name another with the flag',
  },
  ENOTDIR: { what: 'a file in the place of a folder', hint: 'name another output with the flag' },
  EROFS: { what: 'the file system is read-only', hint: 'name an output on another file system' },
  EPERM: {
    what: 'operation not permitted',
    hint: 'make the folder writable, or name another with the flag',
  },
};

/** What DuckDB says, which gives no code. */
const DUCKDB: Readonly<Record<string, RegExp>> = {
  ENOSPC: /No space left on device/i,
  EACCES: /^IO Error: .*Permission denied/,
  EROFS: /^IO Error: .*Read-only file system/,
};

/**
 * A failure of the machine that the user can mend, as a StageError; null for a bug.
 *
 * @param paths - Paths of the run; a missing file that is one of them is an input that is not there.
 */
export function toStageError(
  error: unknown,
  paths: Readonly<Record<string, string | null>>,
): StageError | null {
  if (error instanceof StageError) return error;
  const { code = '', path, syscall, message = '' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && syscall === 'mkdir') {
    return new StageError(
      'E_ENVIRONMENT',
      `${path} must be a folder; got a place where none can be made`,
      {
        hint: 'name another output with the flag',
        cause: error,
      },
    );
  }
  const name =
    code in ENVIRONMENT
      ? code
      : Object.keys(DUCKDB).find((candidate) => DUCKDB[candidate].test(message));
  if (name !== undefined) {
    const { what, hint } = ENVIRONMENT[name];
    const where = path ?? /file "(.+?)"/.exec(message)?.[1] ?? 'an output';
    return new StageError('E_ENVIRONMENT', `${where} must be writable; got ${what}`, {
      hint,
      cause: error,
    });
  }
  if (code === 'ENOENT' && path !== undefined) {
    const flag = Object.entries(paths).find(([, value]) => value === path)?.[0];
    return new StageError('E_DATA', `${path} must exist; got no such file`, {
      hint:
        flag === undefined
          ? undefined
          : `name the file with --${flag}, or run the stage that writes it`,
      cause: error,
    });
  }
  return null;
}
