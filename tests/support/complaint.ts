import * as assert from 'uvu/assert';
import { StageError } from '../../lib/errors.ts';

/** Code and message of the StageError that `work` throws; empty where it throws none. */
export async function complaintOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof StageError, String(error));
    return `${error.code}: ${error.message}`;
  }
  return '';
}
