/**
 * New columns by declaration. Row by row: what a row gets depends on that row alone, so nothing can leak
 * from valid or test, and there is nothing to fit.
 *
 * A value that a transform has no answer for (a ratio by 0, a logarithm of -1) is missing (NULL), as is
 * one made of a missing value.
 */
import { StageError } from '../errors.ts';
import { isRecord, shaped } from '../params/schema.ts';
import type { Parameter } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';
import { double, identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';

export interface FeatureDeclaration {
  readonly name: string;
  readonly transform: TransformName;
  /** Columns that it is made of, or features declared before it. */
  readonly of: readonly string[];
  /** For bins: ascending; a value goes to the number of edges that are not above it. */
  readonly edges?: readonly number[];
  /** For unfold: how many columns, `<name>1` to `<name><n>`. */
  readonly n_categories?: number;
  /** For periodic: two columns for each, `<name>_Sine<period>` and `<name>_Cosine<period>`. */
  readonly periods?: readonly number[];
}

export interface Features extends FittedState<'timberline-features'> {
  readonly columns: readonly FeatureDeclaration[];
}

/** Options that a transform needs besides `of`. */
const OPTIONS = ['edges', 'n_categories', 'periods'] as const;

interface Transform {
  readonly about: string;
  readonly minColumns: number;
  readonly maxColumns: number;
  readonly needs?: (typeof OPTIONS)[number];
  /** SQL of its values, one for each column that it makes; `columns` are DOUBLE expressions. */
  readonly expressions: (columns: readonly string[], declaration: FeatureDeclaration) => string[];
}

const one = { minColumns: 1, maxColumns: 1 };
const two = { minColumns: 2, maxColumns: 2 };
const several = { minColumns: 2, maxColumns: Infinity };

/** Every transform by its name. */
export const TRANSFORMS = {
  sum: { ...several, about: 'a + b + …', expressions: (columns) => [columns.join(' + ')] },
  difference: { ...two, about: 'a − b', expressions: ([a, b]) => [`${a} - ${b}`] },
  product: { ...several, about: 'a × b × …', expressions: (columns) => [columns.join(' * ')] },
  ratio: {
    ...two,
    about: 'a / b, missing where b is 0',
    expressions: ([a, b]) => [`${a} / nullif(${b}, 0)`],
  },
  hypotenuse: {
    ...two,
    about: '√(a² + b²)',
    expressions: ([a, b]) => [`sqrt(${a} * ${a} + ${b} * ${b})`],
  },
  // DuckDB ends a query that asks for the sine of infinity
  sine: {
    ...one,
    about: 'sine of an angle in degrees',
    expressions: ([a]) => [`CASE WHEN isfinite(${a}) THEN sin(radians(${a})) END`],
  },
  cosine: {
    ...one,
    about: 'cosine of an angle in degrees',
    expressions: ([a]) => [`CASE WHEN isfinite(${a}) THEN cos(radians(${a})) END`],
  },
  logarithm: {
    ...one,
    about: 'ln(1 + a), missing where a is not above −1',
    expressions: ([a]) => [`CASE WHEN ${a} > -1 THEN ln(1 + ${a}) END`],
  },
  fold: {
    ...several,
    about:
      'number, from 1, of the column of a one-hot group that is 1; missing where not exactly one is',
    expressions: (columns) => {
      const cases = columns.map((column, i) => `WHEN ${column} = 1 THEN ${i + 1}`).join(' ');
      return [`CASE WHEN ${columns.join(' + ')} = 1 THEN CASE ${cases} END END`];
    },
  },
  unfold: {
    ...one,
    needs: 'n_categories',
    about: 'one-hot group of a category from 1 to n_categories; all 0 for another value',
    expressions: ([a], { n_categories: n = 0 }) =>
      Array.from({ length: n }, (_, i) => `CASE WHEN ${a} = ${i + 1} THEN 1 ELSE 0 END`),
  },
  bins: {
    ...one,
    needs: 'edges',
    about: 'number of the edges that are not above a',
    expressions: ([a], { edges = [] }) => {
      const counts = edges.map((edge) => `CASE WHEN ${a} >= ${double(edge)} THEN 1 ELSE 0 END`);
      return [`CASE WHEN ${a} IS NOT NULL THEN ${counts.join(' + ')} END`];
    },
  },
  periodic: {
    ...one,
    needs: 'periods',
    about:
      'sine and cosine of 2π a / period for each of periods, so that a network sees fine structure (Gorishniy et al. 2022, arXiv:2203.05556)',
    expressions: ([a], { periods = [] }) =>
      periods.flatMap((period) => {
        const angle = `2 * pi() * ${a} / ${double(period)}`;
        return ['sin', 'cos'].map((wave) => `CASE WHEN isfinite(${a}) THEN ${wave}(${angle}) END`);
      }),
  },
} satisfies Record<string, Transform>;

export type TransformName = keyof typeof TRANSFORMS;
const TRANSFORM_NAMES = Object.keys(TRANSFORMS) as TransformName[];
const transformOf = (name: TransformName): Transform => TRANSFORMS[name];

/** The parameter `features.columns`. */
export const FEATURES_PARAMETER: Parameter<readonly FeatureDeclaration[]> = shaped(
  {
    default: [] as readonly FeatureDeclaration[],
    doc:
      'New columns, each {name, transform, of: [columns]}: ' +
      TRANSFORM_NAMES.map((name) => `${name} (${transformOf(name).about})`).join('; ') +
      '.',
    range: 'a list of features {name, transform, of}',
    jsonSchema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'transform', 'of'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1 },
          transform: { enum: TRANSFORM_NAMES },
          of: { type: 'array', minItems: 1, items: { type: 'string' } },
          edges: { type: 'array', minItems: 1, items: { type: 'number' } },
          n_categories: { type: 'integer', minimum: 2 },
          periods: { type: 'array', minItems: 1, items: { type: 'number', exclusiveMinimum: 0 } },
        },
      },
    },
  },
  (value) => {
    if (!Array.isArray(value)) throw new Error('a list of features {name, transform, of}');
    const problems = value.flatMap((item: unknown, i) => findProblems(item, i));
    if (problems.length > 0) throw new Error(`a list of features; ${problems.join('; ')}`);
  },
);

/**
 * @throws StageError E_DATA naming every column that is missing, no number, or declared twice.
 */
export function fitFeatures(fit: Relation, columns: readonly FeatureDeclaration[]): Features {
  const kinds = new Map(fit.columns.map(({ name, kind }) => [name, kind]));
  const problems: string[] = [];
  for (const declaration of columns) {
    for (const name of declaration.of) {
      const kind = kinds.get(name);
      if (kind === undefined) {
        problems.push(
          `${declaration.name} of ${name}, which is no column${didYouMean(name, [...kinds.keys()])}`,
        );
      } else if (kind !== 'number') {
        problems.push(`${declaration.name} of ${name}, which holds ${kind}`);
      }
    }
    for (const name of namesOf(declaration)) {
      if (kinds.has(name)) problems.push(`${name}, which is there already`);
      kinds.set(name, 'number');
    }
  }
  if (problems.length > 0) {
    throw new StageError(
      'E_DATA',
      `features.columns must be made of numeric columns of ${fit.source}, under new names; got ${problems.join('; ')}`,
      { hint: 'a feature may use columns, and features declared before it' },
    );
  }
  return { format: 'timberline-features', version: 1, columns };
}

/** Names of the columns that are added, in the order of their declaration. */
export function featureNames({ columns }: Features): string[] {
  return columns.flatMap(namesOf);
}

/** Select statement of all columns of `sql`, then the features in the order of their declaration. */
export function featuresSelect({ columns }: Features, sql: string): string {
  // a level for each, so that a feature may use those before it in every dialect
  return columns.reduce(
    (inner, declaration) => `SELECT *, ${expressionsOf(declaration).join(', ')} FROM (${inner})`,
    `SELECT * FROM ${sql}`,
  );
}

export function parseFeatures(value: unknown, source: string): Features {
  return parseFittedState<Features>(
    value,
    'timberline-features',
    ({ columns }) =>
      Array.isArray(columns) && columns.every((item, i) => findProblems(item, i).length === 0),
    source,
  );
}

function namesOf(declaration: FeatureDeclaration): string[] {
  const { name, transform, n_categories: n = 0, periods = [] } = declaration;
  if (transform === 'unfold') return Array.from({ length: n }, (_, i) => `${name}${i + 1}`);
  if (transform !== 'periodic') return [name];
  return periods.flatMap((period) => [`${name}_Sine${period}`, `${name}_Cosine${period}`]);
}

function expressionsOf(declaration: FeatureDeclaration): string[] {
  const columns = declaration.of.map((name) => `${identifier(name)}::DOUBLE`);
  const { expressions } = transformOf(declaration.transform);
  const names = namesOf(declaration);
  return expressions(columns, declaration).map(
    (expression, i) => `(${expression})::DOUBLE AS ${identifier(names[i])}`,
  );
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);

const isOption: Record<(typeof OPTIONS)[number], (value: unknown) => boolean> = {
  edges: (value) => isNumbers(value) && value.every((edge, i) => i === 0 || edge > value[i - 1]),
  n_categories: (value) => Number.isSafeInteger(value) && (value as number) > 1,
  periods: (value) =>
    isNumbers(value) && value.every((period) => period > 0) && new Set(value).size === value.length,
};
const OPTION_RANGES: Record<(typeof OPTIONS)[number], string> = {
  edges: 'ascending edges',
  n_categories: 'n_categories of at least 2',
  periods: 'different periods above 0',
};

/** What is wrong with one item of the list, whatever the table. */
function findProblems(item: unknown, i: number): string[] {
  const label = isRecord(item) && typeof item.name === 'string' ? item.name : `item ${i + 1}`;
  if (!isRecord(item) || typeof item.name !== 'string' || item.name === '') {
    return [`${label} must have a name`];
  }
  const known = ['name', 'transform', 'of', ...OPTIONS];
  const unknown = Object.keys(item)
    .filter((key) => !known.includes(key))
    .map((key) => `${label} has an unknown key ${key}${didYouMean(key, known)}`);
  if (!TRANSFORM_NAMES.includes(item.transform as TransformName)) {
    const word = String(item.transform);
    return [
      ...unknown,
      `${label} has an unknown transform ${word}${didYouMean(word, TRANSFORM_NAMES)}`,
    ];
  }
  return [...unknown, ...findOperandProblems(label, item)];
}

function findOperandProblems(label: string, item: Record<string, unknown>): string[] {
  const { minColumns, maxColumns, needs } = transformOf(item.transform as TransformName);
  const problems: string[] = [];
  const isNames = Array.isArray(item.of) && item.of.every((name) => typeof name === 'string');
  const n = isNames ? (item.of as string[]).length : 0;
  if (n < minColumns || n > maxColumns) {
    const count = minColumns === maxColumns ? `${minColumns}` : `at least ${minColumns}`;
    problems.push(`${label} must be of ${count} ${count === '1' ? 'column' : 'columns'}`);
  }
  for (const option of OPTIONS) {
    const value = item[option];
    if (option !== needs && value !== undefined) problems.push(`${label} takes no ${option}`);
    if (option === needs && !isOption[option](value)) {
      problems.push(`${label} must have ${OPTION_RANGES[option]}`);
    }
  }
  return problems;
}
