import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';

/** The stages between the raw table and the tensors, as the benches run them: no constructed features. */
export const DATA_PATH = [
  { stage: 'split', args: [] },
  { stage: 'drop-columns', args: [] },
  { stage: 'normalize', args: ['--in', 'data/drop-columns'] },
  { stage: 'rebalance', args: [] },
  { stage: 'tensorize', args: [] },
] as const;

/** Two columns dropped, standard scaling, classes capped. */
export function writeBenchParams(
  folder: string,
  split: Readonly<Record<string, number>>,
  maxPerClass: number,
): void {
  const params = {
    base: { seed: 42, target: 'Cover_Type', threads: 2, memory_mb: 1024 },
    split,
    'drop-columns': { columns: ['Soil_Type7', 'Soil_Type15'] },
    normalize: { method: 'standard' },
    rebalance: { max_per_class: maxPerClass },
  };
  writeFileSync(join(folder, 'params.yaml'), stringify(params));
}

export interface StageCost {
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly peakMb: number;
}

/**
 * Runs a stage in `folder`, as `npm start` does; its peak memory is what its log tells.
 *
 * @param home - Folder of the stage's program.
 */
export function measureStage(
  name: string,
  args: readonly string[],
  folder: string,
  home = 'stages',
): StageCost {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [resolve(home, `${name}.ts`), ...args], {
    cwd: folder,
    env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/node'), ...process.env },
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  const lines = readFileSync(join(folder, 'logs', 'timberline.log'), 'utf8')
    .trimEnd()
    .split('\n');
  const { peak_memory_mb: peakMb } = JSON.parse(lines.at(-1)!) as { peak_memory_mb: number };
  return { seconds, peakMb };
}
