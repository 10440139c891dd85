/**
 * drop-columns: leave out columns by name and by rule.
 *
 * Reads a folder of splits (rules look at train alone) or one table; writes the same without the columns,
 * and which were dropped and why: the model drops them again from raw rows.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { boolean, list, nullable, number, text } from '../lib/params/schema.ts';

const share = number({ default: 0.5, min: 0, max: 1, doc: '' });

export const dropColumns = defineStage({
  name: 'drop-columns',
  summary: 'Drop columns by name and by rule, decided on train',
  paths: {
    in: input('data/split', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/drop-columns', 'The same tables without the dropped columns'),
    columns: output('models/preprocessing/columns.json', 'Which columns were dropped, and why'),
  },
  params: {
    columns: list(text({ default: 'name', doc: '' }), { default: [], doc: 'Columns to drop.' }),
    constant: boolean({ default: true, doc: 'Drop columns with one value in all rows of train.' }),
    max_missing_share: nullable(share, {
      default: null,
      doc: 'Drop columns with a larger share of missing values; null: keep them.',
    }),
    max_correlation: nullable(share, {
      default: null,
      doc: 'Drop the later column of a pair with a larger absolute correlation; null: keep both.',
    }),
  },
  example: '--in mine.csv --out lean.csv --columns dropped.json --set drop-columns.columns=[note]',
  async run({ paths, params, base, log }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTables, writeTables } = await import('../lib/data/tables.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');
    const { dropColumnsSelect, fitDropColumns } =
      await import('../lib/preprocessing/drop-columns.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in);
      const keep = [base.id, ...(base.target === null ? [] : [base.target])];
      const state = await fitDropColumns(database, tables.fit, { ...params, keep });
      for (const { name, detail } of state.dropped) log.info(`dropped ${name}: ${detail}`);
      await writeTables(database, tables, paths.out, ({ sql }) => dropColumnsSelect(state, sql));
      writeJson(paths.columns, state);
      const nDropped = state.dropped.length;
      const message = `${nDropped} dropped, ${tables.fit.columns.length - nDropped} columns left`;
      return { message, dropped: state.dropped };
    });
  },
});

if (import.meta.main) await main(dropColumns);
