import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTemporaryFolder } from '../support/stage-process.ts';

interface Choice {
  readonly targets: string[];
  readonly notice: string | null;
}
const { chooseTargets } = (await import(
  new URL('../../setup/sales.mjs', import.meta.url).href
)) as { chooseTargets: (root: string) => Promise<Choice> };

/** A project of three stages whose mirror is the folder `mirror`. */
function putProject(folder: string): void {
  writeFileSync(join(folder, 'dvc.yaml'), 'stages: { fetch: {}, fetch-sales: {}, forecast: {} }\n');
  writeFileSync(join(folder, 'params.yaml'), 'fetch-sales: { mirrors: [mirror] }\n');
}

const test = suite('setup/sales.mjs');

test('leaves the forecast out where no mirror has the sales, says so and names simulate', async () => {
  await inTemporaryFolder(async (folder) => {
    putProject(folder);
    const { targets, notice } = await chooseTargets(folder);
    assert.equal(targets, ['fetch']);
    assert.is(
      notice,
      'left out fetch-sales and forecast: no folder sales in mirror\n' +
        '  npx timberline simulate   draws sales to try npx timberline forecast on\n',
    );
  });
});

for (const place of ['mirror/sales', 'data/raw/sales']) {
  test(`runs every stage where ${place} is there`, async () => {
    await inTemporaryFolder(async (folder) => {
      putProject(folder);
      mkdirSync(join(folder, place), { recursive: true });
      assert.equal(await chooseTargets(folder), { targets: [], notice: null });
    });
  });
}

test.run();
