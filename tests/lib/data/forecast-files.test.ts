import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { forecastFiles } from '../../../lib/data/forecast-files.ts';
import { StageError } from '../../../lib/errors.ts';
import { FORECAST_SCHEMA } from '../../../lib/forecasting/forecast-params.ts';
import { resolveParams } from '../../../lib/params/resolve.ts';
import { createForecastContext } from '../../support/forecasting.ts';
import { linesOf, months, seriesTable, stepsOf } from '../../support/series-table.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('files of forecasts');

interface Outcome {
  /** Lines of the table that was written. */
  readonly lines: string[];
  readonly scores: Readonly<Record<string, unknown>>;
  /** What the user was told. */
  readonly said: readonly string[];
}

/** Forecasts two steps by naive where `series` does not say otherwise. */
async function forecast(
  files: Readonly<Record<string, string>>,
  series: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  return await inTemporaryFolder(async (folder) => {
    const at = (file: string): string => join(folder, file);
    for (const [file, text] of Object.entries(files)) writeFileSync(at(file), text);
    const [input] = Object.keys(files);
    const paths = {
      in: at(input),
      future: 'future.csv' in files ? at('future.csv') : null,
      out: at('out.csv'),
      metrics: at('metrics.json'),
      page: at('page.html'),
    };
    const values = { series: { h: 2, models: ['naive'], max_charts: 0, ...series } };
    const { params } = resolveParams({
      params: {
        schema: FORECAST_SCHEMA,
        prefix: 'forecast',
        sources: [{ name: 'test', values }],
      },
    });
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    const log = { info: say, warn: say, record: () => {}, crash: () => {} };
    const scores = await withDatabase(
      { threads: 1, memoryMb: 256 },
      async (database) =>
        await forecastFiles(database, paths, params, { ...createForecastContext(), log }),
    );
    return { lines: linesOf(readFileSync(at('out.csv'), 'utf8')), scores, said };
  });
}

const complaint = async (...args: Parameters<typeof forecast>): Promise<string> => {
  const thrown = await forecast(...args).catch((error: unknown) => error);
  assert.instance(thrown, StageError);
  assert.ok((thrown as StageError).hint !== undefined);
  return `${(thrown as StageError).code}: ${(thrown as Error).message}`;
};

test('hold times as the table has them, of a frequency that is found', async () => {
  const cases: [string, readonly string[], string][] = [
    ['h', stepsOf(120, '2024-03-30', 1), '2024-04-04 00:00:00'],
    ['D', stepsOf(60, '2024-01-01', 24), '2024-03-01'],
    ['W', stepsOf(120, '2024-01-05', 168), '2026-04-24'],
    ['1', Array.from({ length: 40 }, (_, t) => String(t)), '40'],
  ];
  for (const [freq, times, next] of cases) {
    const { lines, scores } = await forecast({ 'mine.csv': seriesTable(['a'], times, 4) });
    assert.is(scores.freq, freq);
    assert.is(lines[1].split(',')[1], next);
  }
});

test('take a frequency that is asked for, and tables of tabs', async () => {
  const text = seriesTable(['a'], months(30), 12).replaceAll(',', '\t');
  const { lines } = await forecast({ 'mine.tsv': text }, { freq: 'MS' });
  assert.is(lines.length, 3);
  assert.match(
    await complaint({ 'mine.csv': seriesTable(['a'], months(30), 12) }, { freq: 'D' }),
    'got gaps: 29 (a: 2018-01-02 to 2018-01-31,',
  );
});

test('use columns of numbers, known ahead where the future has them, and leave incomplete ones out', async () => {
  const promo = (t: number): number => ((t * 5) % 7 < 3 ? 1 : 0);
  const all = months(62);
  const rows = all.map(
    (ds, t) => `${ds},${100 + 30 * promo(t) + (t % 3)},${promo(t)},${t === 5 ? '' : t}`,
  );
  const mine = ['ds,y,promo,rain', ...rows.slice(0, 60), ''].join('\n');
  const future = ['ds,promo', ...all.map((ds, t) => `${ds},${promo(t)}`).slice(60), ''].join('\n');
  const files = { 'mine.csv': mine, 'future.csv': future };
  const { lines, said } = await forecast(files, { models: ['naive', 'ridge'] });
  assert.is(said[0], 'columns with empty cells are left out: rain');
  for (const [k, line] of lines.slice(1).entries()) {
    const hat = Number(line.split(',')[1]);
    assert.ok(Math.abs(hat - 101 - 30 * promo(60 + k)) < 4, line);
  }
  assert.match(await complaint(files, { h: 3 }), 'future.csv must have the 3 steps to come');
  assert.match(
    await complaint({ ...files, 'future.csv': future.replace('promo', 'price') }),
    'future.csv must have an exogenous column of the history; got ds, price',
  );
});

test('fill a night of daylight saving where that is asked for, and name its hour where not', async () => {
  const hours = stepsOf(72, '2024-03-30', 1).filter((time) => time !== '2024-03-31T02:00:00');
  const files = { 'mine.csv': seriesTable(['a'], hours, 24) };
  assert.match(await complaint(files), 'got gaps: 1 (a: 2024-03-31T02:00:00)');
  assert.is((await forecast(files, { fill: 'last' })).lines.length, 3);
});

test('say what a table of series lacks', async () => {
  const table = seriesTable(['a'], months(20), 12);
  const said = async (text: string, series = {}): Promise<string> =>
    await complaint({ 'mine.csv': text }, series);
  assert.match(
    await said(`${table}b,2020-01-01,1\n`),
    'E_DATA: a forecast of 2 steps must have at least 4 rows of each series; got b: 1',
  );
  const point = 'ds,y\n2020-01-01,1\n';
  assert.match(await said(point), 'must have two rows of a series, to tell the frequency of ds');
  assert.match(await said(point, { freq: 'MS' }), 'at least 4 rows of each series; got y: 1');
  assert.match(await said(`${table}a,2018-03-01,1\n`), 'duplicates: 1 (a: 2018-03-01)');
  assert.match(await said(`${table}a,2018-03-09,1\n`), '(mixed frequencies): 1 (a: 2018-03-09)');
  assert.match(await said(`${table}a,2019-09-01,\n`), 'y that is no finite number: 1 (a: empty');
  assert.match(
    await said(seriesTable(['a', 'b'], months(20), 12).replace('unique_id', 'shop')),
    'mine.csv must have each ds once, as no column names the series; got 40 rows of 20 times',
  );
  assert.match(await said(table, { target_col: 'x' }), 'mine.csv must have the column x');
  assert.match(await said(table, { freq: 'X' }), 'E_PARAMS: freq must be one of');
});

test('are those of the sales for a folder, which no future goes with', async () => {
  const context = {
    ...createForecastContext(),
    log: { info() {}, warn() {}, record() {}, crash() {} },
  };
  const { params } = resolveParams({
    params: { schema: FORECAST_SCHEMA, prefix: 'forecast', sources: [] },
  });
  await withDatabase({ threads: 1, memoryMb: 256 }, async (database) => {
    const run = async (future: string | null): Promise<string> => {
      const paths = { in: 'nowhere', future, out: 'o.csv', metrics: 'm.json', page: 'p.html' };
      const thrown = await forecastFiles(database, paths, params, context).catch((error) => error);
      return `${thrown.code}: ${thrown.message}`;
    };
    assert.match(await run(null), 'E_DATA: nowhere/sales.csv must exist');
    assert.is(await run('f.csv'), 'E_USAGE: --future goes with a table in --in; got nowhere');
  });
});

test.run();
