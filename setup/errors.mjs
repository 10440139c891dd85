/** E_ENVIRONMENT, as in docs/errors.md. */
export const EXIT_ENVIRONMENT = 6;

/** What the user can mend: a sentence, the last lines of the program that failed, the next step. */
export class SetupError extends Error {
  constructor(message, { output = '', hint = '' } = {}) {
    super(message);
    this.output = output;
    this.hint = hint;
  }
}

export function describe({ message, output, hint }) {
  const tail = output ? output.trimEnd().split('\n').slice(-12) : [];
  return [
    `set-up: ${message}`,
    ...tail.map((line) => `  | ${line}`),
    ...(hint ? [`  hint: ${hint}`] : []),
  ].join('\n');
}
