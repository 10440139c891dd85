import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { readSeriesTable } from '../../../lib/data/series-table.ts';
import { StageError } from '../../../lib/errors.ts';
import { SERIES_SCHEMA } from '../../../lib/forecasting/series-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { seriesTable, stepsOf } from '../../support/series-table.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('tables of series');

/** Weekday of the weeks of a table that begins on Monday, or on another day. */
const weekdayOf = async (freq: string | null, first = '2024-01-01'): Promise<number> =>
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'mine.csv');
    writeFileSync(file, seriesTable(['a'], stepsOf(8, first, 7 * 24), 4));
    const { series } = resolveParams({
      series: {
        schema: SERIES_SCHEMA,
        prefix: 'series',
        sources: [{ name: 'test', values: { freq } }],
      },
    });
    return await withDatabase({ threads: 1, memoryMb: 256 }, async (database) => {
      const { panel } = await readSeriesTable(database, { in: file, future: null }, series);
      return panel.freq.weekday;
    });
  });

test('have weeks on the weekday of their rows, where no other is asked for', async () => {
  assert.is(await weekdayOf(null), 1);
  assert.is(await weekdayOf('W', '2024-01-05'), 5);
  assert.is(await weekdayOf('W-MON'), 1);
});

for (const freq of ['W-SUN', 'w-sun']) {
  test(`are refused with ${freq} where their rows lie on another weekday, by its name`, async () => {
    const thrown = await weekdayOf(freq).catch((error: unknown) => error);
    assert.instance(thrown, StageError);
    assert.is((thrown as StageError).code, 'E_DATA');
    assert.match((thrown as Error).message, 'freq W-SUN');
    assert.match((thrown as Error).message, 'a: 2024-01-01 MON');
  });
}

test.run();
