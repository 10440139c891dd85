/** The group `signal`: what the features of a model are tested for. */
import { integer, isRecord, list, number, shaped, text } from '../params/schema.ts';
import type { Parameter, Params } from '../params/schema.ts';

/** Features that are left out, and put in, together. */
export interface SignalGroup {
  readonly name: string;
  /** Patterns of columns, as `selectNames` has them. */
  readonly columns: readonly string[];
  /** Column of what the features describe: they are the same in all of its rows. None: each row is its own. */
  readonly of?: string;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const GROUPS: Parameter<readonly SignalGroup[]> = shaped(
  {
    default: [] as readonly SignalGroup[],
    doc: 'Features that are left out and put in together, each {name, columns: patterns, of: column of what they describe}: those of a user are moved between users, not between rows.',
    range: 'a list of groups {name, columns, of}, with names of their own',
    jsonSchema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'columns'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1 },
          columns: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
          of: { type: 'string', minLength: 1 },
        },
      },
    },
  },
  (value) => {
    const fits =
      Array.isArray(value) &&
      value.every(isGroup) &&
      new Set(value.map(({ name }: SignalGroup) => name)).size === value.length;
    if (!fits) throw new Error('a list of groups {name, columns, of}, with names of their own');
  },
);

function isGroup(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, columns, of, ...others } = value;
  return (
    isText(name) &&
    Array.isArray(columns) &&
    columns.length > 0 &&
    columns.every(isText) &&
    (of === undefined || isText(of)) &&
    Object.keys(others).length === 0
  );
}

export const SIGNAL_SCHEMA = {
  groups: GROUPS,
  categorical: list(text({ default: 'x', doc: '' }), {
    default: [],
    doc: 'Columns whose values are categories: each value of train becomes a feature of 0 and 1.',
  }),
  C: number({ default: 1, above: 0, doc: 'Inverse strength of the L2 penalty of the models.' }),
  confidence_level: number({
    default: 0.95,
    above: 0,
    below: 1,
    doc: 'Probability that an interval covers the difference.',
  }),
  n_resamples: integer({
    default: 2000,
    min: 1,
    max: 100_000,
    doc: 'Bootstrap samples of the test rows that the intervals come from.',
  }),
  n_permutations: integer({
    default: 199,
    min: 1,
    max: 100_000,
    doc: 'Times that the features of a group are dealt anew; no p-value is below 1 / (n_permutations + 1).',
  }),
  n_column_permutations: integer({
    default: 49,
    min: 1,
    max: 100_000,
    doc: 'Times that the columns of clustered rows are dealt anew, and clustered; no p-value is below 1 / (n_column_permutations + 1).',
  }),
  n_init: integer({
    default: 20,
    min: 1,
    max: 1000,
    doc: 'Starts of k-means on the rows dealt anew, whose shares are averaged, and ten times as many on the rows as they are; the best of each would tell which rows had luck.',
  }),
};
export type SignalParams = Params<typeof SIGNAL_SCHEMA>;
