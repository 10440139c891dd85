import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDataSource } from '../../../lib/data/data-source.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('lib/data/data-source');

test('gives the terms that a description has, in their order', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'about.json');
    const description = {
      licence: 'CC BY 4.0',
      title: 'Covertype',
      columns: [],
      file: { rows: 581012, sha256: 'ea35' },
    };
    writeFileSync(file, JSON.stringify(description));
    assert.equal(readDataSource(file), [
      ['Data set', 'Covertype'],
      ['Licence', 'CC BY 4.0'],
      ['Rows', '581,012'],
      ['SHA-256', 'ea35'],
    ]);
  });
});

test('gives none without a description, or of one that says nothing', async () => {
  assert.equal(readDataSource(null), []);
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'about.json');
    for (const text of ['[]', '{"title": 5, "file": "x"}']) {
      writeFileSync(file, text);
      assert.equal(
        readDataSource(file).filter(([term]) => term !== 'Data set'),
        [],
      );
    }
  });
});

test.run();
