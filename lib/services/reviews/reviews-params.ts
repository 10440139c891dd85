import { integer, number } from '../../params/schema.ts';
import type { Params } from '../../params/schema.ts';
import { SERVICE_PARAMS } from '../service-params.ts';

/** The group `serve-reviews` of params.yaml. */
export const SERVE_REVIEWS_PARAMS = {
  ...SERVICE_PARAMS,
  max_characters: integer({
    doc: 'Characters that a text may have; a longer one is refused with 400.',
    min: 1,
    default: 20_000,
  }),
  min_language_probability: number({
    doc: 'Below it the language of a text is null: it is too short to tell, or in none that is known.',
    min: 0,
    max: 1,
    default: 0.6,
  }),
};

export type ServeReviewsParams = Params<typeof SERVE_REVIEWS_PARAMS>;
