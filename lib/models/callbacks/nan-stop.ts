import { StageError } from '../../errors.ts';
import { toSnakeCase } from '../../params/schema.ts';
import type { Callback } from './callback.ts';

/** Ends a training whose loss is no finite number any more: what follows would be none either. */
export const nanStop: Callback = ({ model, step, loss, validLoss }) => {
  const wrong = [loss, validLoss].find((value) => value !== null && !Number.isFinite(value));
  if (wrong === undefined) return 'go on';
  throw new StageError('E_DATA', `loss of ${model} must be finite; got ${wrong} in step ${step}`, {
    hint: `look for values in the features that are not finite, or for a learning rate in train.${toSnakeCase(model)} that is too high`,
  });
};
