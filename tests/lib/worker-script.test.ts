import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { workerScript } from '../../lib/worker-script.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';

const SOURCE = new URL('../../lib/worker-script.ts', import.meta.url);
const WORKER = new URL('file:///lib/serving/drift-worker.ts');

const test = suite('worker script');

test('is the source in a clone', () => {
  assert.is(workerScript(WORKER).href, WORKER.href);
});

test('is what was compiled of it in a published package', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'worker-script.mjs');
    const module = ts.ModuleKind.ESNext;
    const compiled = ts.transpile(readFileSync(SOURCE, 'utf8'), { module });
    writeFileSync(file, compiled);
    const there = (await import(pathToFileURL(file).href)) as { workerScript: typeof workerScript };
    assert.is(there.workerScript(WORKER).href, 'file:///lib/serving/drift-worker.mjs');
    assert.match(WORKER.href, /\.ts$/, 'what it is given stays as it is');
  });
});

test.run();
