import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readContract } from '../../lib/data/contracts.ts';
import { withDatabase } from '../../lib/data/database.ts';
import { openRawTable } from '../../lib/data/raw-table.ts';
import type { ExpectationResult, Validation } from '../../lib/validation/result.ts';
import { validate } from '../../lib/validation/validate.ts';
import { inTemporaryFolder } from './stage-process.ts';

const ENGINE = { threads: 2, memoryMb: 512 };

/** Holds a CSV file against a contract, both given as files. */
export async function validateFiles(
  file: string,
  contract: string,
  maxExamples = 5,
): Promise<Validation> {
  return await withDatabase(ENGINE, async (database) => {
    const { relation, readMalformedLines } = await openRawTable(database, file);
    return await validate(database, relation, readContract(contract), {
      maxExamples,
      readMalformedLines,
    });
  });
}

/** Holds a CSV file against a contract, both given as texts. */
export async function validateTexts(
  csv: string,
  contract: string,
  maxExamples?: number,
): Promise<Validation> {
  return await inTemporaryFolder(async (folder) => {
    const [file, contractFile] = [join(folder, 'table.csv'), join(folder, 'contract.yaml')];
    writeFileSync(file, csv);
    writeFileSync(contractFile, contract);
    return await validateFiles(file, contractFile, maxExamples);
  });
}

/** The result of one expectation, of the column where several have it. */
export function resultOf(
  { results }: Validation,
  expectation: string,
  column?: string,
): ExpectationResult {
  const found = results.filter(
    (result) =>
      result.expectation === expectation && (column === undefined || result.columns[0] === column),
  );
  if (found.length !== 1) throw new Error(`${found.length} results of ${expectation} ${column}`);
  return found[0];
}
