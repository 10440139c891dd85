import { COLUMNS } from '../params/columns.ts';
import { toSnakeCase } from '../params/schema.ts';
import type { Schema } from '../params/schema.ts';
import type { ModelDefinition } from './model.ts';

/** The group of parameters of each model, `extra_trees` of `extra-trees`. */
export function modelGroups(models: readonly Pick<ModelDefinition, 'name' | 'params'>[]): Schema {
  return Object.fromEntries(
    models.map(({ name, params }) => [toSnakeCase(name), { columns: COLUMNS, ...params }]),
  );
}
