import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { monitorFiles } from '../../lib/data/monitor-files.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';
import { readJson, refusalOf } from '../support/table-stage.ts';

const test = suite('stage monitor');

const GOLDEN = join(PROJECT, 'tests/golden/monitor');
const TABLES = ['--reference', `${GOLDEN}/reference.csv`, '--in', `${GOLDEN}/current.csv`];
const OUTPUTS = ['--out', 'out.json', '--page', 'page.html'];

test('writes every score and the page, and says in one line how much drifted', async () => {
  await inTemporaryFolder(async (folder) => {
    const { code, stdout, stderr } = await runStageHere(
      'monitor',
      [...TABLES, ...OUTPUTS, '--json'],
      folder,
    );
    assert.is(code, 0, stderr);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    assert.is(result.message, '5 of 10 columns drifted, with_gaps most');
    assert.equal(result.drifted_columns, ['with_gaps', 'normal', 'letter', 'few_whole', 'heavy']);
    const { columns, drifted_share: share } = readJson(folder, 'out.json');
    assert.is((columns as unknown[]).length, 10);
    // as Evidently counts them
    assert.equal(readJson(GOLDEN, 'expected.json').drifted, { count: 5, share });
    assert.match(readFileSync(join(folder, 'page.html'), 'utf8'), '5 of 10 columns drifted');
  });
});

test('fails with exit 5 when too many columns drifted, after it has written its report', async () => {
  await inTemporaryFolder(async (folder) => {
    const set = ['--set', 'monitor.max_drifted_share=0.4'];
    assert.match(
      await refusalOf('monitor', [...TABLES, ...OUTPUTS, ...set], folder),
      /^5 error E_GATE: at most 40 % of the columns must drift; got 5 of 10: with_gaps, normal, letter, few_whole, heavy/,
    );
    assert.ok(existsSync(join(folder, 'page.html')));
    assert.is(readJson(folder, 'out.json').drifted_count, 5);
  });
});

test('needs one reference, a table or a model', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), 'a\n1\n');
    const run = (reference: string | null, model: string | null): Promise<unknown> =>
      withDatabase({ threads: 1, memoryMb: 128 }, (database) =>
        monitorFiles(
          database,
          { reference, model, in: join(folder, 'in.csv'), out: 'out.json', page: 'page.html' },
          {
            columns: null,
            test: null,
            threshold: 0.1,
            maxDriftedShare: null,
            maxCharts: 0,
            id: '',
          },
        ),
      );
    for (const [reference, model, got] of [
      [null, null, 'neither'],
      ['a.csv', 'm.safetensors', 'both'],
    ] as const) {
      const error = await run(reference, model).then(
        () => null,
        (thrown: Error) => thrown,
      );
      assert.match(error?.message ?? '', `must name what the rows are compared with; got ${got}`);
    }
    assert.match(
      await refusalOf('monitor', ['--reference', 'none.csv', '--in', 'in.csv', ...OUTPUTS], folder),
      /^3 error E_DATA: none\.csv must exist/,
    );
  });
});

test.run();
