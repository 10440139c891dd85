/** Whether categories are among those that a declaration has columns for. */
import { StageError } from '../errors.ts';
import { identifier } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { featuresSelect } from './features.ts';
import type { Features } from './features.ts';

/**
 * A category above n_categories would be unfolded as none is. What is below 1 or empty is none, and rows that come
 * later may have any.
 *
 * @param fit - Rows that statistics may be fitted on.
 * @throws StageError E_DATA naming the first declaration that has too few, and the largest category.
 */
export async function assertCategories(
  database: Database,
  fit: Relation,
  features: Features,
): Promise<void> {
  for (const { name, transform, of, n_categories: n } of features.columns) {
    if (transform !== 'unfold') continue;
    const cell = `${identifier(of[0])}::DOUBLE`;
    const [{ largest }] = await database.query(
      `SELECT max(${cell}) AS largest FROM (${featuresSelect(features, fit.sql)}) WHERE isfinite(${cell}) AND ${cell} > ${n}`,
    );
    if (largest === null) continue;
    throw new StageError(
      'E_DATA',
      `${fit.source} column ${of[0]} must be at most ${n}, as n_categories of ${name} has it; got ${largest}`,
      { hint: 'raise n_categories, so that each category has a column' },
    );
  }
}
