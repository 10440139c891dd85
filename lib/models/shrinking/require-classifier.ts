/** Which models can be shrunk: those that tell classes apart. */
import { StageError } from '../../errors.ts';
import type { FittedModel } from '../model.ts';

/**
 * @param action - What is to be done to it, as in "to be pruned".
 * @throws StageError E_DATA for a model that predicts a number.
 */
export function assertClassifier({ name, task }: FittedModel, action: string): void {
  if (task !== 'regression') return;
  throw new StageError(
    'E_DATA',
    `the model must tell classes apart to be ${action}; got ${name}, which predicts a number`,
    { hint: 'predict and evaluate take it as it is' },
  );
}
