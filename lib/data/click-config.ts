/** The configuration of the click model: the groups of pipelines/clicks/params.yaml, in memory. */
import { inherit } from '../clicks/inherited.ts';
import { LOAD_SCHEMA, MODEL_GROUPS } from '../clicks/clicks-params.ts';
import type { LoadParams, ModelParams } from '../clicks/clicks-params.ts';
import { BASE_SCHEMA } from '../cli/base.ts';
import { StageError } from '../errors.ts';
import { findGroup } from '../params/group-values.ts';
import { resolveParams } from '../params/resolve.ts';
import { boolean, isRecord, text } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import { didYouMean } from '../suggest.ts';

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

/** What a configuration may hold: what is read here, and what the stages read beside it. */
const KNOWN_KEYS = [
  ...Object.keys(MODEL_GROUPS),
  ...['base', 'load', 'legacy', 'paths.raw', 'paths.data', 'paths.models', 'paths.reports'],
  ...[
    'fetch',
    'join-texts',
    'join.candidates',
    'predict',
    'candidates',
    'drop-columns',
    'tensorize',
  ],
  ...['baselines', 'evaluate', 'inherited', 'compare', 'signal', 'bid'],
];

/** @throws StageError E_PARAMS with every key that is none, or every problem of every group. */
export function readClickConfig(config: Readonly<Record<string, unknown>>): ClickConfig {
  assertKeys(config);
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

/** A key that nothing reads would leave a default in its place. */
function assertKeys(config: Readonly<Record<string, unknown>>): void {
  const keys = Object.entries(config).flatMap(([key, value]) => {
    const isSplit = isRecord(value) && KNOWN_KEYS.some((known) => known.startsWith(`${key}.`));
    return isSplit ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key];
  });
  const unknown = keys.filter((key) => !KNOWN_KEYS.includes(key));
  if (unknown.length === 0) return;
  const named = unknown.map((key) => `${key} is no group${didYouMean(key, KNOWN_KEYS)}`);
  throw new StageError('E_PARAMS', `config: ${named.join('\n  ')}`);
}
