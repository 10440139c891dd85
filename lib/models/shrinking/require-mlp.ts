/** Which models can be pruned, frozen and quantised: the perceptron. */
import { StageError } from '../../errors.ts';
import type { FittedModel } from '../model.ts';
import { assertClassifier } from './require-classifier.ts';

/**
 * @param action - What is to be done to it, as in "to be pruned".
 * @param hint - What to do instead.
 * @throws StageError E_DATA naming the kind of the model, and for one that predicts a number.
 */
export function assertMlp(fitted: FittedModel, action: string, hint: string): void {
  assertClassifier(fitted, action);
  const { name } = fitted;
  if (name === 'mlp') return;
  throw new StageError('E_DATA', `the model must be an mlp to be ${action}; got ${name}`, { hint });
}
