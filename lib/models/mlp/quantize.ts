/** A perceptron whose weights take less room. */
import { assertMlp } from '../shrinking/require-mlp.ts';
import type { FittedModel } from '../model.ts';
import { fromNetwork, toNetwork } from './state.ts';
import type { Precision } from './packed-weights.ts';

/**
 * Stores the weights as float16 or int8; they are made float32 again when the model is opened, so that it
 * takes less room, and no less time.
 *
 * - float16: the nearest half, about three digits.
 * - int8: `code × step`, one step for each output, so that its largest weight is ∓127 steps (symmetric, per
 *   channel; Jacob et al. 2018, arXiv:1712.05877). An error is half a step at most.
 *
 * @throws StageError E_DATA when it is no perceptron, or a weight is beyond float16.
 */
export function quantizeModel(fitted: FittedModel, precision: Precision): FittedModel {
  assertMlp(fitted, 'quantised', 'trees hold few bytes of numbers; prune takes rounds away');
  const backend = String(fitted.facts.backend);
  return { ...fitted, ...fromNetwork(toNetwork(fitted), backend, precision) };
}
