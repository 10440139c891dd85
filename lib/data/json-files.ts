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
