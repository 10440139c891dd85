/** Whether the files of the sales forecast can be had: no public address has them, a mirror folder may. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inRoot } from './places.mjs';

const FORECAST = ['fetch-sales', 'forecast'];

/** Folder of a mirror and, where it was fetched before, of the data itself. */
const FOLDER = 'sales';

/**
 * What `dvc repro` is to run: nothing named where all stages can, else all but those of the sales forecast.
 *
 * @param {string} [root] - Where dvc.yaml and params.yaml are.
 * @returns {{ targets: string[], notice: string | null }}
 */
export async function chooseTargets(root = inRoot()) {
  const { parse } = await import('yaml');
  const read = (file) => parse(readFileSync(join(root, file), 'utf8'));
  const mirrors = read('params.yaml')['fetch-sales']?.mirrors ?? [];
  const places = [...mirrors.map((mirror) => join(mirror, FOLDER)), join('data', 'raw', FOLDER)];
  if (places.some((place) => existsSync(resolve(root, place)))) {
    return { targets: [], notice: null };
  }
  return {
    targets: Object.keys(read('dvc.yaml').stages).filter((name) => !FORECAST.includes(name)),
    notice: [
      `left out ${FORECAST.join(' and ')}: no folder ${FOLDER} in ${mirrors.join(', ') || 'any mirror'}`,
      '  npx timberline simulate   draws sales to try npx timberline forecast on',
      '',
    ].join('\n'),
  };
}
