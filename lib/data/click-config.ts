/** The configuration of the click model: the groups of pipelines/clicks/params.yaml, in memory. */
import { inherit } from '../clicks/inherited.ts';
import { LOAD_SCHEMA, MODEL_GROUPS } from '../clicks/clicks-params.ts';
import type { LoadParams, ModelParams } from '../clicks/clicks-params.ts';
import { BASE_SCHEMA } from '../cli/base.ts';
import { findGroup } from '../params/group-values.ts';
import { resolveParams } from '../params/resolve.ts';
import { boolean, text } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';

export interface ClickConfig {
  /** Of the tables. */
  readonly folder: string;
  readonly load: LoadParams;
  readonly base: Params<typeof BASE_SCHEMA>;
  /** Of the inherited method where that is asked for. */
  readonly params: ModelParams;
  readonly legacy: boolean;
}

const PATHS_SCHEMA = {
  raw: text({ default: 'data/raw/clicks', doc: 'Folder of the tables.' }),
};
const METHOD_SCHEMA = { legacy: boolean({ default: false, doc: 'The inherited method.' }) };

/** @throws StageError E_PARAMS with every problem of every group. */
export function readClickConfig(config: Readonly<Record<string, unknown>>): ClickConfig {
  const declare = <S extends Schema>(name: string, schema: S) => ({
    ...{ schema, prefix: name },
    sources: [{ name: 'config', values: findGroup(config, name).values }],
  });
  const { raw } = (config.paths ?? {}) as { readonly raw?: unknown };
  const { legacy } = config;
  const given = (values: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const groups = Object.entries(MODEL_GROUPS).map(([name, schema]) => [
    name,
    declare(name, schema),
  ]);
  const { load, base, paths, method, ...rest } = resolveParams({
    ...(Object.fromEntries(groups) as Record<string, ReturnType<typeof declare>>),
    load: declare('load', LOAD_SCHEMA),
    base: declare('base', BASE_SCHEMA),
    paths: {
      ...declare('paths', PATHS_SCHEMA),
      sources: [{ name: 'config', values: given({ raw }) }],
    },
    method: {
      ...declare('config', METHOD_SCHEMA),
      sources: [{ name: 'config', values: given({ legacy }) }],
    },
  });
  const params = rest as unknown as ModelParams;
  return {
    ...{ folder: paths.raw, load, base, legacy: method.legacy },
    params: method.legacy ? inherit(params) : params,
  };
}
