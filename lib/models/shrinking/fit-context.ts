import type { FitContext } from '../model.ts';

/** What a model is trained in where nothing but progress is watched, and no checkpoint is kept. */
export function createFitContext(
  context: Omit<FitContext, 'onStep' | 'checkpoint' | 'fitMember'>,
): FitContext {
  return {
    ...context,
    onStep: () => 'go on',
    checkpoint: () => null,
    fitMember: () => Promise.reject(new Error('it is made of one model')),
  };
}
