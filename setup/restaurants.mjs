/**
 * `npm run restaurants`: forecasts the week to come of both restaurants, from load to predict.
 *
 *   npm run restaurants -- --next-week 202   moves the window of weeks there first, in params.yaml
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { foreground } from './foreground.mjs';
import { inRoot, venvPython } from './places.mjs';
import { moveWindow } from './restaurant-window.mjs';
import { orExplain, setUp } from './setup.mjs';

const EXIT_USAGE = 2;
const PIPELINE = 'pipelines/restaurants';
const params = inRoot(PIPELINE, 'params.yaml');

function refuse(message) {
  process.stderr.write(`error E_USAGE: ${message}\n`);
  process.exit(EXIT_USAGE);
}

function readNextWeek() {
  try {
    const { values } = parseArgs({ options: { 'next-week': { type: 'string' } } });
    const week = values['next-week'];
    if (week === undefined || /^[1-9]\d*$/.test(week)) return week && Number(week);
    throw new Error(`--next-week must be a number of a week; got ${week}`);
  } catch ({ message }) {
    return refuse(message);
  }
}

async function moveTo(nextWeek) {
  const { text, window } = await moveWindow(readFileSync(params, 'utf8'), nextWeek).catch(
    (error) => {
      // what moveWindow refuses; errors of Node have a code, bugs a class
      if (error.constructor !== Error || error.code !== undefined) throw error;
      return refuse(error.message);
    },
  );
  writeFileSync(`${params}.tmp`, text);
  renameSync(`${params}.tmp`, params);
  const weeks = Object.entries(window).map(([key, week]) => `${key} ${week}`);
  process.stderr.write(`${PIPELINE}/params.yaml: ${weeks.join(', ')}\n`);
}

const nextWeek = readNextWeek();
await orExplain(setUp);
if (nextWeek !== undefined) await moveTo(nextWeek);
process.exitCode = await foreground(venvPython, [
  inRoot('setup', 'repro.py'),
  `${PIPELINE}/dvc.yaml`,
]);
if (process.exitCode === 0)
  process.stdout.write(`forecast: ${PIPELINE}/reports/predictions.html\n`);
