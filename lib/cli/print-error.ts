import { EXIT_BUG, ERROR_CODES, StageError } from '../errors.ts';
import { maskPasswords } from './mask-passwords.ts';
import { toFinalPaths } from './outputs.ts';

/**
 * Says on stderr what ended a run, and on stdout too where that carries one document; gives the exit code.
 * What is no StageError is a bug, and shows its stack.
 */
export function printError(error: unknown, isJson: boolean): number {
  if (!(error instanceof StageError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(
      `bug in timberline, please report it with logs/timberline.log:\n${stack}\n`,
    );
    return EXIT_BUG;
  }
  const { code } = error;
  const message = maskPasswords(toFinalPaths(error.message));
  const hint = error.hint === undefined ? undefined : toFinalPaths(error.hint);
  process.stderr.write(`error ${code}: ${message}${hint === undefined ? '' : `\nhint: ${hint}`}\n`);
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
  return ERROR_CODES[code].exit;
}
