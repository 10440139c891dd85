import { isParameter } from './schema.ts';
import type { Parameter, Schema } from './schema.ts';

/** One parameter under its full key, `train.mlp.dropout`. */
export interface DescribedParameter extends Parameter<unknown> {
  readonly key: string;
}

export function flattenSchema(schema: Schema, prefix: string): DescribedParameter[] {
  return Object.entries(schema).flatMap(([name, node]) => {
    const key = `${prefix}.${name}`;
    return isParameter(node) ? [{ key, ...node }] : flattenSchema(node, key);
  });
}

/** Lines of --help: key, range and default, then the sentence. */
export function describeParameters(schema: Schema, group: string): string[] {
  return [
    '',
    `Parameters (--set ${group}.…):`,
    ...flattenSchema(schema, group).map(
      ({ key, range, default: value, doc }) =>
        `  ${key}: ${range} (default ${JSON.stringify(value)})\n      ${doc}`,
    ),
  ];
}
