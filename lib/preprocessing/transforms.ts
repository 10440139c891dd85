/** What a declared feature can be: the transforms, their options, their SQL. */
import { createRng } from '../rng.ts';
import type { Rng } from '../rng.ts';
import { double } from '../sql.ts';

/** Options of a declaration besides name, transform and of. */
export interface TransformOptions {
  /** Ascending. */
  readonly edges: readonly number[];
  readonly n_categories: number;
  /** Different, above 0. */
  readonly periods: readonly number[];
  /** One for each column. */
  readonly weights: readonly number[];
  readonly values: readonly number[];
  /** Columns of each combination. */
  readonly size: number;
  /** Different, above 0. */
  readonly factors: readonly number[];
  readonly n_directions: number;
}
export type OptionName = keyof TransformOptions;

/** A feature as the parameters declare it: what is checked to be there is there. */
export interface FeatureDeclaration extends Partial<TransformOptions> {
  readonly name: string;
  readonly transform: TransformName;
  /** Columns that it is made of, or features declared before it. */
  readonly of: readonly string[];
}

/** A column that a transform makes: `<name><suffix>`, and its SQL. */
interface Output {
  readonly suffix: string;
  readonly sql: string;
}

export interface Transform {
  readonly about: string;
  readonly minColumns: number;
  readonly maxColumns: number;
  readonly needs: readonly OptionName[];
  /** What it makes of columns, which are DOUBLE expressions. */
  readonly outputs: (
    columns: readonly string[],
    declaration: TransformOptions & { readonly name: string },
  ) => Output[];
}

const one = { minColumns: 1, maxColumns: 1, needs: [] };
const two = { minColumns: 2, maxColumns: 2, needs: [] };
const several = { minColumns: 2, maxColumns: Infinity, needs: [] };
const single = (sql: string): Output[] => [{ suffix: '', sql }];
/** `<name>1`, `<name>2` … */
const numbered = (expressions: readonly string[]): Output[] =>
  expressions.map((sql, i) => ({ suffix: String(i + 1), sql }));

/** Every transform by its name. */
export const TRANSFORMS = {
  sum: { ...several, about: 'a + b + …', outputs: (columns) => single(columns.join(' + ')) },
  difference: { ...two, about: 'a − b', outputs: ([a, b]) => single(`${a} - ${b}`) },
  product: { ...several, about: 'a × b × …', outputs: (columns) => single(columns.join(' * ')) },
  ratio: {
    ...two,
    about: 'a / b, missing where b is 0',
    outputs: ([a, b]) => single(`${a} / nullif(${b}, 0)`),
  },
  linear: {
    ...several,
    needs: ['weights'],
    about: 'sum of weight × column, one of weights for each',
    outputs: (columns, { weights }) => single(weightedSum(columns, weights)),
  },
  combinations: {
    ...several,
    needs: ['size', 'factors'],
    about:
      '<name>1, <name>2 …: for every choice of size columns, in their order, and each of factors: the first one ± factor × each of the others, in all signs; cuts along the diagonals of quantities that belong together',
    outputs: (columns, { size, factors }) =>
      numbered(
        subsets(columns, size).flatMap((chosen) =>
          factors.flatMap((factor) =>
            signs(size - 1).map((row) =>
              weightedSum(chosen, [1, ...row.map((sign) => sign * factor)]),
            ),
          ),
        ),
      ),
  },
  directions: {
    ...several,
    needs: ['weights', 'n_directions'],
    about:
      '<name>1 to <name><n_directions>: sums of weight × share × column, the shares a random direction of length 1, which name and number of columns decide (random projections)',
    outputs: (columns, { name, weights, n_directions: n }) => {
      const rng = createRng(0, 'features', name);
      return numbered(
        Array.from({ length: n }, () => {
          const shares = randomDirection(columns.length, rng);
          return weightedSum(
            columns,
            weights.map((weight, j) => weight * shares[j]),
          );
        }),
      );
    },
  },
  hypotenuse: {
    ...two,
    about: '√(a² + b²)',
    outputs: ([a, b]) => single(`sqrt(${a} * ${a} + ${b} * ${b})`),
  },
  // DuckDB ends a query that asks for the sine of infinity
  sine: {
    ...one,
    about: 'sine of an angle in degrees',
    outputs: ([a]) => single(`CASE WHEN isfinite(${a}) THEN sin(radians(${a})) END`),
  },
  cosine: {
    ...one,
    about: 'cosine of an angle in degrees',
    outputs: ([a]) => single(`CASE WHEN isfinite(${a}) THEN cos(radians(${a})) END`),
  },
  logarithm: {
    ...one,
    about: 'ln(1 + a), missing where a is not above −1',
    outputs: ([a]) => single(`CASE WHEN ${a} > -1 THEN ln(1 + ${a}) END`),
  },
  fold: {
    ...several,
    about:
      'number, from 1, of the column of a one-hot group that is 1; missing where not exactly one is',
    outputs: (columns) => {
      const cases = columns.map((column, i) => `WHEN ${column} = 1 THEN ${i + 1}`).join(' ');
      return single(`CASE WHEN ${columns.join(' + ')} = 1 THEN CASE ${cases} END END`);
    },
  },
  unfold: {
    ...one,
    needs: ['n_categories'],
    about: 'one-hot group of a category from 1 to n_categories; all 0 for another value',
    outputs: ([a], { n_categories: n }) =>
      numbered(Array.from({ length: n }, (_, i) => `CASE WHEN ${a} = ${i + 1} THEN 1 ELSE 0 END`)),
  },
  lookup: {
    ...one,
    needs: ['values'],
    about:
      'what is known of a category: the first of values for 1, the second for 2 …; missing for others',
    outputs: ([a], { values }) => {
      const cases = values.map((value, i) => `WHEN ${i + 1} THEN ${double(value)}`).join(' ');
      return single(`CASE ${a} ${cases} END`);
    },
  },
  bins: {
    ...one,
    needs: ['edges'],
    about: 'number of the edges that are not above a',
    outputs: ([a], { edges }) => {
      const counts = edges.map((edge) => `CASE WHEN ${a} >= ${double(edge)} THEN 1 ELSE 0 END`);
      return single(`CASE WHEN ${a} IS NOT NULL THEN ${counts.join(' + ')} END`);
    },
  },
  periodic: {
    ...one,
    needs: ['periods'],
    about:
      'sine and cosine of 2π a / period for each of periods, so that a network sees fine structure (Gorishniy et al. 2022, arXiv:2203.05556)',
    outputs: ([a], { periods }) =>
      periods.flatMap((period) => {
        const angle = `2 * pi() * ${a} / ${double(period)}`;
        return ['Sine', 'Cosine'].map((wave) => ({
          suffix: `_${wave}${period}`,
          sql: `CASE WHEN isfinite(${a}) THEN ${wave === 'Sine' ? 'sin' : 'cos'}(${angle}) END`,
        }));
      }),
  },
} satisfies Record<string, Transform>;

export type TransformName = keyof typeof TRANSFORMS;
export const TRANSFORM_NAMES = Object.keys(TRANSFORMS) as TransformName[];
export const transformOf = (name: TransformName): Transform => TRANSFORMS[name];

/** The columns that a declaration makes, each with its name and its SQL over `columns`. */
export function outputsOf(
  declaration: FeatureDeclaration,
  columns: readonly string[] = declaration.of,
): { name: string; sql: string }[] {
  const options = declaration as TransformOptions & { readonly name: string };
  return transformOf(declaration.transform)
    .outputs(columns, options)
    .map(({ suffix, sql }) => ({ name: declaration.name + suffix, sql }));
}

function weightedSum(columns: readonly string[], weights: readonly number[]): string {
  return columns.map((column, j) => `${double(weights[j])} * ${column}`).join(' + ');
}

/** Every choice of `size` items, items and choices in their order. */
function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) =>
    subsets(items.slice(i + 1), size - 1).map((others) => [item, ...others]),
  );
}

/** Every row of `n` signs, 1 before -1. */
function signs(n: number): number[][] {
  if (n === 0) return [[]];
  return [1, -1].flatMap((sign) => signs(n - 1).map((others) => [sign, ...others]));
}

/** Uniform on the sphere: normal numbers (Box & Muller 1958, doi:10.1214/aoms/1177706645) over their length. */
function randomDirection(n: number, rng: Rng): number[] {
  const numbers = Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng()),
  );
  const length = Math.hypot(...numbers);
  return numbers.map((value) => value / length);
}
