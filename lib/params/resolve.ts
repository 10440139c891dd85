import convict from 'convict';
import { StageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { isParameter, isRecord, toCamelCase } from './schema.ts';
import type { Params, Schema } from './schema.ts';

/** One place that parameters come from, lowest precedence first; `name` is what messages call it. */
export interface ParamsSource {
  readonly name: string;
  readonly values: unknown;
}

/** A group of params.yaml: its declaration, its key, and where its values come from. */
export interface ParamsGroup<S extends Schema> {
  readonly schema: S;
  /** Stands before each key in messages. */
  readonly prefix: string;
  readonly sources: readonly ParamsSource[];
}

/**
 * Values of each group after its sources are laid over the defaults, the later over the earlier.
 *
 * @throws StageError E_PARAMS with every problem of every source of every group in one message: unknown
 *   keys (with the nearest known one), wrong types, values out of range.
 */
export function resolveParams<const G extends Readonly<Record<string, ParamsGroup<Schema>>>>(
  groups: G,
): { [K in keyof G]: Params<G[K]['schema']> } {
  const problems = Object.values(groups).flatMap(({ schema, prefix, sources }) =>
    sources.flatMap(({ name, values }) =>
      values === undefined
        ? []
        : findProblems(schema, values, prefix).map(({ sentence }) => `${name}: ${sentence}`),
    ),
  );
  if (problems.length > 0) {
    const count =
      problems.length === 1 ? '1 parameter problem' : `${problems.length} parameter problems`;
    throw new StageError('E_PARAMS', [count, ...problems].join('\n  '), {
      hint: 'docs/params.md lists every parameter with its range and default',
    });
  }
  const resolved = Object.entries(groups).map(
    ([key, group]) => [key, resolveGroup(group)] as const,
  );
  return Object.fromEntries(resolved) as { [K in keyof G]: Params<G[K]['schema']> };
}

function resolveGroup<S extends Schema>({ schema, sources }: ParamsGroup<S>): Params<S> {
  const config = convict<Record<string, unknown>>(
    schema as convict.Schema<Record<string, unknown>>,
    { env: {}, args: [] },
  );
  for (const { values } of sources) {
    if (values !== undefined) assign(config, schema, values as Record<string, unknown>, '');
  }
  return camelCaseKeys(schema, config.getProperties()) as Params<S>;
}

/** Sets each parameter as a whole: convict's own `load` would merge a map with its default. */
function assign(
  config: convict.Config<Record<string, unknown>>,
  schema: Schema,
  values: Record<string, unknown>,
  prefix: string,
): void {
  for (const [key, value] of Object.entries(values)) {
    const node = schema[key];
    if (isParameter(node)) config.set(prefix + key, value);
    else assign(config, node, value as Record<string, unknown>, `${prefix}${key}.`);
  }
}

export interface ParamsProblem {
  /** Of the parameter, or of the map around it: `train.mlp.dropout`. */
  readonly key: string;
  /** With the key. */
  readonly sentence: string;
}

/** What is wrong with the values of a group: unknown keys, wrong types, values out of range. */
export function findProblems(schema: Schema, values: unknown, prefix: string): ParamsProblem[] {
  if (!isRecord(values)) {
    const sentence = `${prefix} must be a map of parameters; got ${show(values)}`;
    return [{ key: prefix, sentence }];
  }
  return Object.entries(values).flatMap(([name, value]) => {
    const key = `${prefix}.${name}`;
    const node = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (node === undefined) {
      const known = Object.keys(schema).map((other) => `${prefix}.${other}`);
      return [{ key, sentence: `${key} is not a parameter${didYouMean(key, known)}` }];
    }
    if (!isParameter(node)) return findProblems(node, value, key);
    try {
      node.format(value);
      return [];
    } catch (error) {
      const sentence = `${key} must be ${(error as Error).message}; got ${show(value)}`;
      return [{ key, sentence }];
    }
  });
}

function camelCaseKeys(schema: Schema, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema).map(([key, node]) => [
      toCamelCase(key),
      isParameter(node) ? values[key] : camelCaseKeys(node, values[key] as Record<string, unknown>),
    ]),
  );
}

const MAX_SHOWN = 60;
/** A value as messages show it. */
export function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
