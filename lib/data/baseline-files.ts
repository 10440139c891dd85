/** The folder of baselines: `<name of the model>.safetensors`, a bundle each. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StageError, listExamples } from '../errors.ts';
import { readBundle, writeBundle } from '../models/bundle.ts';
import type { Bundle } from '../models/bundle.ts';
import type { Baseline } from '../models/fit-baselines.ts';
import { roundResult } from './json-files.ts';

const ENDING = '.safetensors';

/**
 * @returns `valid_accuracy`, or `valid_rmse` of numbers: that of each baseline, by the name of its model, in their
 *   order.
 */
export async function writeBaselines(
  folder: string,
  baselines: AsyncIterable<Baseline>,
): Promise<Record<string, Record<string, number>>> {
  mkdirSync(folder, { recursive: true });
  const scores: Record<string, Record<string, number>> = {};
  for await (const { bundle, valid } of baselines) {
    writeBundle(join(folder, bundle.model.name + ENDING), bundle);
    const [[metric, value]] = Object.entries(valid);
    (scores[metric] ??= {})[bundle.model.name] = roundResult(value!);
  }
  return scores;
}

/**
 * The baselines of a folder, sorted by name; none for null.
 *
 * @param model - Shown beside them: they must tell the same classes of the same target apart.
 * @throws StageError E_DATA when the folder is missing, a bundle is damaged, or of another task.
 */
export function readBaselines(
  folder: string | null,
  model: Pick<Bundle, 'target' | 'classes'>,
): Bundle[] {
  if (folder === null) return [];
  if (!existsSync(folder)) {
    throw new StageError('E_DATA', `${folder} must be a folder of baselines; got nothing`, {
      hint: 'the stage baselines writes it; leave --baselines out to go without',
    });
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  const taskOf = ({ target, classes }: Pick<Bundle, 'target' | 'classes'>): string =>
    JSON.stringify([target, classes]);
  return files.sort().map((file) => {
    const path = join(folder, file);
    const bundle = readBundle(path);
    if (taskOf(bundle) === taskOf(model)) return bundle;
    throw new StageError(
      'E_DATA',
      `${path} must predict ${describe(model)} as the model does; got ${describe(bundle)}`,
      { hint: 'run the stage baselines on the tensors that the model was trained on' },
    );
  });
}

function describe({ target, classes }: Pick<Bundle, 'target' | 'classes'>): string {
  if (classes.length === 0) return `the number ${target}`;
  return `the classes ${listExamples(classes)} of ${target}`;
}
