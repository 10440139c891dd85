import { isParameter } from './schema.ts';
import type { Schema } from './schema.ts';

/** JSON Schema (draft 7) of a group, by which editors complete and check params.yaml. */
export function toJsonSchema(schema: Schema): {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, object>>;
} {
  const properties = Object.entries(schema).map(([name, node]) => [
    name,
    isParameter(node)
      ? { description: node.doc, default: node.default, ...node.jsonSchema }
      : toJsonSchema(node),
  ]);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties) as Record<string, object>,
  };
}
