import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listImports } from '../../../lib/dvc/imports.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('listImports');

test('follows static and dynamic imports, re-exports and worker files, and leaves types and packages out', async () => {
  await inTemporaryFolder((folder) => {
    mkdirSync(join(folder, 'lib'));
    const write = (name: string, code: string): void => writeFileSync(join(folder, name), code);
    write(
      'stage.ts',
      `import { a } from './lib/a.ts';
       import type { T } from './lib/types.ts';
       import fs from 'node:fs';
       const b = await import('./lib/b.ts');
       new Worker(new URL('./lib/worker.ts', import.meta.url));`,
    );
    write('lib/a.ts', `export { c } from './c.ts';`);
    write('lib/b.ts', `import './a.ts'; export const b = 1;`);
    write('lib/c.ts', `import '../stage.ts'; export const c = 1;`);
    write('lib/types.ts', 'export type T = number;');
    write('lib/worker.ts', 'export {};');
    const names = listImports(join(folder, 'stage.ts')).map((path) =>
      path.slice(folder.length + 1),
    );
    assert.equal(names, ['lib/a.ts', 'lib/b.ts', 'lib/c.ts', 'lib/worker.ts', 'stage.ts']);
  });
});

test('counts what a module is compiled of among its sources: C++ in the folder of its name', async () => {
  await inTemporaryFolder((folder) => {
    mkdirSync(join(folder, 'kernel'));
    const write = (name: string, code: string): void => writeFileSync(join(folder, name), code);
    write('stage.ts', `import { load } from './kernel.ts';`);
    write('kernel.ts', 'export const load = 1;');
    for (const name of ['grow.cc', 'grow.h', 'README.md']) write(`kernel/${name}`, '');
    const names = listImports(join(folder, 'stage.ts')).map((path) =>
      path.slice(folder.length + 1),
    );
    assert.equal(names, ['kernel.ts', 'kernel/grow.cc', 'kernel/grow.h', 'stage.ts']);
  });
});

test.run();
