/** `npm start`: sets up what is missing, runs the pipeline, shows its results. */
import { foreground } from './foreground.mjs';
import { inRoot, node, venvPython } from './places.mjs';
import { chooseTargets } from './sales.mjs';
import { orExplain, setUp } from './setup.mjs';

await orExplain(setUp);
const given = process.argv.slice(2);
const { targets, notice } =
  given.length > 0 ? { targets: given, notice: null } : await chooseTargets();
if (notice !== null) process.stderr.write(notice);
process.exitCode =
  (await foreground(venvPython, [inRoot('setup', 'repro.py'), ...targets])) ||
  (await foreground(node(), [inRoot('lib', 'cli', 'overview.ts')]));
