/**
 * split: tell train, valid and test rows apart, by hash of seed and row id.
 *
 * Reads data/raw/covertype.csv and waits for reports/validate.json; writes data/split/. No position and no
 * thread decides where a row goes, so any engine gives the same parts; row_id is the line of the raw file.
 */
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { main } from '../lib/cli/main.ts';
import { boolean, nullable, oneOf, text } from '../lib/params/schema.ts';
import { partSize } from '../lib/preprocessing/apportion.ts';

export const split = defineStage({
  name: 'split',
  summary: 'Split into train, valid and test, stratified and seeded',
  paths: {
    in: input('data/raw/covertype.csv', 'Table to split: .csv, .csv.gz or .parquet'),
    validated: optionalInput('Report of validate; split refuses a table that failed'),
    out: output('data/split', 'Folder of train, valid and test'),
  },
  params: {
    train_size: partSize({ default: 0.64, doc: 'Rows of train, as a share or a count.' }),
    valid_size: partSize({ default: 0.16, doc: 'Rows of valid, as a share or a count.' }),
    test_size: partSize({ default: 0.2, doc: 'Rows of test, as a share or a count.' }),
    stratify: nullable(boolean({ default: true, doc: '' }), {
      default: null,
      doc: 'Give every part the class shares of base.target; null: where the table has the target, and neither group nor time is set.',
    }),
    group: nullable(text({ default: 'group', doc: '' }), {
      default: null,
      doc: 'Column whose equal values stay in one part; null: none.',
    }),
    time: nullable(text({ default: 'time', doc: '' }), {
      default: null,
      doc: 'Column of times: train is before valid, valid before test; null: none.',
    }),
    format: oneOf(['parquet', 'csv', 'csv.gz'], {
      default: 'parquet',
      doc: 'Format of the files in the folder.',
    }),
  },
  example: '--in mine.csv --out mine --set base.target=label --set split.format=csv',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { assertValidated } = await import('../lib/data/validation-report.ts');
    const { openRows, writeParts } = await import('../lib/data/splits.ts');
    const { assertSplitOptions, planSplit } = await import('../lib/preprocessing/split.ts');
    const options = { ...base, ...params };
    assertSplitOptions(options);
    assertValidated(paths.validated);
    return await withDatabase(base, async (database) => {
      const rows = await openRows(database, paths.in, base.id, paths.out);
      const { manner, query } = await planSplit(database, rows, options);
      const counts = await writeParts(database, rows, query, paths.out, params.format);
      const sizes = Object.entries(counts).map(([part, count]) => `${count} ${part}`);
      return { message: `${sizes.join(', ')} rows, ${manner}`, rows: counts };
    });
  },
});
if (import.meta.main) await main(split);
