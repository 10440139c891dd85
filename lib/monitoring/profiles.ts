/**
 * What is kept of a column to compare it later: every value with its number of rows, or of many training values the
 * quantiles that a bundle holds. Pure.
 */
import { standardDeviation } from '../preprocessing/distribution.ts';
import type {
  CategoricalDistribution,
  Distribution,
  NumericDistribution,
} from '../preprocessing/distribution.ts';
import type { WeightedValues } from './distances.ts';

export interface NumericProfile extends WeightedValues {
  readonly kind: 'number';
  /** Rows without a finite number, which no distance looks at. */
  readonly nMissing: number;
  /** Rows with one; the sum of `counts`, up to rounding. */
  readonly nValues: number;
  /** Of the rows, where `values` keeps fewer. */
  readonly nDistinct: number;
  /** NaN without values, as `max` and `std`. */
  readonly min: number;
  readonly max: number;
  /** Population standard deviation (divisor n). */
  readonly std: number;
}

export interface CategoricalProfile {
  readonly kind: 'category';
  /** Rows without a value, which no distance looks at. */
  readonly nMissing: number;
  readonly nValues: number;
  /** Rows of each value. */
  readonly counts: ReadonlyMap<string, number>;
}

export type ColumnProfile = NumericProfile | CategoricalProfile;

/**
 * Profile of raw numbers.
 *
 * @param values - Any order; what is not finite counts as missing. Not modified.
 */
export function profileNumbers(values: Float64Array): NumericProfile {
  const sorted = values.filter(Number.isFinite).toSorted();
  let nDistinct = 0;
  const distinct = new Float64Array(sorted.length);
  const counts = new Float64Array(sorted.length);
  for (const value of sorted) {
    if (nDistinct === 0 || distinct[nDistinct - 1] !== value) distinct[nDistinct++] = value;
    counts[nDistinct - 1]++;
  }
  const kept = { values: distinct.slice(0, nDistinct), counts: counts.slice(0, nDistinct) };
  return profileValues(kept, values.length - sorted.length);
}

/** Profile of numbers that are counted by value already. */
export function profileValues(
  { values, counts }: WeightedValues,
  nMissing: number,
): NumericProfile {
  const nValues = counts.reduce((n, count) => n + count, 0);
  return {
    kind: 'number',
    values,
    counts,
    nMissing,
    nValues,
    nDistinct: values.length,
    min: values.at(0) ?? NaN,
    max: values.at(-1) ?? NaN,
    std: values.length === 0 ? NaN : standardDeviation(values, counts),
  };
}

/** Profile of texts that are counted by value already. */
export function profileCategories(
  counts: ReadonlyMap<string, number>,
  nMissing: number,
): CategoricalProfile {
  const nValues = [...counts.values()].reduce((n, count) => n + count, 0);
  return { kind: 'category', counts, nMissing, nValues };
}

/**
 * Profile of a column of the training rows, by what their bundle keeps: up to 20 numbers and up to 1,000 texts as
 * exactly as {@link profileNumbers} and {@link profileCategories}; more numbers by 200 quantiles, so that bins are
 * right within 1/200 of the rows; texts that hardly repeat by their lengths in characters.
 *
 * @returns null for a column of times, without any value, or of a bundle that keeps no such facts.
 */
export function profileTraining(distribution: Distribution, column: string): ColumnProfile | null {
  const facts = distribution.columns[column];
  const nRows = distribution.n_samples;
  return facts.kind === 'number' ? profileOfNumbers(facts, nRows) : profileOfTexts(facts, nRows);
}

function profileOfNumbers(facts: NumericDistribution, nRows: number): NumericProfile | null {
  const { counts, quantiles, missing_count: nMissing } = facts;
  if (counts) {
    const values = Float64Array.from(counts, ([value]) => value);
    return profileValues({ values, counts: Float64Array.from(counts, ([, n]) => n) }, nMissing);
  }
  if (!quantiles) return null;
  const nValues = nRows - nMissing;
  const { values, counts: places } = profileNumbers(Float64Array.from(quantiles));
  return {
    kind: 'number',
    values,
    counts: places.map((n) => (n * nValues) / quantiles.length),
    nMissing,
    nValues,
    nDistinct: facts.n_distinct,
    min: facts.min!,
    max: facts.max!,
    std: facts.std!,
  };
}

function profileOfTexts(facts: CategoricalDistribution, nRows: number): ColumnProfile | null {
  if (facts.counts) {
    return profileCategories(new Map(Object.entries(facts.counts)), facts.missing_count);
  }
  return facts.lengths ? profileOfNumbers(facts.lengths, nRows) : null;
}
