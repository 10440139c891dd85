/**
 * The features that LightGBM gets of the columns that the model is given.
 *
 * Groups of one-hot columns become one column of categories each: category k where the k-th column of the
 * group, from 1, is not 0; category 0 where all are 0; NaN where one is missing. Trees then split a group
 * into any two sets of categories at once, instead of taking one away at a time.
 */
import { matchesPattern } from '../../column-names.ts';
import { StageError, listExamples } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';
import type { Matrix } from './library.ts';
import type { LightgbmParams } from './params.ts';

/** One feature: a column as it is, or a group of one-hot columns. */
export interface Feature {
  /** Of the column, or the pattern of the group. */
  readonly name: string;
  /** Places of its columns among those of the model; more than one, or `isGroup`: one-hot. */
  readonly places: readonly number[];
  readonly isGroup: boolean;
  readonly isCategorical: boolean;
  /** 1: the score may only rise in it, -1: only fall, 0: as it likes. */
  readonly monotone: number;
}

export type FeatureParams = Pick<
  LightgbmParams,
  'categoricalFeatures' | 'oneHotGroups' | 'monotoneConstraints'
>;

/**
 * Single columns in their order, then the groups.
 *
 * @throws StageError E_PARAMS when a pattern matches no column, a column is in two groups, or a category is
 *   to be monotone.
 */
export function planFeatures(columns: readonly string[], params: FeatureParams): Feature[] {
  const { categoricalFeatures, oneHotGroups, monotoneConstraints } = params;
  assertPatterns(columns, params);
  const groups = oneHotGroups.map((pattern) => ({
    ...{ name: pattern, isGroup: true, isCategorical: true, monotone: 0 },
    places: columns.flatMap((name, j) => (matchesPattern(pattern, name) ? [j] : [])),
  }));
  const grouped = new Set(groups.flatMap(({ places }) => places));
  const single = columns.flatMap((name, j) => {
    if (grouped.has(j)) return [];
    const isCategorical = categoricalFeatures.some((pattern) => matchesPattern(pattern, name));
    const monotone = monotoneConstraints[name] ?? 0;
    return [{ name, places: [j], isGroup: false, isCategorical, monotone }];
  });
  return [...single, ...groups];
}

/**
 * Rows of the features, row-major; the same array where no group is folded.
 *
 * @param rows - Row-major, shape (nSamples, nColumns).
 */
export function foldFeatures(
  features: readonly Feature[],
  rows: Float32Array,
  nColumns: number,
): Matrix {
  const nSamples = rows.length / nColumns;
  const nFeatures = features.length;
  if (features.every(({ isGroup }) => !isGroup)) return { features: rows, nSamples, nFeatures };
  const single = Int32Array.from(
    features.filter(({ isGroup }) => !isGroup),
    ({ places }) => places[0],
  );
  const groups = features.filter(({ isGroup }) => isGroup).map(({ places }) => places);
  const folded = new Float32Array(nSamples * nFeatures);
  for (let i = 0, at = 0; i < nSamples; i++) {
    const row = i * nColumns;
    for (let j = 0; j < single.length; j++) folded[at++] = rows[row + single[j]];
    for (const places of groups) folded[at++] = categoryOf(rows, row, places);
  }
  return { features: folded, nSamples, nFeatures };
}

function categoryOf(rows: Float32Array, row: number, places: readonly number[]): number {
  let category = 0;
  for (let k = 0; k < places.length; k++) {
    const value = rows[row + places[k]];
    if (value !== value) return NaN;
    if (category === 0 && value !== 0) category = k + 1;
  }
  return category;
}

/**
 * @param rows - Of train, row-major, shape (nSamples, columns.length).
 * @throws StageError E_DATA when a group holds another number than 0 and 1, or two 1 in a row; or a column
 *   of categories another number than an integer from 0.
 */
export function assertCategories(
  features: readonly Feature[],
  rows: Float32Array,
  columns: readonly string[],
): void {
  const problems = features
    .filter(({ isCategorical }) => isCategorical)
    .flatMap((feature) => {
      const { isGroup, places } = feature;
      for (let row = 0, i = 1; row < rows.length; row += columns.length, i++) {
        const problem = isGroup
          ? findOneHotProblem(rows, row, places, columns)
          : findCodeProblem(rows[row + places[0]], feature.name);
        if (problem !== null) return [`${problem} in row ${i}`];
      }
      return [];
    });
  if (problems.length === 0) return;
  throw new StageError(
    'E_DATA',
    `train must have one 1 at most among the columns of each of train.lightgbm.one_hot_groups, and codes from 0 in categorical_features; got ${listExamples(problems)}`,
    { hint: 'normalize leaves columns of 0 and 1 as they are; scaled ones are no categories' },
  );
}

function findOneHotProblem(
  rows: Float32Array,
  row: number,
  places: readonly number[],
  columns: readonly string[],
): string | null {
  let first: number | null = null;
  for (const place of places) {
    const value = rows[row + place];
    if (value === 0 || Number.isNaN(value)) continue;
    if (value !== 1) return `${value} in ${columns[place]}`;
    if (first !== null) return `1 in ${columns[first]} and in ${columns[place]}`;
    first = place;
  }
  return null;
}

/** LightGBM takes the codes for 32-bit integers, and keeps a bit for each up to the highest. */
const MAX_CODE = 2 ** 20;

function findCodeProblem(value: number, name: string): string | null {
  if (Number.isNaN(value) || (Number.isInteger(value) && value >= 0 && value <= MAX_CODE))
    return null;
  return `${value} in ${name}`;
}

function assertPatterns(columns: readonly string[], params: FeatureParams): void {
  const { categoricalFeatures, oneHotGroups, monotoneConstraints } = params;
  const matching = (patterns: readonly string[], name: string): readonly string[] =>
    patterns.filter((pattern) => matchesPattern(pattern, name));
  const monotone = Object.keys(monotoneConstraints).filter(
    (name) => monotoneConstraints[name] !== 0,
  );
  const problems = [
    ...[...categoricalFeatures, ...oneHotGroups]
      .filter((pattern) => !columns.some((name) => matchesPattern(pattern, name)))
      .map((pattern) => `${pattern}, which no column has`),
    ...Object.keys(monotoneConstraints)
      .filter((name) => !columns.includes(name))
      .map((name) => `${name}, which is no column${didYouMean(name, columns)}`),
    ...columns
      .filter((name) => matching(oneHotGroups, name).length > 1)
      .map((name) => `${name} in two groups`),
    ...columns
      .filter((name) => matching(oneHotGroups, name).length > 0)
      .filter((name) => matching(categoricalFeatures, name).length > 0)
      .map((name) => `${name} in a group and in categorical_features`),
    ...monotone
      .filter((name) => matching([...oneHotGroups, ...categoricalFeatures], name).length > 0)
      .map((name) => `the category ${name} in monotone_constraints`),
  ];
  if (problems.length === 0) return;
  throw new StageError(
    'E_PARAMS',
    `train.lightgbm must name columns of the features, each once, and no category as monotone; got ${listExamples(problems)}`,
    { hint: `the features are ${listExamples(columns)}` },
  );
}
