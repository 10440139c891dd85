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
import { identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { parseFittedState } from './fitted-state.ts';
import type { FittedState } from './fitted-state.ts';
import { TRANSFORM_NAMES, outputsOf, transformOf } from './transforms.ts';
import type { FeatureDeclaration, OptionName, TransformName } from './transforms.ts';

export interface Features extends FittedState<'timberline-features'> {
  readonly columns: readonly FeatureDeclaration[];
}

interface Option {
  /** Completes "must have". */
  readonly range: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  readonly holds: (value: unknown, nColumns: number) => boolean;
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
const isCount = (value: unknown, min: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min;
const areDifferentAbove0 = (value: unknown): boolean =>
  isNumbers(value) && value.every((item) => item > 0) && new Set(value).size === value.length;
const numbers = { type: 'array', minItems: 1, items: { type: 'number' } };
const numbersAbove0 = { ...numbers, items: { type: 'number', exclusiveMinimum: 0 } };

/** What each option of a transform may be. */
const OPTIONS: Readonly<Record<OptionName, Option>> = {
  edges: {
    range: 'ascending edges',
    jsonSchema: numbers,
    holds: (value) => isNumbers(value) && value.every((edge, i) => i === 0 || edge > value[i - 1]),
  },
  n_categories: {
    range: 'n_categories of at least 2',
    jsonSchema: { type: 'integer', minimum: 2 },
    holds: (value) => isCount(value, 2),
  },
  periods: {
    range: 'different periods above 0',
    jsonSchema: numbersAbove0,
    holds: areDifferentAbove0,
  },
  weights: {
    range: 'weights, a number for each column',
    jsonSchema: numbers,
    holds: (value, nColumns) => isNumbers(value) && value.length === nColumns,
  },
  values: { range: 'values, a list of numbers', jsonSchema: numbers, holds: isNumbers },
  size: {
    range: 'a size from 2 to the number of columns',
    jsonSchema: { type: 'integer', minimum: 2 },
    holds: (value, nColumns) => isCount(value, 2) && value <= nColumns,
  },
  factors: {
    range: 'different factors above 0',
    jsonSchema: numbersAbove0,
    holds: areDifferentAbove0,
  },
  n_directions: {
    range: 'n_directions of at least 1',
    jsonSchema: { type: 'integer', minimum: 1 },
    holds: (value) => isCount(value, 1),
  },
};
const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

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
          ...Object.fromEntries(
            Object.entries(OPTIONS).map(([name, { jsonSchema }]) => [name, jsonSchema]),
          ),
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
    for (const { name } of outputsOf(declaration)) {
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
  return columns.flatMap((declaration) => outputsOf(declaration).map(({ name }) => name));
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

function expressionsOf(declaration: FeatureDeclaration): string[] {
  const columns = declaration.of.map((name) => `${identifier(name)}::DOUBLE`);
  return outputsOf(declaration, columns).map(
    ({ name, sql }) => `(${sql})::DOUBLE AS ${identifier(name)}`,
  );
}

/** What is wrong with one item of the list, whatever the table. */
function findProblems(item: unknown, i: number): string[] {
  const label = isRecord(item) && typeof item.name === 'string' ? item.name : `item ${i + 1}`;
  if (!isRecord(item) || typeof item.name !== 'string' || item.name === '') {
    return [`${label} must have a name`];
  }
  const known = ['name', 'transform', 'of', ...OPTION_NAMES];
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
  for (const option of OPTION_NAMES) {
    const value = item[option];
    const isNeeded = needs.includes(option);
    if (!isNeeded && value !== undefined) problems.push(`${label} takes no ${option}`);
    if (isNeeded && !OPTIONS[option].holds(value, n)) {
      problems.push(`${label} must have ${OPTIONS[option].range}`);
    }
  }
  return problems;
}
