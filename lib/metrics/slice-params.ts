import { isRecord, shaped } from '../params/schema.ts';

/** Bands of equal shares that a model's facts about train, its deciles, can give. */
export const BAND_COUNTS = [2, 5, 10] as const;

/** Which rows belong together. */
export type SliceDeclaration =
  | {
      readonly column: string;
      /** Bands of a numeric column; left out, each value is a slice. */
      readonly bins?: (typeof BAND_COUNTS)[number];
    }
  /** Pattern of a group of columns of which one is 1. */
  | { readonly one_hot: string };

/** The parameter `evaluate.slices`. */
export const SLICES = shaped<readonly SliceDeclaration[]>(
  {
    default: [],
    doc:
      'Groups of rows whose metrics are shown apart, each {column: name} with a slice for each value, {column: name, bins: n} with bands of a numeric ' +
      'column that hold equal shares of train, or {one_hot: pattern} with a slice for each column that the pattern names; a * stands for any text.',
    range: `a list of {column, bins?: ${BAND_COUNTS.join(' | ')}} or {one_hot}`,
    jsonSchema: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        minProperties: 1,
        properties: {
          column: { type: 'string', minLength: 1 },
          bins: { enum: BAND_COUNTS },
          one_hot: { type: 'string', minLength: 1 },
        },
      },
    },
  },
  (value) => {
    if (!Array.isArray(value) || !value.every(isSlice)) {
      throw new Error(
        `a list of slices {column: name}, {column: name, bins: ${BAND_COUNTS.join(' | ')}} or {one_hot: pattern}`,
      );
    }
  },
);

function isSlice(value: unknown): value is SliceDeclaration {
  if (!isRecord(value)) return false;
  const { column, bins, one_hot: oneHot } = value;
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
  switch (Object.keys(value).toSorted().join()) {
    case 'column':
      return isName(column);
    case 'bins,column':
      return isName(column) && (BAND_COUNTS as readonly unknown[]).includes(bins);
    case 'one_hot':
      return isName(oneHot);
    default:
      return false;
  }
}
