/**
 * normalize: fit a scaler on train and apply it to every split.
 *
 * Reads a folder of splits (fitted on train) or one table (fitted on it, or with --apply scaled by a saved
 * scaler); writes the same with the numeric columns scaled, and the scaler. One-hot columns stay 0 and 1.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { integer, number, oneOf } from '../lib/params/schema.ts';
import { SCALER_GROUPS } from '../lib/preprocessing/scaler-groups.ts';

export const normalize = defineStage({
  name: 'normalize',
  summary: 'Fit a scaler on train and apply it to every split',
  paths: {
    in: input('data/features', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/normalize', 'The same tables with numeric columns scaled'),
    scaler: output(
      'models/preprocessing/scaler.json',
      'The fitted scaler; with --apply a copy of that one',
    ),
    apply: optionalInput('Scaler to apply, in the place of fitting one'),
  },
  params: {
    method: oneOf(['standard', 'min_max', 'robust', 'max_abs', 'quantile', 'none'], {
      default: 'standard',
      doc: 'Scaling of the numeric columns that are not of 0 and 1 alone; quantile takes them to a normal.',
    }),
    groups: SCALER_GROUPS,
    missing: oneOf(['error', 'keep', 'mean', 'median', 'constant'], {
      default: 'error',
      doc: 'What a missing value of a scaled column becomes before scaling; error refuses it, keep leaves it to a model that takes it.',
    }),
    missing_value: number({ default: 0, doc: 'The value under missing: constant.' }),
    n_quantiles: integer({
      default: 1000,
      min: 2,
      max: 100000,
      doc: 'Quantiles of the method quantile.',
    }),
  },
  example: '--in mine.csv --out scaled.csv --scaler scaler.json --set normalize.method=min_max',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTables, writeTables } = await import('../lib/data/tables.ts');
    const { readJson, writeJson } = await import('../lib/data/json-files.ts');
    const { fitScaler } = await import('../lib/preprocessing/fit-scaler.ts');
    const { assertScalable, parseScaler, registerScaler, scalerSelect } =
      await import('../lib/preprocessing/scaler.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in);
      const keep = [base.id, ...(base.target === null ? [] : [base.target])];
      const scaler =
        paths.apply === null
          ? await fitScaler(database, tables.fit, { ...params, keep })
          : parseScaler(readJson(paths.apply), paths.apply);
      for (const relation of tables.relations.values())
        await assertScalable(database, relation, scaler);
      registerScaler(database, scaler);
      await writeTables(database, tables, paths.out, ({ sql }) => scalerSelect(scaler, sql));
      writeJson(paths.scaler, scaler);
      const nScaled = Object.keys(scaler.columns).length;
      return {
        message: `${nScaled} columns scaled, fitted on ${scaler.n_samples_seen} rows`,
        n_scaled: nScaled,
      };
    });
  },
});

if (import.meta.main) await main(normalize);
