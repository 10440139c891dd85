import { symlinkSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asNode, copyTree, outcomeOf, type CopiedTree } from './copied-tree.ts';

const test = suite<{ tree: CopiedTree }>('bin/timberline.js');

const PROGRAM = `
console.log(process.versions.node.split('.')[0], ...process.argv.slice(2));
process.exitCode = 3;`;

const withNode24 = ({ path }: CopiedTree): void => {
  mkdirSync(path('node_modules', '.bin'), { recursive: true });
  symlinkSync(process.execPath, path('node_modules', '.bin', 'node'));
};

test.before.each((context) => {
  context.tree = copyTree();
});
test.after.each(({ tree }) => {
  tree.remove();
});

test('says in one line what to do when an old Node runs it and Node 24 is not set up', async ({
  tree,
}) => {
  tree.write('lib/cli/timberline.ts', PROGRAM);
  const { code, stdout, stderr } = await tree.run('bin/timberline.js', asNode('18.20.0'), '--help');
  assert.is(code, 6);
  assert.is(stdout, '');
  assert.is(
    stderr,
    'timberline: needs Node 24, and this is 18.20.0: `npm start` brings it, or install it yourself\n',
  );
});

test('hands the command over to the Node 24 of node_modules when an old Node runs it', async ({
  tree,
}) => {
  tree.write('lib/cli/timberline.ts', PROGRAM);
  withNode24(tree);
  const { code, stdout } = await tree.run('bin/timberline.js', asNode('20.1.0'), 'split', '--in');
  assert.is(stdout, '24 split --in\n');
  assert.is(code, 3);
});

test('runs the sources in its own process when Node 24 runs it', async ({ tree }) => {
  tree.write('lib/cli/timberline.ts', `${PROGRAM} console.log(process.pid);`);
  const child = tree.start('bin/timberline.js', 'split');
  const { code, stdout } = await outcomeOf(child);
  assert.is(stdout, `24 split\n${child.pid}\n`);
  assert.is(code, 3);
});

test('runs the compiled program of a published package, which has no sources', async ({ tree }) => {
  tree.write('package.json', '{ "type": "module" }');
  tree.write('dist/lib/cli/timberline.js', PROGRAM);
  const { code, stdout } = await tree.run('bin/timberline.js', 'split');
  assert.is(stdout, '24 split\n');
  assert.is(code, 3);
});

test('passes SIGTERM on to the Node 24 that it started and exits with 143', async ({ tree }) => {
  tree.write('lib/cli/timberline.ts', `console.log('ready'); setTimeout(() => {}, 30_000);`);
  withNode24(tree);
  const child = tree.start('bin/timberline.js', asNode('20.1.0'));
  const ended = outcomeOf(child);
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  assert.is((await ended).code, 143);
});

test.run();
