import { number } from '../../params/schema.ts';

/** Parameters of the stage `freeze`. */
export const FREEZE_SCHEMA = {
  tolerance: number({
    default: 1e-5,
    min: 0,
    doc: 'Largest difference of a probability on valid; a larger one fails.',
  }),
};
