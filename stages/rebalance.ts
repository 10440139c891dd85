/**
 * rebalance: cap common classes of train, enlarge rare ones; leave valid and test as they are.
 *
 * Reads a folder of splits, or one table of training rows; writes the same with train rebalanced, and what
 * was done: train takes class weights from it, and the bundle the correction of its priors.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, output } from '../lib/cli/stage.ts';
import { boolean, integer, nullable, oneOf } from '../lib/params/schema.ts';

const rows = integer({ default: 1000, min: 1, doc: '' });

export const rebalance = defineStage({
  name: 'rebalance',
  summary: 'Cap or enlarge the classes of train, leave valid and test alone',
  paths: {
    in: input('data/normalize', 'Folder of splits, or one table: .parquet, .csv or .csv.gz'),
    out: output('data/rebalance', 'The same tables with train rebalanced'),
    balance: output('models/preprocessing/rebalance.json', 'Class counts before and after'),
  },
  params: {
    max_per_class: nullable(rows, {
      default: null,
      doc: 'Rows that a class of train keeps at most, drawn by hash; null: all.',
    }),
    min_per_class: nullable(rows, {
      default: null,
      doc: 'Rows that a class of train gets at least; null: as many as it has.',
    }),
    oversampling: oneOf(['repeat', 'smote'], {
      default: 'repeat',
      doc: 'How rows are added: again as they are, or between near rows of the class (SMOTE).',
    }),
    smote_neighbors: integer({ default: 5, min: 1, doc: 'Nearest rows that SMOTE chooses from.' }),
    class_weight: oneOf(['none', 'balanced'], {
      default: 'none',
      doc: 'Weights in the loss of train; balanced makes every class count alike.',
    }),
    prior_correction: boolean({
      default: true,
      doc: 'Correct the probabilities of the model for the changed class shares.',
    }),
  },
  example:
    '--in mine.csv --out even.csv --balance counts.json --set base.target=label --set rebalance.max_per_class=200',
  async run({ paths, params, base, rng }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { copyTables, openTables } = await import('../lib/data/tables.ts');
    const { writeJson } = await import('../lib/data/json-files.ts');
    const { planBalance } = await import('../lib/preprocessing/rebalance.ts');
    const { balancedSelect } = await import('../lib/data/balanced-rows.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openTables(database, paths.in);
      const options = { ...base, ...params };
      const balance = await planBalance(database, tables.fit, options);
      const select = await balancedSelect(database, tables.fit, balance, options, rng('smote'));
      await copyTables(database, tables, paths.out, select);
      writeJson(paths.balance, balance);
      const changes = Object.keys(balance.before).filter(
        (c) => balance.after[c] !== balance.before[c],
      );
      const [before, after] = [balance.before, balance.after].map((c) =>
        Object.values(c).join('/'),
      );
      const message =
        changes.length === 0 ? `classes kept as they are: ${before}` : `${before} became ${after}`;
      return { message, before: balance.before, after: balance.after };
    });
  },
});

if (import.meta.main) await main(rebalance);
