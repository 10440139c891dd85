/**
 * tensorize: write float32 features and integer labels, ready for PyTorch and for train.
 *
 * Reads the splits in data/rebalance/, writes one file for each into data/tensorize/. Labels count the
 * classes of train, so that a class that train never saw cannot slip into valid or test.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { oneOf } from '../lib/params/schema.ts';

export const tensorize = defineStage({
  name: 'tensorize',
  summary: 'Write features and labels of every split as tensors',
  paths: {
    in: input('data/rebalance', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/tensorize', 'Folder of tensors; for one table a .pt or .safetensors file'),
  },
  params: {
    format: oneOf(['pt', 'safetensors'], {
      default: 'pt',
      doc: 'Format of the files in the folder: what torch.load reads (below 4 GiB), or safetensors.',
    }),
    missing: oneOf(['error', 'keep'], {
      default: 'error',
      doc: 'What a feature without a finite number is: refused, or NaN, for models that take missing values (lightgbm).',
    }),
  },
  example: '--in mine.csv --out mine.pt --set base.target=label',
  async run({ paths, params, base, progress }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTables } = await import('../lib/data/tables.ts');
    const { tensorize: writeTensors } = await import('../lib/tensors/tensorize.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in);
      const { nSamples, nFeatures, nClasses } = await writeTensors(
        database,
        tables,
        { ...base, ...params, out: paths.out },
        (nRows) => progress('tensorize', nRows, 'rows'),
      );
      const rows = Object.entries(nSamples).map(([name, n]) => `${n} ${name}`);
      return {
        message: `${rows.join(', ')} rows of ${nFeatures} features, ${nClasses} classes`,
        rows: nSamples,
        n_features: nFeatures,
        n_classes: nClasses,
      };
    });
  },
});
if (import.meta.main) await main(tensorize);
