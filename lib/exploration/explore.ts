/** Everything that the page of `explore` tells of a table, as plain data. */
import { countRows } from '../sql.ts';
import type { Database, Relation } from '../sql.ts';
import { findCorrelations } from './correlated-pairs.ts';
import type { Correlations } from './correlated-pairs.ts';
import { countDuplicates } from './duplicates.ts';
import type { Duplicates } from './duplicates.ts';
import type { ExploreParams } from './explore-params.ts';
import { describeFeatures } from './features.ts';
import type { Feature } from './features.ts';
import { findRemarks } from './findings.ts';
import type { Findings } from './findings.ts';
import { suggest } from './suggestions.ts';
import type { Suggestions } from './suggestions.ts';
import { readTarget } from './target.ts';
import type { Target } from './target.ts';
import { describeTrends } from './trends.ts';
import type { Trend } from './trends.ts';
import type { ColumnReader } from './value-counts.ts';

export interface Exploration {
  readonly data: string;
  readonly n_samples: number;
  readonly n_columns: number;
  /** Column that identifies a row, which is no feature; null where the table has none. */
  readonly id: string | null;
  readonly target: Target | null;
  /** Cells of the features without a value. */
  readonly missing_count: number;
  readonly duplicates: Duplicates;
  readonly features: readonly Feature[];
  /** Names of the features that tell something about the target, most first. */
  readonly ranking: readonly string[];
  readonly correlations: Correlations;
  /** How a quantity runs along the features that tell most about it; empty for classes. */
  readonly trends: readonly Trend[];
  readonly findings: Findings;
  readonly suggestions: Suggestions;
}

/** Numbers that are not whole keep six significant digits: sums of doubles differ in the last ones. */
const N_DIGITS = 6;

/**
 * @param options.target - Column to predict; null, or one that the table lacks: none.
 * @param options.id - Column that is no feature, where the table has it.
 * @returns Plain data, the same for any order of the rows and any number of threads; a wide table without
 *   an id is sampled by the place of its rows.
 */
export async function explore(
  database: Database & ColumnReader,
  relation: Relation,
  options: { readonly target: string | null; readonly id: string; readonly seed: number },
  params: ExploreParams,
): Promise<Exploration> {
  const nSamples = await countRows(database, relation);
  const { target, labels } = await readTarget(database, relation, options.target, params);
  const columns = relation.columns.filter(
    ({ name }) => name !== options.id && name !== options.target,
  );
  const names = columns.map(({ name }) => name);
  const features = await describeFeatures(database, relation, columns, {
    labels,
    isClassed: target?.kind === 'classes',
    maxCategories: params.maxCategories,
  });
  const told = rankFeatures(features);
  const correlations = await findCorrelations(
    database,
    relation,
    told.filter(isCorrelated).map(({ name }) => name),
    {
      ...options,
      quantity: labels.quantity,
      nSamples,
      maxCorrelation: params.maxCorrelation,
    },
  );
  const duplicates = await countDuplicates(database, relation, names, target?.name ?? null);
  const findings = findRemarks({ nSamples, features, target, correlations, duplicates }, params);
  return round({
    data: relation.source,
    n_samples: nSamples,
    n_columns: relation.columns.length,
    id: relation.columns.some(({ name }) => name === options.id) ? options.id : null,
    target,
    missing_count: features.reduce((sum, { missing_count }) => sum + missing_count, 0),
    duplicates,
    features,
    ranking: told.filter(({ association }) => association !== null).map(({ name }) => name),
    correlations,
    trends:
      labels.quantity === null
        ? []
        : await describeTrends(
            database,
            relation,
            labels.quantity,
            told.slice(0, params.maxCharts),
          ),
    findings,
    suggestions: suggest(features, findings),
  });
}

/** Those that tell most about the target first, equals in table order. */
function rankFeatures(features: readonly Feature[]): Feature[] {
  const toldShare = ({ association }: Feature): number => association?.told_share ?? -1;
  return features.toSorted((a, b) => toldShare(b) - toldShare(a));
}

function isCorrelated(feature: Feature): boolean {
  if (feature.kind === 'number') return (feature.summary?.n_distinct ?? 0) > 1;
  return feature.kind === 'binary' && feature.n_distinct > 1;
}

function round<T>(value: T): T {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null as T;
    return (Number.isInteger(value) ? value : Number(value.toPrecision(N_DIGITS))) as T;
  }
  if (Array.isArray(value)) return value.map(round) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, round(item)])) as T;
}
