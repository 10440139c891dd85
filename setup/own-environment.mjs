/** Python packages for one purpose, in an environment of their own: installed at first use, pinned in a file of theirs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { inRoot, root, systemEnvironment, workshop } from './places.mjs';
import { findPython } from './python-packages.mjs';
import { hash, isStamped, writeStamp } from './stamp.mjs';

/**
 * A part of set-up.
 *
 * @param {string} name - For people.
 * @param {string} requirements - File in the root.
 * @param {string} venv - Folder of the environment.
 * @param {string} program - One that the packages bring: without it they are not there.
 */
export function ownEnvironment(name, requirements, venv, program) {
  const python = join(venv, 'bin', 'python');
  const file = inRoot(requirements);
  const stamp = () => hash(root, readFileSync(file));
  return {
    name,
    needs: [],
    isDone: () => existsSync(python) && isStamped(venv, stamp()),
    async make() {
      await run(await findPython(), ['-m', 'venv', '--clear', venv], {
        what: '`python3 -m venv`',
      });
      const options = ['--disable-pip-version-check', '--quiet', '--no-compile'];
      await run(python, ['-m', 'pip', 'install', ...options, '-r', file], {
        what: `\`pip install -r ${requirements}\``,
        env: { ...systemEnvironment(), TMPDIR: workshop }, // a killed pip leaves its downloads there
        hint: 'pip must reach its index; behind a proxy set HTTPS_PROXY or PIP_INDEX_URL',
      });
      writeStamp(venv, stamp(), [join('bin', program)]);
    },
  };
}
