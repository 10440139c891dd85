/** DVC refuses to work outside a git repository (a download, an image) unless told so. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inRoot } from './places.mjs';

const config = inRoot('.dvc', 'config.local');
const NO_SCM = '# Written by set-up: there is no git repository here.\n[core]\n    no_scm = true\n';

const isOurs = () => existsSync(config) && readFileSync(config, 'utf8') === NO_SCM;

const hasGit = () => existsSync(inRoot('.git'));

export const dvcWithoutGit = {
  name: 'DVC without git',
  needs: [],
  isDone: () => !existsSync(inRoot('.dvc')) || (hasGit() ? !isOurs() : existsSync(config)),
  async make() {
    if (hasGit()) rmSync(config);
    else writeFileSync(config, NO_SCM);
  },
};
