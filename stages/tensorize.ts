/**
 * tensorize: write float32 features and labels or targets, ready for PyTorch and for train.
 *
 * Reads the splits in data/rebalance/, writes one file for each into data/tensorize/. Labels count the
 * classes of train, so that a class that train never saw cannot slip into valid or test. Whoever learns from
 * the tensors finds there whether the target is a class or a number.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { oneOf } from '../lib/params/schema.ts';
import { TASKS } from '../lib/task.ts';

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
    task: oneOf(TASKS, {
      default: 'classification',
      doc: 'What is learnt of base.target: its classes, or its numbers (float64, so that they stay what they are).',
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
      const truth = params.task === 'regression' ? 'numbers to predict' : `${nClasses} classes`;
      return {
        message: `${rows.join(', ')} rows of ${nFeatures} features, ${truth}`,
        rows: nSamples,
        n_features: nFeatures,
        n_classes: nClasses,
      };
    });
  },
});
if (import.meta.main) await main(tensorize);
