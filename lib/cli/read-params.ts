import { existsSync, readFileSync } from 'node:fs';
import { parse, parseDocument } from 'yaml';
import { StageError } from '../errors.ts';
import { findGroup } from '../params/group-values.ts';
import { resolveParams } from '../params/resolve.ts';
import type { ParamsGroup, ParamsSource } from '../params/resolve.ts';
import { isRecord } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import { didYouMean, nearest } from '../suggest.ts';
import { SHARED_GROUPS } from './base.ts';
import type { BaseParams, StageGroups, TrackingParams } from './stage.ts';

export const DEFAULT_PARAMS_FILE = 'params.yaml';

interface ReadParams<S extends Schema> {
  readonly params: Params<S>;
  readonly base: BaseParams;
  readonly tracking: TrackingParams;
  /** Of each shared group. */
  readonly shared: Readonly<Record<string, Params<Schema>>>;
}

/**
 * The parameters of one stage run: schema default < params file < --set. A group may hold a `base` of its own, whose
 * values stand in the place of those that all stages share.
 *
 * @param group - Key of params.yaml, dotted for a nested one (`train.clicks`).
 * @param file - The params file; null takes params.yaml when there is one, and defaults otherwise.
 * @param overrides - Texts `group.key=value`, the value in YAML; of `base`, `tracking` and `shared` too.
 * @param shared - Groups that the stage reads beside its own.
 * @throws StageError E_PARAMS naming every problem at once, E_DATA when `file` is missing.
 */
export function readParams<S extends Schema>(
  schema: S,
  group: string,
  file: string | null,
  overrides: readonly string[],
  knownGroups: readonly string[],
  shared: StageGroups = {},
): ReadParams<S> {
  const path = findParamsFile(file);
  const values = path === null ? {} : parseParamsFile(path);
  const others = Object.keys({ ...SHARED_GROUPS, ...shared });
  const known = [...knownGroups, ...others, group];
  const root = group.split('.')[0];
  for (const key of Object.keys(values)) {
    // other tools keep groups of their own in params.yaml, so only a near miss is a mistake
    if (!known.includes(key) && key !== root && nearest(key, known) !== null) {
      throw new StageError('E_PARAMS', `${path}: ${key} is not a group${didYouMean(key, known)}`);
    }
  }
  const given = overrides.map((override) => parseOverride(override, [group, ...others]));
  const inFile = (key: string): ParamsSource[] => {
    if (path === null) return [];
    const shared = { name: path, values: findGroup(values, key).values };
    if (key !== 'base') return [shared];
    return [shared, { name: `${path}, ${group}`, values: findGroup(values, group).base }];
  };
  const sources = (key: string): ParamsSource[] => [
    ...inFile(key),
    ...given.filter(({ target }) => target === key),
  ];
  const declare = <T extends Schema>(declaration: T, prefix: string): ParamsGroup<T> => ({
    ...{ schema: declaration, prefix, sources: sources(prefix) },
  });
  const sharedGroups = Object.entries(shared).map(([name, of]) => [name, declare(of, name)]);
  const { params, base, tracking, ...rest } = resolveParams({
    ...(Object.fromEntries(sharedGroups) as Record<string, ParamsGroup<Schema>>),
    params: declare(schema, group),
    base: declare(SHARED_GROUPS.base, 'base'),
    tracking: declare(SHARED_GROUPS.tracking, 'tracking'),
  });
  return { params, base, tracking, shared: rest };
}

/** The params file of a run: the one that is named, else params.yaml where there is one, else null. */
export function findParamsFile(file: string | null): string | null {
  return file ?? (existsSync(DEFAULT_PARAMS_FILE) ? DEFAULT_PARAMS_FILE : null);
}

/**
 * The groups of a params file, their values as they stand.
 *
 * @throws StageError E_DATA when it is missing, E_PARAMS when it is no map in YAML.
 */
export function parseParamsFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) {
    throw new StageError('E_DATA', `${path} must be a params file; got no such file`, {
      hint: 'name an existing file with --params, or leave it out to take the defaults',
    });
  }
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    throw new StageError(
      'E_PARAMS',
      `${path}:${line} must be YAML; got ${firstLine(error.message)}`,
    );
  }
  const values: unknown = document.toJS() ?? {};
  if (!isRecord(values)) throw new StageError('E_PARAMS', `${path} must be a map of groups`);
  return values;
}

function parseOverride(text: string, groups: readonly string[]): ParamsSource & { target: string } {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  const key = match?.[1].trim() ?? '';
  const prefix = groups.find((name) => key.startsWith(`${name}.`));
  if (match === null || prefix === undefined) {
    throw new StageError(
      'E_USAGE',
      `--set must be ${groups[0]}.key=value or base.key=value; got ${text}`,
    );
  }
  const keys = key.slice(prefix.length + 1).split('.');
  const values = keys.reduceRight<unknown>((inner, name) => ({ [name]: inner }), parse(match[2]));
  return { name: '--set', target: prefix, values };
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line.*$/, '');
}
