interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly [key: string]: unknown;
}

/** Values that a parameter with this JSON Schema must reject: wrong types, and just outside each bound. */
export function invalidValues(schema: JsonSchema): unknown[] {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.length === 2 && schema.anyOf[1].type === 'null'
      ? invalidValues(schema.anyOf[0]).filter((value) => value !== null)
      : [];
  }
  if (schema.enum !== undefined) return ['no such choice', 1, null];
  switch (schema.type) {
    case 'integer':
      return [1.5, 'three', null, [], ...outside(schema, 1)];
    case 'number':
      return ['three', null, true, ...outside(schema, 1e-9)];
    case 'boolean':
      return ['yes', 1, null];
    case 'string':
      return ['', 5, null];
    case 'array':
      return [
        'a text',
        { a: 1 },
        ...(schema.items ? invalidValues(schema.items).map((v) => [v]) : []),
      ];
    case 'object':
      return ['a text', [1]];
    default:
      return [];
  }
}

function outside(schema: JsonSchema, step: number): number[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return [
    ...(minimum === undefined ? [] : [minimum - Math.max(step, Math.abs(minimum) * step)]),
    ...(maximum === undefined ? [] : [maximum + Math.max(step, Math.abs(maximum) * step)]),
    ...(exclusiveMinimum === undefined ? [] : [exclusiveMinimum]),
    ...(exclusiveMaximum === undefined ? [] : [exclusiveMaximum]),
  ];
}
