import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeDataSet, readDataSet } from '../../../lib/data/catalogue.ts';
import type { FileSet } from '../../../lib/data/catalogue.ts';
import { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const ENTRY = `tiny:
  title: A tiny set
  licence: CC0
  citation: Nobody
  file: { bytes: 12, rows: 2, sha256: '${'0'.repeat(64)}' }
  columns:
    - { name: 'x{1..2}', kind: binary, role: feature, one_hot: x }
    - { name: y, kind: categorical, role: target, classes: { 1: one } }
  mirror: [tiny.csv]
`;

/** What reading a catalogue of this text says; its file is called FILE. */
async function complaintOf(
  text: string,
  name = 'tiny',
): Promise<{ code: string; lines: string[] }> {
  return await inTemporaryFolder((folder) => {
    const file = join(folder, 'catalogue.yaml');
    writeFileSync(file, text);
    try {
      readDataSet(file, name);
    } catch (error) {
      assert.ok(error instanceof StageError, String(error));
      assert.ok(error.hint);
      return { code: error.code, lines: error.message.replaceAll(file, 'FILE').split('\n  ') };
    }
    return { code: '', lines: [] };
  });
}

const test = suite('catalogue');

test('expands ranges of columns and gathers the one-hot groups', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'catalogue.yaml');
    writeFileSync(file, ENTRY);
    const set = readDataSet(file, 'tiny') as FileSet;
    assert.equal(
      set.columns.map(({ name }) => name),
      ['x1', 'x2', 'y'],
    );
    assert.equal(set.sources, []);
    const { one_hot: groups, mirror } = describeDataSet(set) as Record<string, unknown>;
    assert.equal(groups, { x: ['x1', 'x2'] });
    assert.is(mirror, undefined, 'where mirrors have it says nothing to others');
  });
});

test('describes Covertype: 55 columns, two one-hot groups, the target with its seven classes', () => {
  const set = readDataSet('data/catalogue.yaml', 'covertype') as FileSet;
  assert.is(set.columns.length, 55);
  const { one_hot: groups } = describeDataSet(set) as { one_hot: Record<string, string[]> };
  assert.equal(
    Object.entries(groups).map(([name, columns]) => [name, columns.length]),
    [
      ['Wilderness_Area', 4],
      ['Soil_Type', 40],
    ],
  );
  const target = set.columns.filter(({ role }) => role === 'target');
  assert.is(Object.keys(target[0].classes!).length, 7);
});

test('names every problem of its format with the line', async () => {
  const text = ENTRY.replace('licence: CC0', 'license: CC0')
    .replace('bytes: 12', 'bytes: 1.5')
    .replace('kind: binary', 'kind: bool')
    .replace('mirror: [tiny.csv]', 'mirror: []\n  sources:\n    - { url: ftp://x }');
  assert.equal(await complaintOf(text), {
    code: 'E_DATA',
    lines: [
      'FILE:1 tiny must have the key licence',
      'FILE:3 tiny.license is not a key; did you mean licence?',
      'FILE:5 tiny.file.bytes must be an integer above 0; got 1.5',
      'FILE:7 tiny.columns.0.kind must be one of numeric, binary, categorical, text, time; got "bool"',
      'FILE:9 tiny.mirror must be a list that is not empty; got []',
      'FILE:11 tiny.sources.0.url must be an http or https address; got "ftp://x"',
    ],
  });
});

test('names what its entries contradict', async () => {
  const twice = ENTRY.replace('name: y', 'name: x2');
  assert.equal((await complaintOf(twice)).lines, [
    'FILE:6 tiny.columns must be distinct; got x2 twice',
  ]);
  const both = twice.replace('  mirror: [tiny.csv]\n', '');
  assert.equal((await complaintOf(both)).lines, [
    'FILE:1 tiny must have a mirror or sources',
    'FILE:6 tiny.columns must be distinct; got x2 twice',
  ]);
  const nowhere = ENTRY.replace('  mirror: [tiny.csv]\n', '');
  assert.equal((await complaintOf(nowhere)).lines, ['FILE:1 tiny must have a mirror or sources']);
  const sources = `${ENTRY}  sources:\n    - { member: a }\n    - { package: a==1 }\n`;
  assert.equal((await complaintOf(sources)).lines, [
    'FILE:11 tiny.sources.0 must have either url or package',
    'FILE:12 tiny.sources.1 must have the key member, the path inside the package',
  ]);
  const downwards = ENTRY.replace('{1..2}', '{2..1}');
  assert.match(
    (await complaintOf(downwards)).lines[0],
    'FILE:7 tiny.columns.0.name must be a name',
  );
});

test('takes a set of several files: how many, their bytes, one checksum, what they hold', async () => {
  const folder = `{ files: 2, bytes: 9, sha256: '${'0'.repeat(64)}' }`;
  const entry = `tiny:
  title: A tiny set
  licence: CC0
  citation: Nobody
  folder: ${folder}
  tables: { 'a_*.csv': 'x, y' }
  mirror: [tiny]
`;
  await inTemporaryFolder((place) => {
    const file = join(place, 'catalogue.yaml');
    writeFileSync(file, entry);
    assert.equal(describeDataSet(readDataSet(file, 'tiny')), {
      title: 'A tiny set',
      licence: 'CC0',
      citation: 'Nobody',
      folder: { files: 2, bytes: 9, sha256: '0'.repeat(64) },
      tables: { 'a_*.csv': 'x, y' },
      name: 'tiny',
    });
  });
  assert.equal((await complaintOf(entry.replace('  mirror: [tiny]\n', ''))).lines, [
    'FILE:1 tiny must have a mirror',
  ]);
  assert.equal((await complaintOf(entry.replace('files: 2', 'files: 0'))).lines, [
    'FILE:5 tiny.folder.files must be an integer above 0; got 0',
  ]);
  assert.equal((await complaintOf(`${entry}  columns: []\n`)).lines, [
    'FILE:8 tiny.columns is not a key',
  ]);
});

test('answers a data set that it lacks with the nearest one', async () => {
  assert.equal(await complaintOf(ENTRY, 'tinny'), {
    code: 'E_PARAMS',
    lines: ['fetch.dataset must be in FILE; got tinny; did you mean tiny?'],
  });
});

test('names the line where it is no YAML, and a bounded number of problems', async () => {
  assert.match(
    (await complaintOf('tiny:\n  title: [1,\n')).lines[0],
    /^FILE:\d must be YAML; got /,
  );
  assert.equal((await complaintOf('tiny: 3\n')).lines, [
    'FILE:1 tiny must be a map of title, licence, citation, file, columns, about, home, notice, doi, mirror, sources; got 3',
  ]);
  const many = Array.from({ length: 20 }, (_, i) => `  key${i}: 1\n`).join('');
  const { lines } = await complaintOf(`${ENTRY}${many}`);
  assert.is(lines.length, 11);
  assert.is(lines[10], 'and 10 more');
});

test.run();
