/** A small pipeline made by the real stages: split, normalize, tensorize, ready to be trained on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { createRng } from '../../lib/rng.ts';
import { runStageHere, runWellHere } from './stage-here.ts';
import { runStage } from './stage-process.ts';
import type { StageOutcome } from './stage-process.ts';

/** In the order of their code points; CSV and SQL must quote the first two. */
export const CLASSES = ['it\'s "fir"', 'oak, white', 'pine'];
export const HEADER = 'height,width,weight,hot,kind';
export const N_ROWS = 600;

const PARAMS = {
  base: { seed: 1, target: 'kind' },
  train: {
    mlp: { hidden_sizes: [16], batch_size: 64, max_epochs: 12, learning_rate: 0.02 },
  },
};

/** Cells of a row; numbers that tell its class, but for some noise. */
function makeRow(draw: () => number): (string | number)[] {
  const c = Math.floor(3 * draw());
  const noise = (): number => Math.round(1000 * draw()) / 1000;
  const hot = draw() < 0.3 ? 1 : 0;
  return [2 * c + 3 * noise(), 10 * noise(), 100 * (3 - c) + 150 * noise(), hot, CLASSES[c]];
}

export function toCsv(rows: readonly (readonly (string | number)[])[], header = HEADER): string {
  const quote = (cell: string | number): string =>
    typeof cell === 'string' && /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : `${cell}`;
  return `${[header, ...rows.map((row) => row.map(quote).join(','))].join('\n')}\n`;
}

export function makeRows(nRows: number, seed = 1): (string | number)[][] {
  const draw = createRng(seed, 'tests', 'small pipeline');
  return Array.from({ length: nRows }, () => makeRow(draw));
}

/** Fills the folder with data/split, data/normalize, data/tensorize and models/preprocessing. */
export async function makePipeline(folder: string): Promise<void> {
  writeFileSync(join(folder, 'raw.csv'), toCsv(makeRows(N_ROWS)));
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify(PARAMS));
  await runWellHere('split', ['--in', 'raw.csv'], folder);
  await preparePipeline(folder);
}

/** What follows the split. */
export async function preparePipeline(folder: string): Promise<void> {
  await runWellHere('normalize', ['--in', 'data/split'], folder);
  await runWellHere('tensorize', ['--in', 'data/normalize'], folder);
}

/** Runs a stage that must end well; returns what it says on stdout. */
export function runWell(name: string, args: readonly string[], folder: string): string {
  const { code, stdout, stderr } = runStage(name, args, folder);
  assert.is(code, 0, `${name} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** How runs end that must fail, in this process: "3 error E_DATA: …" of each. */
export async function complaintsOf(
  name: string,
  runs: readonly (readonly string[])[],
  folder: string,
): Promise<string[]> {
  const complaints: string[] = [];
  for (const args of runs) complaints.push(complaintOf(await runStageHere(name, args, folder)));
  return complaints;
}

export function complaintOf({ code, stdout, stderr }: StageOutcome): string {
  assert.is(stdout, '');
  return `${code} ${/^error .*$/m.exec(stderr)?.[0]}`;
}
