import { existsSync, readFileSync } from 'node:fs';
import { parse, parseDocument } from 'yaml';
import { StageError } from '../errors.ts';
import { resolveParams } from '../params/resolve.ts';
import type { ParamsSource } from '../params/resolve.ts';
import { isRecord } from '../params/schema.ts';
import type { Params, Schema } from '../params/schema.ts';
import { didYouMean, nearest } from '../suggest.ts';
import { BASE_SCHEMA, TRACKING_SCHEMA } from './base.ts';
import type { BaseParams, TrackingParams } from './stage.ts';

export const DEFAULT_PARAMS_FILE = 'params.yaml';

/**
 * The parameters of one stage run: schema default < params file < --set.
 *
 * @param group - Key of params.yaml, dotted for a nested one (`train.clicks`).
 * @param file - The params file; null takes params.yaml when there is one, and defaults otherwise.
 * @param overrides - Texts `group.key=value`, the value in YAML; `base.key=value` and `tracking.key=value` too.
 * @throws StageError E_PARAMS naming every problem at once, E_DATA when `file` is missing.
 */
export function readParams<S extends Schema>(
  schema: S,
  group: string,
  file: string | null,
  overrides: readonly string[],
  knownGroups: readonly string[],
): { params: Params<S>; base: BaseParams; tracking: TrackingParams } {
  const path = findParamsFile(file);
  const values = path === null ? {} : parseParamsFile(path);
  const known = [...knownGroups, 'base', 'tracking', group];
  const root = group.split('.')[0];
  for (const key of Object.keys(values)) {
    // other tools keep groups of their own in params.yaml, so only a near miss is a mistake
    if (!known.includes(key) && key !== root && nearest(key, known) !== null) {
      throw new StageError('E_PARAMS', `${path}: ${key} is not a group${didYouMean(key, known)}`);
    }
  }
  const given = overrides.map((override) => parseOverride(override, group));
  const sources = (key: string): ParamsSource[] => [
    ...(path === null ? [] : [{ name: path, values: lookUp(values, key) }]),
    ...given.filter(({ target }) => target === key),
  ];
  return resolveParams({
    params: { schema, prefix: group, sources: sources(group) },
    base: { schema: BASE_SCHEMA, prefix: 'base', sources: sources('base') },
    tracking: { schema: TRACKING_SCHEMA, prefix: 'tracking', sources: sources('tracking') },
  });
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

function parseOverride(text: string, group: string): ParamsSource & { target: string } {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  const key = match?.[1].trim() ?? '';
  const prefix = [group, 'base', 'tracking'].find((name) => key.startsWith(`${name}.`));
  if (match === null || prefix === undefined) {
    throw new StageError(
      'E_USAGE',
      `--set must be ${group}.key=value or base.key=value; got ${text}`,
    );
  }
  const keys = key.slice(prefix.length + 1).split('.');
  const values = keys.reduceRight<unknown>((inner, name) => ({ [name]: inner }), parse(match[2]));
  return { name: '--set', target: prefix, values };
}

function lookUp(values: Record<string, unknown>, group: string): unknown {
  return group
    .split('.')
    .reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), values);
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line.*$/, '');
}
