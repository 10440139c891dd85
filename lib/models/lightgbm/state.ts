/** A fitted booster as plain data: LightGBM's own text, and which features it takes of the columns. */
import { isRecord } from '../../params/schema.ts';
import type { FittedModel } from '../model.ts';
import type { Feature } from './features.ts';
import { measureImportance, parseModelText } from './model-text.ts';
import type { BoostedTrees } from './model-text.ts';

const TEXT = 'model.txt';

export interface FeatureImportance {
  /** Of the column, or the pattern of the one-hot group. */
  readonly feature: string;
  /** Sum of the gain of its splits. */
  readonly gain: number;
  /** Number of its splits. */
  readonly split: number;
}

export function toFitted(
  text: Uint8Array,
  features: readonly Feature[],
): Pick<FittedModel, 'facts' | 'tensors'> {
  return {
    facts: { features },
    tensors: { [TEXT]: { dtype: 'U8', shape: [text.length], data: text } },
  };
}

/** LightGBM's own text, in UTF-8: `lightgbm.Booster(model_str=…)` of Python reads it. */
export function lightgbmText({ tensors }: Pick<FittedModel, 'tensors'>): Uint8Array {
  return tensors[TEXT].data as Uint8Array;
}

export function featuresOf({ facts }: Pick<FittedModel, 'facts'>): readonly Feature[] {
  return facts.features as readonly Feature[];
}

/** Each feature with the gain and the number of its splits, the greatest gain first. */
export function lightgbmImportance(fitted: FittedModel): FeatureImportance[] {
  const { gain, split } = measureImportance(lightgbmText(fitted));
  return featuresOf(fitted)
    .map(({ name }, j) => ({ feature: name, gain: gain[j], split: split[j] }))
    .toSorted((a, b) => b.gain - a.gain);
}

/** Large texts take seconds to parse, and are looked at twice: for problems, and to predict. */
const parsed = new WeakMap<Uint8Array, BoostedTrees>();

/** @throws Error when the text is damaged; {@link findBoosterProblem} tells. */
export function treesOf(fitted: Pick<FittedModel, 'tensors'>): BoostedTrees {
  const text = lightgbmText(fitted);
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const trees = parseModelText(text, (got) => {
    throw new TextError(got);
  });
  parsed.set(text, trees);
  return trees;
}

class TextError extends Error {}

export function findBoosterProblem(fitted: FittedModel): string | null {
  const { columns, task, nClasses, facts, tensors } = fitted;
  if (tensors[TEXT]?.dtype !== 'U8') return `no ${TEXT} of bytes`;
  const { features } = facts;
  if (!Array.isArray(features) || !features.every(isFeature)) return 'no list of features';
  const places = (features as Feature[]).flatMap((feature) => feature.places);
  if (places.some((place) => place >= columns.length) || new Set(places).size !== places.length) {
    return `features of other columns than its ${columns.length}`;
  }
  try {
    const { objective, ensemble } = treesOf(fitted);
    const { nFeatures, nOutputs } = ensemble;
    if (task === 'regression') {
      if (objective !== 'regression') return `trees for ${objective}, where a number is predicted`;
    } else if (objective !== (nClasses === 2 ? 'binary' : 'multiclass')) {
      return `trees for ${objective}, where there are ${nClasses} classes`;
    }
    if (nClasses > 2 && nOutputs !== nClasses) {
      return `trees for ${nOutputs} classes, where there are ${nClasses}`;
    }
    if (nFeatures !== features.length) {
      return `trees of ${nFeatures} features, where there are ${features.length}`;
    }
    return null;
  } catch (error) {
    if (error instanceof TextError) return `a ${TEXT} with ${error.message}`;
    throw error;
  }
}

function isFeature(feature: unknown): boolean {
  return (
    isRecord(feature) &&
    typeof feature.name === 'string' &&
    typeof feature.isGroup === 'boolean' &&
    Array.isArray(feature.places) &&
    feature.places.every((place) => Number.isSafeInteger(place) && place >= 0) &&
    (feature.isGroup ? feature.places.length > 0 : feature.places.length === 1)
  );
}
