import type { FileDatabase } from '../../lib/data/database.ts';
import { explore } from '../../lib/exploration/explore.ts';
import type { Exploration } from '../../lib/exploration/explore.ts';
import { EXPLORE_SCHEMA } from '../../lib/exploration/explore-params.ts';
import type { CategoricalFeature } from '../../lib/exploration/categorical-features.ts';
import type { Feature } from '../../lib/exploration/features.ts';
import type { NumericFeature } from '../../lib/exploration/numeric-features.ts';
import { resolveParams } from '../../lib/params/resolve.ts';
import { createRelation } from './relations.ts';

/** Parameters of explore: the defaults, but for those given as the file has them. */
export function exploreParams(values: Readonly<Record<string, unknown>> = {}) {
  const group = { schema: EXPLORE_SCHEMA, prefix: 'explore', sources: [{ name: 'test', values }] };
  return resolveParams({ explore: group }).explore;
}

/** Explores the rows of a query, whose id is `row_id` where they have one. */
export async function exploreRows(
  database: FileDatabase,
  query: string,
  target: string | null = null,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Exploration> {
  const relation = await createRelation(database, 'explored', query);
  const options = { target, id: 'row_id', seed: 42 };
  return await explore(database, relation, options, exploreParams(params));
}

function featureOf({ features }: Exploration, name: string): Feature {
  const found = features.find((feature) => feature.name === name);
  if (found === undefined) throw new Error(`no feature ${name}`);
  return found;
}

export const numberOf = (exploration: Exploration, name: string): NumericFeature =>
  featureOf(exploration, name) as NumericFeature;

export const categoryOf = (exploration: Exploration, name: string): CategoricalFeature =>
  featureOf(exploration, name) as CategoricalFeature;
