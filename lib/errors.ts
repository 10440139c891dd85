/**
 * The one error that a user can mend, and the registry of its codes.
 *
 * A message reads "*where* must *what*; got *value*", the hint stands on a line of its own. Any other
 * error is a bug of ours and shows its stack. docs/errors.md is generated from the registry.
 */
export const ERROR_CODES = {
  E_USAGE: { exit: 2, meaning: 'The command line is not one that the stage understands.' },
  E_PARAMS: { exit: 2, meaning: 'A parameter is unknown, of the wrong type or out of its range.' },
  E_DATA: { exit: 3, meaning: 'An input is missing, or breaks what the stage needs of it.' },
  E_VALIDATION: {
    exit: 4,
    meaning: 'The data broke its contract; the report of validate is written.',
  },
  E_GATE: { exit: 5, meaning: 'A metric fell below its gate.' },
  E_ENVIRONMENT: {
    exit: 6,
    meaning: 'A native part, a program, a server, disk space or a permission is missing.',
  },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Exit code of a run that ended by Ctrl-C, as shells have it: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;
export const EXIT_BUG = 1;

export class StageError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'StageError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** At most this many examples stand in one message; a longer list helps nobody at a terminal. */
const MAX_EXAMPLES = 5;

/** "a, b, c, d, e and 12 more"; `format` renders one item. */
export function listExamples<T>(items: readonly T[], format: (item: T) => string = String): string {
  const shown = items.slice(0, MAX_EXAMPLES).map(format).join(', ');
  const nMore = items.length - MAX_EXAMPLES;
  return nMore > 0 ? `${shown} and ${nMore} more` : shown;
}
