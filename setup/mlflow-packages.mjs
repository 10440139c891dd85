/**
 * MLflow, which keeps what runs log: pinned in requirements-mlflow.txt, in an environment of its own (0.7 GB), since
 * nothing else needs it. `npm run mlflow` brings it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { inRoot, mlflowPython, mlflowVenv, root, systemEnvironment, workshop } from './places.mjs';
import { findPython } from './python-packages.mjs';
import { hash, isStamped, writeStamp } from './stamp.mjs';

const requirements = inRoot('requirements-mlflow.txt');
const stamp = () => hash(root, readFileSync(requirements));

export const mlflowPackages = {
  name: 'MLflow',
  needs: [],
  isDone: () => existsSync(mlflowPython) && isStamped(mlflowVenv, stamp()),
  async make() {
    await run(await findPython(), ['-m', 'venv', '--clear', mlflowVenv], {
      what: '`python3 -m venv`',
    });
    const options = ['--disable-pip-version-check', '--quiet', '--no-compile'];
    await run(mlflowPython, ['-m', 'pip', 'install', ...options, '-r', requirements], {
      what: '`pip install -r requirements-mlflow.txt`',
      env: { ...systemEnvironment(), TMPDIR: workshop }, // a killed pip leaves its downloads there
      hint: 'pip must reach its index; behind a proxy set HTTPS_PROXY or PIP_INDEX_URL',
    });
    writeStamp(mlflowVenv, stamp(), [join('bin', 'mlflow')]);
  },
};
