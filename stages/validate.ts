/**
 * validate: hold the raw table against its data contract, before anything is learnt from it.
 *
 * Reads the table and data/contracts/covertype.yaml, or drafts a contract from the table (--infer); writes
 * reports/validate.json, which split waits for, and reports/validate.html, both also when the table fails.
 */
import { defineStage, input, optionalOutput, output } from '../lib/cli/stage.ts';
import { main } from '../lib/cli/main.ts';
import { integer, number } from '../lib/params/schema.ts';

export const validate = defineStage({
  name: 'validate',
  summary: 'Check the raw table against its contract',
  paths: {
    in: input('data/raw/covertype.csv', 'Table to check: .csv, .csv.gz or .parquet'),
    contract: input('data/contracts/covertype.yaml', 'What it must be (docs/contracts.md)'),
    out: output('reports/validate.json', 'Every expectation with its counts and first rows'),
    page: output('reports/validate.html', 'The same to read'),
    infer: optionalOutput('Draft a contract from the table into this file, and check nothing'),
  },
  params: {
    max_examples: integer({
      default: 5,
      min: 0,
      max: 1000,
      doc: 'Rows shown of an expectation that does not hold; the first ones.',
    }),
    infer: {
      max_values: integer({
        default: 20,
        min: 1,
        doc: 'A column of at most so many distinct values gets the set of them (--infer).',
      }),
      margin: number({
        default: 0.1,
        min: 0,
        doc: 'Ranges reach beyond what was seen by this share of it (--infer).',
      }),
    },
  },
  example: '--in mine.csv --contract mine.yaml --out mine.json --page mine.html',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { draftContract, validateFile } = await import('../lib/data/validation.ts');
    const draft = paths.infer;
    return await withDatabase(base, (database) =>
      draft === null
        ? validateFile(database, paths, params)
        : draftContract(database, paths.in, draft, { ...params.infer, target: base.target }),
    );
  },
});
if (import.meta.main) await main(validate);
