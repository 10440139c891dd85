/**
 * predict: apply a model to a raw table, preprocessing included.
 *
 * Reads a table with the columns that train had before any stage, in any order, and the bundle; writes
 * class and probabilities, or the number, row by row.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { list, text } from '../lib/params/schema.ts';

export const predict = defineStage({
  name: 'predict',
  summary: 'Apply a model to a raw table: class and probabilities, or number, of each row',
  paths: {
    in: input(
      'data/split/test.parquet',
      'Raw table: .parquet, .csv or .csv.gz; target and id may be there',
    ),
    model: input('models/model.safetensors', 'Bundle that train wrote'),
    out: output('predictions.csv', 'Table of predictions: .parquet, .csv or .csv.gz'),
  },
  params: {
    keep: list(text({ default: '*', doc: '' }), {
      default: [],
      doc: 'Columns of the table that stand beside the predictions as they are, by name or pattern: a * stands for any text, a ! in front takes away.',
    }),
  },
  example: '--in new.csv --model models/model.safetensors --out predictions.csv',
  async run({ paths, params, base, log, progress, clock }) {
    const { readBundle, textColumns } = await import('../lib/models/bundle.ts');
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { countRows } = await import('../lib/sql.ts');
    const { predictTable } = await import('../lib/data/predict-table.ts');
    const bundle = readBundle(paths.model);
    const machine = { threads: base.threads, warn: log.warn };
    return await withDatabase(base, async (database) => {
      const relation = await openTable(database, paths.in, 'table', textColumns(bundle));
      const bar = progress('predict', await countRows(database, relation), 'rows');
      const start = clock();
      const table = { database, relation, out: paths.out, keep: params.keep };
      const nSamples = await predictTable(bundle, table, machine, bar);
      const rate = Math.round(nSamples / (clock() - start));
      return { message: `${nSamples} rows, ${rate} rows/s`, n_samples: nSamples };
    });
  },
});

if (import.meta.main) await main(predict);
