/** `npx dvc` and `npx timberline`, from anywhere in the clone. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { npmPackages } from './npm-packages.mjs';
import { inRoot, nodeBin } from './places.mjs';
import { pythonPackages } from './python-packages.mjs';

const DVC = `#!/bin/sh
# Written by set-up: DVC of .venv, with Node 24 and the Python tools first on the PATH. What Python and Node compile is
# kept whatever the environment says: DVC begins in half the time by it, and each stage a little sooner.
root=$(cd "$(dirname "$0")/../.." && pwd)
export PYTHONDONTWRITEBYTECODE=
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-$root/node_modules/.cache/node}"
PATH="$root/node_modules/.bin:$root/.venv/bin:$PATH" exec "$root/.venv/bin/dvc" "$@"
`;
const dvcLink = join(nodeBin, 'dvc');
const timberlineLink = join(nodeBin, 'timberline');

const isOurs = () => existsSync(dvcLink) && readFileSync(dvcLink, 'utf8') === DVC;

export const links = {
  name: 'npx dvc, npx timberline',
  needs: [npmPackages, pythonPackages],
  isDone: () =>
    !existsSync(inRoot('package-lock.json')) || (isOurs() && existsSync(timberlineLink)),
  async make() {
    writeFileSync(`${dvcLink}.tmp`, DVC);
    chmodSync(`${dvcLink}.tmp`, 0o755);
    renameSync(`${dvcLink}.tmp`, dvcLink);
    if (!lstatSync(timberlineLink, { throwIfNoEntry: false })) {
      symlinkSync('../../bin/timberline.js', timberlineLink);
    }
  },
};
