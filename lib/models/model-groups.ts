import { list, text } from '../params/schema.ts';
import type { Schema } from '../params/schema.ts';
import type { ModelDefinition } from './model.ts';

const COLUMNS = list(text({ default: '*', doc: '' }), {
  default: ['*'],
  doc: 'Features that the model takes, by name or pattern: a * stands for any text, a ! in front takes away what was taken before.',
});

/** The group of parameters of each model, `extra_trees` of `extra-trees`. */
export function modelGroups(models: readonly Pick<ModelDefinition, 'name' | 'params'>[]): Schema {
  return Object.fromEntries(
    models.map(({ name, params }) => [name.replaceAll('-', '_'), { columns: COLUMNS, ...params }]),
  );
}
