/** `npm start`: sets up what is missing, runs the pipeline, shows its results. */
import { foreground } from './foreground.mjs';
import { inRoot, node, venvPython } from './places.mjs';
import { orExplain, setUp } from './setup.mjs';

await orExplain(setUp);
process.exitCode =
  (await foreground(venvPython, [inRoot('setup', 'repro.py'), ...process.argv.slice(2)])) ||
  (await foreground(node(), [inRoot('lib', 'cli', 'overview.ts')]));
