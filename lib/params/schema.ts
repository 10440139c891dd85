/**
 * Parameters are declared once: type, range, default and sentence. From the declaration come parsing,
 * messages, docs/params.md, the editors' JSON Schema and the invalid values of the contract tests.
 *
 * A declaration is a convict schema node; `range` and `jsonSchema` are what convict does not know.
 */
export interface Parameter<T> {
  readonly doc: string;
  readonly default: T;
  /** Throws an Error whose message completes "<key> must be …". */
  readonly format: (value: unknown) => void;
  /** What is allowed, for people: `an integer in [1, inf)`. */
  readonly range: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** Whether `--<key>` on the command line sets it, for one run. */
  readonly isFlag?: boolean;
}

export interface Schema {
  readonly [key: string]: Parameter<unknown> | Schema;
}

type CamelCase<S> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** The values of a schema, keys in camelCase: `max_per_class` of the file is `maxPerClass` in code. */
export type Params<S> = {
  readonly [K in keyof S as CamelCase<K>]: S[K] extends Parameter<infer T> ? T : Params<S[K]>;
};

export function isParameter(node: Parameter<unknown> | Schema): node is Parameter<unknown> {
  return typeof node.format === 'function';
}

export function toCamelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The key in a file of what is named in kebab-case: `extra_trees` of `extra-trees`. */
export function toSnakeCase(name: string): string {
  return name.replaceAll('-', '_');
}

interface Declaration<T> {
  readonly doc: string;
  readonly default: T;
}
/** Bounds are included, `above` and `below` are not. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

function parameter<T>(
  { doc, default: value }: Declaration<T>,
  range: string,
  jsonSchema: Record<string, unknown>,
  holds: (value: unknown) => boolean,
): Parameter<T> {
  const format = (candidate: unknown): void => {
    if (!holds(candidate)) throw new Error(range);
  };
  return { doc, default: value, format, range, jsonSchema };
}

function interval({ min, max, above, below }: Bounds): string {
  const low = above !== undefined ? `(${above}` : min !== undefined ? `[${min}` : '(-inf';
  const high = below !== undefined ? `${below})` : max !== undefined ? `${max}]` : 'inf)';
  return `${low}, ${high}`;
}

function isWithin(value: number, { min, max, above, below }: Bounds): boolean {
  return (
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

function numeric(
  type: 'number' | 'integer',
  declaration: Declaration<number> & Bounds,
): Parameter<number> {
  const { min, max, above, below } = declaration;
  const jsonSchema: Record<string, unknown> = { type };
  if (min !== undefined) jsonSchema.minimum = min;
  if (max !== undefined) jsonSchema.maximum = max;
  if (above !== undefined) jsonSchema.exclusiveMinimum = above;
  if (below !== undefined) jsonSchema.exclusiveMaximum = below;
  const isType = type === 'integer' ? Number.isSafeInteger : Number.isFinite;
  const article = type === 'integer' ? 'an integer' : 'a number';
  return parameter(
    declaration,
    `${article} in ${interval(declaration)}`,
    jsonSchema,
    (value) => isType(value) && isWithin(value as number, declaration),
  );
}

export const number = (declaration: Declaration<number> & Bounds): Parameter<number> =>
  numeric('number', declaration);

export const integer = (declaration: Declaration<number> & Bounds): Parameter<number> =>
  numeric('integer', declaration);

export const boolean = (declaration: Declaration<boolean>): Parameter<boolean> =>
  parameter(
    declaration,
    'true or false',
    { type: 'boolean' },
    (value) => typeof value === 'boolean',
  );

export const text = (declaration: Declaration<string>): Parameter<string> =>
  parameter(
    declaration,
    'a text that is not empty',
    { type: 'string', minLength: 1 },
    (value) => typeof value === 'string' && value !== '',
  );

export function oneOf<const T extends string>(
  values: readonly T[],
  declaration: Declaration<NoInfer<T>>,
): Parameter<T> {
  return parameter<T>(declaration, `one of ${values.join(', ')}`, { enum: values }, (value) =>
    values.includes(value as T),
  );
}

/** A list; `item` gives what each element must be (its default and doc are not used). */
export function list<T>(
  item: Parameter<T>,
  declaration: Declaration<readonly NoInfer<T>[]> & { readonly minLength?: number },
): Parameter<readonly T[]> {
  const minLength = declaration.minLength ?? 0;
  const atLeast = minLength > 0 ? ` of at least ${minLength}` : '';
  return parameter<readonly T[]>(
    declaration,
    `a list${atLeast}, each ${item.range}`,
    { type: 'array', items: item.jsonSchema, minItems: minLength },
    (value) =>
      Array.isArray(value) && value.length >= minLength && value.every((v) => holds(item, v)),
  );
}

/** A map from any name to a value; `item` gives what each value must be. */
export function map<T>(
  item: Parameter<T>,
  declaration: Declaration<Readonly<Record<string, NoInfer<T>>>>,
): Parameter<Readonly<Record<string, T>>> {
  return parameter<Readonly<Record<string, T>>>(
    declaration,
    `a map from names to values, each ${item.range}`,
    { type: 'object', additionalProperties: item.jsonSchema },
    (value) => isRecord(value) && Object.values(value).every((v) => holds(item, v)),
  );
}

/** `null` is allowed too; the doc must say what it means. */
export function nullable<T>(
  inner: Parameter<T>,
  declaration: Declaration<NoInfer<T> | null>,
): Parameter<T | null> {
  return parameter<T | null>(
    declaration,
    `${inner.range}, or null`,
    { anyOf: [inner.jsonSchema, { type: 'null' }] },
    (value) => value === null || holds(inner, value),
  );
}

/** Either of two kinds of value. */
export function either<A, B>(
  first: Parameter<A>,
  second: Parameter<B>,
  declaration: Declaration<NoInfer<A> | NoInfer<B>>,
): Parameter<A | B> {
  return parameter<A | B>(
    declaration,
    `${first.range}, or ${second.range}`,
    { anyOf: [first.jsonSchema, second.jsonSchema] },
    (value) => holds(first, value) || holds(second, value),
  );
}

/** A value with a shape of its own; `check` throws an Error that completes "<key> must be …". */
export function shaped<T>(
  declaration: Declaration<T> & { readonly range: string; readonly jsonSchema: object },
  check: (value: unknown) => void,
): Parameter<T> {
  const { doc, range, default: value } = declaration;
  return { doc, default: value, range, jsonSchema: { ...declaration.jsonSchema }, format: check };
}

/** The same schema; each of its parameters is a flag of the command line too: `--season-length` of `season_length`. */
export function asFlags<const S extends Readonly<Record<string, Parameter<unknown>>>>(
  schema: S,
): S {
  const flagged = Object.entries(schema).map(([key, node]) => [key, { ...node, isFlag: true }]);
  return Object.fromEntries(flagged) as S;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function holds(item: Parameter<unknown>, value: unknown): boolean {
  try {
    item.format(value);
    return true;
  } catch {
    return false;
  }
}
