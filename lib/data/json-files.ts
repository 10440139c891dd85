/** JSON files: small fitted states and reports. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';

/**
 * The value that a JSON file holds; its shape is the caller's to check.
 *
 * @throws StageError E_DATA when the file is missing or is not JSON.
 */
export function readJson(file: string): unknown {
  if (!existsSync(file)) {
    throw new StageError('E_DATA', `${file} must exist; got no such file`, {
      hint: 'name the file with its flag, or run the stage that writes it (npx dvc repro)',
    });
  }
  const content = readFileSync(file, 'utf8');
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    const got = content.trim() === '' ? 'an empty file' : (cause as Error).message;
    throw new StageError('E_DATA', `${file} must be a JSON file; got ${got}`, {
      hint: 'the file is truncated or damaged; run the stage that writes it again',
      cause,
    });
  }
}

/** Writes `value` with two spaces of indent, so that a change shows line by line. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Finer digits differ between processors. */
const SIGNIFICANT_DIGITS = 6;

/** `value` with as many digits as files of results hold. */
export function roundResult(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** Writes numbers with {@link roundResult}, and returns what was written. */
export function writeMetrics(
  file: string,
  metrics: Readonly<Record<string, number | null>>,
): Record<string, number | null> {
  const rounded = Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      name,
      value === null ? null : roundResult(value),
    ]),
  );
  writeJson(file, rounded);
  return rounded;
}
