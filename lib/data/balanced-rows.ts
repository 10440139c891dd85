import { keptSelect, repeatedSelect } from '../preprocessing/rebalance.ts';
import type { Balance, RebalanceOptions } from '../preprocessing/rebalance.ts';
import type { Rng } from '../rng.ts';
import type { Relation } from '../sql.ts';
import type { FileDatabase } from './database.ts';
import { syntheticSelect } from './synthetic-rows.ts';

/**
 * Query of the rebalanced rows: those that stay in their order, then those that are added. null when the
 * balance changes nothing.
 */
export async function balancedSelect(
  database: FileDatabase,
  fit: Relation,
  balance: Balance,
  options: RebalanceOptions & {
    readonly oversampling: 'repeat' | 'smote';
    readonly smoteNeighbors: number;
  },
  rng: Rng,
): Promise<string | null> {
  const { before, after } = balance;
  if (Object.keys(before).every((label) => after[label] === before[label])) return null;
  const kept = await keptSelect(database, fit, balance, options);
  const added =
    options.oversampling === 'repeat'
      ? repeatedSelect(fit, balance, options)
      : await syntheticSelect(
          database,
          fit,
          balance,
          { id: options.id, nNeighbors: options.smoteNeighbors },
          rng,
        );
  return added === null ? kept : `(${kept}) UNION ALL (${added})`;
}
