/**
 * features: add columns by declaration, row by row.
 *
 * Reads a folder of splits or one table; writes the same with the new columns behind, and the declarations,
 * by which the model makes them again from raw rows. Nothing is fitted, so nothing can leak; categories of
 * train must be no more than their columns.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { FEATURES_PARAMETER } from '../lib/preprocessing/features.ts';

export const features = defineStage({
  name: 'features',
  summary: 'Add columns by declaration, row by row',
  paths: {
    in: input('data/drop-columns', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/features', 'The same tables with the new columns behind'),
    features: output('models/preprocessing/features.json', 'The declarations'),
  },
  params: { columns: FEATURES_PARAMETER },
  example:
    "--in mine.csv --out wide.csv --features f.json --set 'features.columns=[{name: area, transform: product, of: [width, height]}]'",
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTables, writeTables } = await import('../lib/data/tables.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');
    const { assertCategories } = await import('../lib/preprocessing/categories.ts');
    const { featuresSelect, fitFeatures } = await import('../lib/preprocessing/features.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in);
      const state = fitFeatures(tables.fit, params.columns);
      await assertCategories(database, tables.fit, state);
      await writeTables(database, tables, paths.out, ({ sql }) => featuresSelect(state, sql));
      writeJson(paths.features, state);
      const nAdded = state.columns.length;
      return { message: `${nAdded} ${nAdded === 1 ? 'column' : 'columns'} added`, n_added: nAdded };
    });
  },
});

if (import.meta.main) await main(features);
