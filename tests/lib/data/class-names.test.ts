import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readClassNames, readUnits } from '../../../lib/data/class-names.ts';
import type { StageError } from '../../../lib/errors.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const DESCRIPTION = {
  columns: [
    { name: 'Elevation', unit: 'm' },
    { name: 'Cover_Type', classes: { 1: 'Spruce', 2: 'Lodgepole pine', 7: 7 } },
  ],
};

async function namesIn(content: string, target: string | null): Promise<Record<string, string>> {
  return await inTemporaryFolder((folder) => {
    const file = join(folder, 'about.json');
    writeFileSync(file, content);
    return readClassNames(file, target);
  });
}

const test = suite('class names');

test('are those of the target, by value as text', async () => {
  const content = JSON.stringify(DESCRIPTION);
  assert.equal(await namesIn(content, 'Cover_Type'), {
    1: 'Spruce',
    2: 'Lodgepole pine',
    7: '7',
  });
});

test('are none for a column without classes, one that is not described, and no description', async () => {
  const content = JSON.stringify(DESCRIPTION);
  assert.equal(await namesIn(content, 'Elevation'), {});
  assert.equal(await namesIn(content, 'kind'), {});
  assert.equal(await namesIn(content, null), {});
  assert.equal(await namesIn('{"columns": 3}', 'kind'), {});
  assert.equal(await namesIn('[]', 'kind'), {});
  assert.equal(readClassNames(null, 'kind'), {});
});

test('refuse a description that is missing or no JSON', async () => {
  assert.throws(
    () => readClassNames('nowhere.json', 'kind'),
    ({ code, message }: StageError) =>
      code === 'E_DATA' && message === 'nowhere.json must exist; got no such file',
  );
  const error = await namesIn('{"columns"', 'kind').then(
    () => null,
    (reason: unknown) => reason as StageError,
  );
  assert.is(error?.code, 'E_DATA');
  assert.match(error?.message ?? '', /about\.json must be a JSON file; got /);
});

test('units are those of the columns that have one', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'about.json');
    writeFileSync(file, JSON.stringify(DESCRIPTION));
    assert.equal(readUnits(file), { Elevation: 'm' });
    writeFileSync(file, '{"columns": [3, {"name": 3, "unit": "m"}]}');
    assert.equal(readUnits(file), {});
    assert.equal(readUnits(null), {});
  });
});

test.run();
