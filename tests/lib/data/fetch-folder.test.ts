import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FolderSet } from '../../../lib/data/catalogue.ts';
import { fetchFolder, hashFolder } from '../../../lib/data/fetch-folder.ts';
import { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

// printf 'x\n1\n' > b.csv; printf 'y\n2\n' > a.csv; sha256sum * | sha256sum
const CHECKSUM = '4f3b713c0b89599b72dc6afb11277f492b913eeb24a2d6f98bda4e7c5f963a94';
const SET: FolderSet = {
  name: 'tiny',
  title: 'A tiny set',
  licence: 'CC0',
  citation: 'Nobody',
  folder: { files: 2, bytes: 8, sha256: CHECKSUM },
  tables: {},
  mirror: ['tiny'],
};
const CONTEXT = {
  log: { debug() {}, info() {}, warn() {}, error() {} } as never,
  progress: () => ({ update() {}, end() {} }),
  signal: new AbortController().signal,
};

/** A mirror folder of two files, one of them in a subfolder. */
function putMirror(folder: string, content = 'y\n2\n'): void {
  mkdirSync(join(folder, 'tiny', 'more'), { recursive: true });
  writeFileSync(join(folder, 'tiny', 'b.csv'), 'x\n1\n');
  writeFileSync(join(folder, 'tiny', 'more', 'a.csv'), content);
}

const test = suite('fetch-folder');

test('puts the files of subfolders beside the others, from the first mirror that has them all', async () => {
  await inTemporaryFolder(async (folder) => {
    const [changed, whole, out] = ['changed', 'whole', 'out'].map((name) => join(folder, name));
    putMirror(changed, 'y\n3\n');
    putMirror(whole);
    const origin = await fetchFolder(SET, ['nowhere', changed, whole], out, CONTEXT);
    assert.is(origin, join(whole, 'tiny'));
    assert.equal(readdirSync(out).sort(), ['a.csv', 'b.csv']);
    assert.is(readFileSync(join(out, 'a.csv'), 'utf8'), 'y\n2\n');
  });
});

test('has the checksum that sha256sum tells', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'b.csv'), 'x\n1\n');
    writeFileSync(join(folder, 'a.csv'), 'y\n2\n');
    const listing = execFileSync('sha256sum', ['a.csv', 'b.csv'], { cwd: folder });
    const told = execFileSync('sha256sum', { input: listing }).toString().split(' ')[0];
    assert.is(await hashFolder(folder), told);
    assert.is(told, CHECKSUM);
  });
});

test('says of every mirror why it did not serve, and what to do', async () => {
  await inTemporaryFolder(async (folder) => {
    const [changed, longer, more, twice] = ['changed', 'longer', 'more', 'twice'].map((name) =>
      join(folder, name),
    );
    putMirror(changed, 'y\n3\n');
    putMirror(longer, 'y\n33\n');
    putMirror(more);
    writeFileSync(join(more, 'tiny', 'c.csv'), '');
    mkdirSync(join(twice, 'tiny', 'more'), { recursive: true });
    writeFileSync(join(twice, 'tiny', 'a.csv'), 'x\n1\n');
    writeFileSync(join(twice, 'tiny', 'more', 'a.csv'), 'y\n2\n');
    const mirrors = ['/nowhere', changed, longer, more, twice];
    try {
      await fetchFolder(SET, mirrors, join(folder, 'out'), CONTEXT);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof StageError, String(error));
      assert.is(error.code, 'E_ENVIRONMENT');
      assert.equal(error.message.replaceAll(`${folder}/`, '').split('\n  '), [
        'tiny must come from a mirror; got',
        '/nowhere/tiny: no such folder, or an empty one',
        `changed/tiny: must have the checksum sha256 ${CHECKSUM}; got ${await hashFolder(join(folder, 'out'))}`,
        'longer/tiny: must hold 8 bytes; got 9',
        'more/tiny: must hold 2 files; got 3',
        'twice/tiny: must hold every name once; got a.csv twice',
      ]);
      assert.is(
        error.hint,
        'put the folder tiny into a folder of fetch.mirrors; no public source has it',
      );
    }
  });
});

test.run();
