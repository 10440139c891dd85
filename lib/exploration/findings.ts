/** What a person should look at before modelling; each a rule that a table can break. */
import type { Correlations } from './correlated-pairs.ts';
import type { Duplicates } from './duplicates.ts';
import type { ExploreParams } from './explore-params.ts';
import { isNumeric } from './features.ts';
import type { Feature } from './features.ts';
import type { NumericFeature } from './numeric-features.ts';
import type { Target } from './target.ts';

/** A column, and what speaks against it, in words. */
export interface Remark {
  readonly name: string;
  readonly reason: string;
}

export interface Findings {
  /** Columns that alone decide the target; one that is known only afterwards does. */
  readonly leak_suspects: readonly Remark[];
  /** Columns with another value in every row. */
  readonly id_suspects: readonly Remark[];
  readonly constant: readonly Remark[];
  readonly nearly_constant: readonly Remark[];
  readonly mostly_missing: readonly Remark[];
  /** Columns that are a straight line of an earlier one. */
  readonly copies: readonly Remark[];
  /** Columns with a long tail on one side. */
  readonly skewed: readonly Remark[];
  /** Columns without such a tail, but with rows far out. */
  readonly far_out: readonly Remark[];
}

/** Below so many rows chance alone decides targets, and measurements look like ids. */
const MIN_ROWS = 30;
const COPY = 0.999_999;
const MAX_SKEWNESS = 1;
const MAX_OUTLIER_SHARE = 0.001;

export function findRemarks(
  {
    nSamples,
    features,
    target,
    correlations,
    duplicates,
  }: {
    nSamples: number;
    features: readonly Feature[];
    target: Target | null;
    correlations: Correlations;
    duplicates: Duplicates;
  },
  params: ExploreParams,
): Findings {
  const find = (reasonOf: (feature: Feature) => string | null): Remark[] =>
    features.flatMap((feature) => {
      const reason = reasonOf(feature);
      return reason === null ? [] : [{ name: feature.name, reason }];
    });
  const nDifferent = nSamples - duplicates.duplicate_count;
  const correlationOf = new Map(correlations.with_target.map((pair) => [pair.name, pair]));
  const isTailed = (feature: Feature): boolean =>
    Math.abs(summaryOf(feature)?.skewness ?? 0) > MAX_SKEWNESS;
  return {
    leak_suspects:
      target === null || nSamples < MIN_ROWS
        ? []
        : find((feature) => leakOf(feature, correlationOf.get(feature.name), target, params)),
    id_suspects: nDifferent < MIN_ROWS ? [] : find((feature) => idOf(feature, nDifferent)),
    constant: find(constantOf),
    nearly_constant: find((feature) => nearlyConstantOf(feature, nSamples, params.constantShare)),
    mostly_missing: find((feature) => {
      const share = feature.missing_count / nSamples;
      return share > params.maxMissingShare && feature.missing_count < nSamples
        ? `${percent(share)} of its values are missing`
        : null;
    }),
    copies: correlations.pairs
      .filter(({ pearson }) => Math.abs(pearson ?? 0) >= COPY)
      .map(({ first, second }) => ({ name: second, reason: `a straight line of ${first}` }))
      .filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i),
    skewed: find((feature) =>
      isTailed(feature)
        ? `skewness ${summaryOf(feature)!.skewness!.toFixed(1)}: a long tail`
        : null,
    ),
    far_out: find((feature) => {
      const share = (summaryOf(feature)?.outlier_count ?? 0) / nSamples;
      return share > MAX_OUTLIER_SHARE && !isTailed(feature)
        ? `${percent(share)} of the rows are far out`
        : null;
    }),
  };
}

function leakOf(
  { association }: Feature,
  correlation: Correlations['with_target'][number] | undefined,
  { kind, name: target }: Target,
  { leakShare, leakScore }: ExploreParams,
): string | null {
  if (kind === 'classes' && association?.is_one_to_one === true) {
    return `stands for ${target}, value for value`;
  }
  const spearman = Math.abs(correlation?.spearman ?? 0);
  if (spearman >= leakScore) return `rank correlation ${spearman.toFixed(3)} with ${target}`;
  if (association === null) return null;
  if (association.told_share >= leakShare) {
    return `alone tells ${percent(association.told_share)} of ${target}`;
  }
  if ((association.auc ?? 0) >= leakScore) {
    return `a threshold on it parts the classes of ${target}, AUC ${association.auc!.toFixed(3)}`;
  }
  return null;
}

function idOf(feature: Feature, nDifferent: number): string | null {
  const isUnique =
    feature.kind === 'category'
      ? feature.n_distinct === nDifferent
      : feature.kind === 'number' &&
        feature.summary?.is_whole === true &&
        feature.summary.n_distinct === nDifferent;
  return isUnique ? 'another value in every row' : null;
}

function constantOf(feature: Feature): string | null {
  const nDistinct = isNumeric(feature) ? (feature.summary?.n_distinct ?? 0) : feature.n_distinct;
  if (nDistinct === 0) return 'no value in any row';
  return nDistinct === 1 && feature.missing_count === 0 ? 'one value in all rows' : null;
}

function nearlyConstantOf(feature: Feature, nSamples: number, share: number): string | null {
  const count = isNumeric(feature)
    ? (feature.summary?.mode_count ?? 0)
    : Math.max(0, ...feature.categories.map((category) => category.count));
  if (count <= share * nSamples || constantOf(feature) !== null) return null;
  return `one value in all rows but ${nSamples - count}`;
}

function summaryOf(feature: Feature): NumericFeature['summary'] {
  return feature.kind === 'number' ? feature.summary : null;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
