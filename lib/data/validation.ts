/** The files around a validation: the table and the contract in, the reports or a draft out. */
import { writeFileSync } from 'node:fs';
import { StageError } from '../errors.ts';
import { validationPage } from '../reports/validation-page.ts';
import { inferContract } from '../validation/infer-contract.ts';
import type { InferOptions } from '../validation/infer-contract.ts';
import { describeResult } from '../validation/describe.ts';
import { validate } from '../validation/validate.ts';
import type { Validation } from '../validation/result.ts';
import { readContract } from './contracts.ts';
import type { FileDatabase } from './database.ts';
import { writeJson } from './json-files.ts';
import { openRawTable } from './raw-table.ts';

/** A message names so many expectations that failed; the report has them all. */
const N_WORST = 3;

/**
 * Writes the reports of a table held against a contract.
 *
 * @throws StageError E_VALIDATION when an expectation failed, after the reports are written; E_DATA when
 *   there is no contract or no table to check.
 */
export async function validateFile(
  database: FileDatabase,
  paths: {
    readonly in: string;
    readonly contract: string;
    readonly out: string;
    readonly page: string;
  },
  { maxExamples }: { readonly maxExamples: number },
): Promise<{ message: string; rows: number; expectations: number }> {
  const contract = readContract(paths.contract);
  const { relation, readMalformedLines } = await openRawTable(database, paths.in);
  const validation = await validate(database, relation, contract, {
    maxExamples,
    readMalformedLines,
  });
  writeJson(paths.out, validation);
  writeFileSync(paths.page, validationPage(validation));
  if (!validation.success) throw toFailure(validation, paths.page);
  const { n_rows: rows, n_columns: columns, statistics } = validation;
  const { evaluated_expectations: expectations } = statistics;
  return {
    message: `${expectations} expectations hold on ${rows} rows x ${columns} columns`,
    rows,
    expectations,
  };
}

function toFailure({ data, contract, statistics, results }: Validation, page: string): StageError {
  const failed = results.filter(({ success }) => success === false);
  const worst = failed.toSorted((a, b) => b.unexpected_percent - a.unexpected_percent);
  const nMore = failed.length - N_WORST;
  const { evaluated_expectations: all } = statistics;
  return new StageError(
    'E_VALIDATION',
    [
      `${data} must meet ${contract}; got ${failed.length} of ${all} expectations failed, the report is ${page}`,
      ...worst.slice(0, N_WORST).map(describeResult),
      ...(nMore > 0 ? [`and ${nMore} more`] : []),
    ].join('\n  '),
    { hint: 'mend the rows, or the contract where it asks too much' },
  );
}

/** Writes a contract drafted from a table, for a person to edit. */
export async function draftContract(
  database: FileDatabase,
  file: string,
  draft: string,
  options: Omit<InferOptions, 'nMalformed'>,
): Promise<{ message: string }> {
  const { relation, readMalformedLines } = await openRawTable(database, file);
  const nMalformed = (await readMalformedLines()).length;
  writeFileSync(draft, await inferContract(database, relation, { ...options, nMalformed }));
  return {
    message: `drafted a contract of ${relation.columns.length} columns: read it line by line`,
  };
}
