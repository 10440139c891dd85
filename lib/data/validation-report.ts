import { StageError } from '../errors.ts';
import { isRecord } from '../params/schema.ts';
import { readJson } from './json-files.ts';

/**
 * Asserts that validate found the table good.
 *
 * @param file - The report of validate; null: nobody asked.
 * @throws StageError E_DATA when the report is missing, is no report, or tells of a failure.
 */
export function assertValidated(file: string | null): void {
  if (file === null) return;
  const report = readJson(file);
  const success = isRecord(report) ? report.success : undefined;
  if (success === true) return;
  throw new StageError(
    'E_DATA',
    `${file} must tell of a success; got success ${JSON.stringify(success) ?? 'missing'}`,
    { hint: 'mend the data or the contract, then run validate again' },
  );
}
