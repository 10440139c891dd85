import { oneOf } from '../../params/schema.ts';

/** Parameters of the stage `quantize`. */
export const QUANTIZE_SCHEMA = {
  precision: oneOf(['float16', 'int8'], {
    default: 'int8',
    doc: 'How weights are stored: float16, or 8 bits with a step for each output; what is computed with stays float32.',
  }),
};
