/** Every model by its name: what `train.model` may be. */
import { mlp } from './mlp.ts';
import type { ModelDefinition } from './model.ts';

/** Sorted by name, as their files stand in the folder. */
export const MODELS: readonly ModelDefinition[] = [mlp];

/** The model of a name; undefined: there is none. */
export function findModel(name: string): ModelDefinition | undefined {
  return MODELS.find((model) => model.name === name);
}
