import { number } from '../../params/schema.ts';

/** Parameters of the stage `export`. */
export const EXPORT_SCHEMA = {
  tolerance: number({
    default: 1e-5,
    min: 0,
    doc: 'Largest difference of a probability between the graph and the bundle, of a number as a share of the range of the golden ones; a larger one fails.',
  }),
};
