/** What rows are compared with: the columns of a table, or those of the training rows that a bundle keeps. */
import { StageError } from '../errors.ts';
import { areCategories, countNumbers, countTexts } from '../preprocessing/distribution.ts';
import type { CountingDatabase, Distribution } from '../preprocessing/distribution.ts';
import { countRows, identifier } from '../sql.ts';
import type { Column, Relation } from '../sql.ts';
import { profileCategories, profileTraining, profileValues } from './profiles.ts';
import type { ColumnProfile } from './profiles.ts';

/** What of a column is compared: its numbers, its texts one by one, or the lengths of its texts. */
export type Compared = 'numbers' | 'categories' | 'lengths';

export interface Reference {
  /** What messages call it. */
  readonly source: string;
  readonly nRows: number;
  readonly columns: readonly Column[];
  /** null: nothing to compare: times, no value at all, or a bundle that keeps no such facts. */
  profile(column: Column): Promise<ColumnProfile | null>;
}

/** Of a table; one column at a time is in memory, 16 bytes for each distinct number of it. */
export async function referenceOfTable(
  database: CountingDatabase,
  relation: Relation,
): Promise<Reference> {
  const nRows = await countRows(database, relation);
  return {
    source: relation.source,
    nRows,
    columns: relation.columns,
    async profile(column) {
      const compared = await chooseCompared(database, relation, column);
      return compared && (await profileColumn(database, relation, column.name, compared, nRows));
    },
  };
}

/**
 * Of the training rows of a model, as its bundle keeps them.
 *
 * @throws StageError E_DATA for a bundle that keeps nothing to compare.
 */
export function referenceOfTraining(
  { input, distribution }: { input: readonly Column[]; distribution: Distribution },
  source: string,
): Reference {
  if (input.every(({ name }) => profileTraining(distribution, name) === null)) {
    throw new StageError(
      'E_DATA',
      `${source} must keep the distribution of its training rows; got a bundle without`,
      { hint: 'it is of an earlier version; train the model again' },
    );
  }
  return {
    source,
    nRows: distribution.n_samples,
    columns: input,
    profile: ({ name }) => Promise.resolve(profileTraining(distribution, name)),
  };
}

/** What of the column a profile is of. */
export function comparedBy({ kind }: Column, profile: ColumnProfile): Compared {
  if (profile.kind === 'category') return 'categories';
  return kind === 'text' ? 'lengths' : 'numbers';
}

export async function profileColumn(
  database: CountingDatabase,
  { sql }: Relation,
  name: string,
  compared: Compared,
  nRows: number,
): Promise<ColumnProfile> {
  const x = identifier(name);
  if (compared === 'categories') {
    const profile = profileCategories(await countTexts(database, sql, `${x}::VARCHAR`), 0);
    return { ...profile, nMissing: nRows - profile.nValues };
  }
  const expression = compared === 'lengths' ? `length(${x}::VARCHAR)` : `try_cast(${x} AS DOUBLE)`;
  const profile = profileValues(await countNumbers(database, sql, expression), 0);
  return { ...profile, nMissing: nRows - profile.nValues };
}

async function chooseCompared(
  database: CountingDatabase,
  { sql }: Relation,
  { name, kind }: Column,
): Promise<Compared | null> {
  if (kind === 'number') return 'numbers';
  if (kind !== 'text') return null;
  const x = identifier(name);
  const [row] = await database.query(
    `SELECT count(${x}) AS n, count(DISTINCT ${x}) AS n_distinct FROM ${sql}`,
  );
  return areCategories(Number(row.n_distinct), Number(row.n)) ? 'categories' : 'lengths';
}
