import { listExamples } from '../errors.ts';
import {
  boolean,
  either,
  integer,
  isRecord,
  list,
  nullable,
  number,
  oneOf,
  shaped,
  text,
  toCamelCase,
} from '../params/schema.ts';
import type { Params } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';
import { NEGATION_LANGUAGES } from './negations.ts';
import { TASKS } from '../task.ts';

export const ANALYZERS = ['word', 'char', 'char_wb'] as const;
export const STOP_WORD_LANGUAGES = ['english', 'french', 'spanish'] as const;
export type StopWordLanguage = (typeof STOP_WORD_LANGUAGES)[number];
export const ACCENT_METHODS = ['ascii', 'unicode'] as const;
export const NORMS = ['l2', 'none'] as const;

const count = integer({ default: 1, min: 1, doc: '' });
const share = number({ default: 0.5, above: 0, below: 1, doc: '' });
const rows = either(count, share, { default: 1, doc: '' });

/** What terms are and what they weigh: names, meanings and defaults of scikit-learn's TfidfVectorizer. */
const TERMS_SCHEMA = {
  analyzer: oneOf(ANALYZERS, {
    default: 'word',
    doc: 'What n-grams are made of: words (two or more letters, digits or _), characters, or the characters of each word with a space on either side (char_wb).',
  }),
  ngram_range: shaped<readonly [number, number]>(
    {
      default: [1, 1],
      doc: 'Fewest and most words or characters of an n-gram, both included.',
      range: 'two integers from 1, the second no less than the first',
      jsonSchema: {
        type: 'array',
        items: { type: 'integer', minimum: 1 },
        minItems: 2,
        maxItems: 2,
      },
    },
    (value) => {
      if (isRange(value)) return;
      throw new Error('two integers from 1, the second no less than the first');
    },
  ),
  lowercase: boolean({ default: true, doc: 'Whether upper and lower case are the same.' }),
  strip_accents: nullable(oneOf(ACCENT_METHODS, { default: 'unicode', doc: '' }), {
    default: null,
    doc: 'Takes accents off letters: ascii drops all that is not ASCII then, unicode the accents alone; null: letters keep them.',
  }),
  stop_words: list(oneOf(STOP_WORD_LANGUAGES, { default: 'english', doc: '' }), {
    default: [],
    doc: "Languages whose most frequent words are left out before n-grams are made, of the analyzer word alone; english is scikit-learn's own list.",
  }),
  negations: list(oneOf(NEGATION_LANGUAGES, { default: 'english', doc: '' }), {
    default: [],
    doc: 'Languages whose negations mark the words behind them, up to the next mark or contrast: of "not good" the second word is not_good; a negation within another takes it away.',
  }),
  min_df: either(count, share, {
    default: 1,
    doc: 'Fewest rows of train that hold a term that is kept: a number of rows, or below 1 a share of them.',
  }),
  max_df: nullable(rows, {
    default: null,
    doc: "Most rows of train that hold a term that is kept: a number of rows, or below 1 a share of them; null: all (scikit-learn's 1.0).",
  }),
  max_features: nullable(integer({ default: 10_000, min: 1, doc: '' }), {
    default: null,
    doc: 'Terms kept, those that train holds most often, of equals the first by alphabet; null: all.',
  }),
  use_idf: boolean({
    default: true,
    doc: 'Whether a term weighs more the fewer rows of train hold it: by 1 + ln((1 + rows) / (1 + rows that hold it)).',
  }),
  sublinear_tf: boolean({
    default: false,
    doc: 'Whether a term that a row holds n times counts 1 + ln(n) instead of n.',
  }),
  norm: oneOf(NORMS, {
    default: 'l2',
    doc: 'What every row is divided by: its Euclidean length (l2), or nothing.',
  }),
};
export type TermsParams = Params<typeof TERMS_SCHEMA>;

/** Settings of a block by their names in the file. */
type BlockSettings = Readonly<Record<string, unknown>>;

const BLOCKS = 'a map from names (letters, digits and single _) to settings';
const NAME = /^(?!.*__)\w+$/;

/** The group `vectorize`. */
export const VECTORIZE_SCHEMA = {
  column: text({ default: 'text', doc: 'Column of the texts.' }),
  id: nullable(text({ default: 'row_id', doc: '' }), {
    default: null,
    doc: 'Column of integers or texts that identifies a row, written beside it; null: base.id where the table has it, else none.',
  }),
  task: oneOf(TASKS, {
    default: 'classification',
    doc: 'What base.target is, where the table has it: classes, written as labels, or numbers, written as targets.',
  }),
  ...TERMS_SCHEMA,
  blocks: shaped<Readonly<Record<string, BlockSettings>>>(
    {
      default: {},
      doc: `Several kinds of terms side by side, by names: each with settings of its own (${Object.keys(TERMS_SCHEMA).join(', ')}), and those above where it has none; a column is then called <name>__<term>. Empty: one kind.`,
      range: BLOCKS,
      jsonSchema: {
        type: 'object',
        propertyNames: { pattern: NAME.source },
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(
            Object.entries(TERMS_SCHEMA).map(([key, { jsonSchema }]) => [key, jsonSchema]),
          ),
        },
      },
    },
    (value) => {
      const isMap = isRecord(value) && Object.entries(value).every(isBlock);
      if (!isMap) throw new Error(BLOCKS);
      const problems = Object.entries(value).flatMap(([name, block]) =>
        Object.entries(block as BlockSettings).flatMap((setting) => findProblem(name, setting)),
      );
      if (problems.length > 0) throw new Error(`${BLOCKS}: ${listExamples(problems)}`);
    },
  ),
};
export type VectorizeParams = Params<typeof VECTORIZE_SCHEMA>;

/**
 * The settings of each kind of terms, by its name; one alone has none.
 *
 * @param options.blocks - Of the parameter `vectorize.blocks`.
 */
export function listBlocks<S extends TermsParams>({
  blocks,
  ...settings
}: S & { readonly blocks: Readonly<Record<string, BlockSettings>> }): [
  name: string | null,
  settings: TermsParams,
][] {
  const named = Object.entries(blocks);
  if (named.length === 0) return [[null, settings as TermsParams]];
  return named.map(([name, block]) => {
    const own = Object.entries(block).map(([key, value]) => [toCamelCase(key), value]);
    return [name, { ...(settings as TermsParams), ...Object.fromEntries(own) }];
  });
}

function isBlock([name, block]: [string, unknown]): boolean {
  return NAME.test(name) && isRecord(block);
}

/** What is wrong with a setting of a block, as a sentence. */
function findProblem(name: string, [key, value]: [string, unknown]): string[] {
  const setting = `${name}.${key}`;
  if (!Object.hasOwn(TERMS_SCHEMA, key)) {
    const known = Object.keys(TERMS_SCHEMA).map((other) => `${name}.${other}`);
    return [`${setting} is no setting${didYouMean(setting, known)}`];
  }
  try {
    TERMS_SCHEMA[key as keyof typeof TERMS_SCHEMA].format(value);
    return [];
  } catch (error) {
    return [`${setting} must be ${(error as Error).message}`];
  }
}

function isRange(value: unknown): value is [number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((n) => Number.isSafeInteger(n) && n >= 1) &&
    value[0] <= value[1]
  );
}
