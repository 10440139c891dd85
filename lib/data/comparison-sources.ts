/** Where the predictions of compared models come from: tables, the workspace, revisions. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { StageError } from '../errors.ts';
import type { PredictionFile } from './model-predictions.ts';
import { getOut, readAtCommit, resolveRevision } from './revisions.ts';
import { ENDINGS, assertReadable } from './tables.ts';

export interface ComparisonSource extends PredictionFile {
  /** What params.yaml holds there; null for a table, which has none. */
  readonly params: unknown;
}

/** Files as they are now, as DVC calls them. */
const WORKSPACE = 'workspace';
const PARAMS_FILE = 'params.yaml';

/**
 * Calls `use` with the predictions of every model, which for a revision lie in a folder that is removed
 * afterwards.
 *
 * @param names - Tables, revisions, `workspace`; of less than two, as `dvc metrics diff` has it, HEAD is
 *   compared with the workspace, or the one with the workspace.
 * @param predictions - Path of the predictions in the workspace and in every revision.
 * @throws StageError E_USAGE for a name that is none of these or stands twice, E_DATA when predictions are
 *   missing.
 */
export async function withSources<T>(
  names: readonly string[],
  predictions: string,
  use: (sources: readonly ComparisonSource[]) => Promise<T>,
): Promise<T> {
  const models = names.length === 0 ? ['HEAD', WORKSPACE] : [...names];
  if (models.length === 1) models.push(WORKSPACE);
  const twice = models.find((name, i) => models.indexOf(name) < i);
  if (twice !== undefined) {
    throw new StageError('E_USAGE', `each model must be named once; got ${twice} twice`, {
      hint: 'one name alone is compared with the workspace',
    });
  }
  if (models.includes(WORKSPACE)) assertReadable(predictions);
  const folder = mkdtempSync(join(tmpdir(), 'timberline-compare-'));
  try {
    const destination = (i: number): string => join(folder, `${i}-${basename(predictions)}`);
    const open = async (name: string, i: number): Promise<ComparisonSource> => {
      if (ENDINGS.some((ending) => name.endsWith(ending)))
        return { name, file: name, params: null };
      if (name === WORKSPACE) return { name, file: predictions, params: readParams() };
      return await openRevision(name, predictions, destination(i));
    };
    return await use(await Promise.all(models.map(open)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openRevision(
  name: string,
  predictions: string,
  file: string,
): Promise<ComparisonSource> {
  const commit = await resolveRevision(name);
  await getOut({ name, commit }, predictions, file);
  return { name, file, params: parse((await readAtCommit(commit, PARAMS_FILE)) ?? '') };
}

function readParams(): unknown {
  return existsSync(PARAMS_FILE) ? parse(readFileSync(PARAMS_FILE, 'utf8')) : null;
}
