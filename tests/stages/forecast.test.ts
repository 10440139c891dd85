import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf, months, seriesTable } from '../support/series-table.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder, runStage } from '../support/stage-process.ts';

const OUTS = ['--out', 'out.csv', '--metrics', 'metrics.json', '--page', 'page.html'];

const test = suite('stage forecast');

test('forecasts a world that simulate drew, the same bytes twice, from a params file of its own', async () => {
  await inTemporaryFolder(async (folder) => {
    const drawn = await runStageHere(
      'simulate',
      ['--out', 'world', '--set', 'simulate.n_items=8'],
      folder,
    );
    assert.is(drawn.code, 0, drawn.stderr);
    assert.match(drawn.stdout, /^simulate: 8 items over 51 months \(.+\)\n$/);
    writeFileSync(
      join(folder, 'my.yaml'),
      `forecast:
  data: { sales: sales.csv, marketing: marketing.csv, price: price.csv, stock: stock.csv, objectives: objectives.csv }
  start_test: '2023-07-01'
  model: CustomModel
  features: [marketing, price, stock, objectives]
  max_charts: 2
`,
    );
    const args = ['--params', 'my.yaml', '--in', 'world', ...OUTS];
    const first = runStage('forecast', args, folder);
    assert.is(first.code, 0, first.stderr);
    assert.match(first.stdout, /^forecast: 48 months of 8 items by CustomModel, R² 0\.\d+ /);
    const read = (): string[] =>
      ['out.csv', 'metrics.json', 'page.html'].map((file) =>
        readFileSync(join(folder, file), 'utf8'),
      );
    const [csv, metrics, page] = read();
    const lines = csv.trim().split('\n');
    assert.is(lines[0], 'dates,item_id,prediction');
    assert.match(lines[1], /^2023-07-01,item_0,\d/);
    assert.is(lines.length, 49);
    assert.is((JSON.parse(metrics) as { n_samples: number }).n_samples, 48);
    assert.is(page.match(/<figure>/g)?.length, 2);
    assert.not.match(page, /<script|src=|href=/);
    assert.is((await runStageHere('forecast', args, folder)).code, 0);
    assert.equal(read(), [csv, metrics, page]);
  });
});

test('forecasts months whose sales are not known, one ahead, without scores', async () => {
  await inTemporaryFolder(async (folder) => {
    await runStageHere('simulate', ['--out', 'world', '--set', 'simulate.n_items=2'], folder);
    const file = join(folder, 'world/sales.csv');
    const csv = readFileSync(file, 'utf8').replace(/^(2023-12-01,item_\d),.*$/gm, '$1,');
    writeFileSync(file, csv);
    const set = ['--set', "forecast.start_test='2023-12-01'", '--set', 'forecast.model=Ridge'];
    const { code, stdout, stderr } = await runStageHere(
      'forecast',
      ['--in', 'world', ...set, ...OUTS],
      folder,
    );
    assert.is(code, 0, stderr);
    assert.match(stdout, /^forecast: 2 months of 2 items by Ridge \(/);
    assert.match(readFileSync(join(folder, 'page.html'), 'utf8'), 'are not known yet');
  });
});

test('forecasts any series without a configuration: table, scores, page, the same bytes twice', async () => {
  await inTemporaryFolder(async (folder) => {
    const at = (file: string): string => join(folder, file);
    writeFileSync(at('mine.csv'), seriesTable(['b', 'a'], months(60), 12));
    const args = ['--in', 'mine.csv', '--h', '3', '--n-windows', '4', ...OUTS];
    const { code, stdout, stderr } = runStage('forecast', args, folder);
    assert.is(code, 0, stderr);
    assert.match(
      stdout,
      /^forecast: 2 series, 3 months ahead, MASE 0\.\d+ \(seasonal-naive \d\.\d+\) \(.+\)\n$/,
    );
    assert.match(stderr, / +model +MASE +sMAPE +MAE +chosen for\n/);
    assert.match(
      stderr,
      / +series +model +MASE +seasonal-naive +2023-01-01 +2023-02-01 +2023-03-01\n/,
    );
    const read = (): string[] =>
      ['out.csv', 'metrics.json', 'page.html'].map((file) => readFileSync(at(file), 'utf8'));
    const [csv, metrics, page] = read();
    const lines = linesOf(csv);
    assert.is(lines[0], 'unique_id,ds,y_hat,lo-80,hi-80,model');
    assert.equal(
      lines.slice(1).map((row) => row.split(',').slice(0, 2)),
      ['a', 'b'].flatMap((id) => ['2023-01-01', '2023-02-01', '2023-03-01'].map((ds) => [id, ds])),
    );
    for (const row of lines.slice(1)) {
      const [hat, lo, hi] = row.split(',').slice(2, 5).map(Number);
      assert.ok(lo <= hat && hat <= hi, row);
    }
    const scores = JSON.parse(metrics) as {
      choice: { mase: number };
      models: Record<string, { mase: number }>;
    };
    assert.ok(scores.choice.mase < scores.models['seasonal-naive'].mase);
    assert.ok(Object.keys(scores.models).length >= 6);
    assert.is(page.match(/<figure>/g)?.length, 2);
    assert.not.match(page, /<script|src=|href=/);
    assert.is((await runStageHere('forecast', args, folder)).code, 0);
    assert.equal(read(), [csv, metrics, page]);
  });
});

test('forecasts one series of other names, from a file of Excel, to a table of its names', async () => {
  await inTemporaryFolder(async (folder) => {
    const rows = linesOf(seriesTable(['x'], months(40), 12)).slice(1);
    const csv = ['\ufeffmonth;sales', ...rows.map((row) => row.split(',').slice(1).join(';')), ''];
    writeFileSync(join(folder, 'excel.csv'), csv.join('\r\n'));
    const args = [
      '--in',
      'excel.csv',
      '--h',
      '2',
      '--models',
      'drift,seasonal-naive',
      '--level',
      '80',
    ];
    const { code, stdout, stderr } = await runStageHere(
      'forecast',
      [...args, '--json', ...OUTS],
      folder,
    );
    assert.is(code, 0, stderr);
    const { n_series: n, freq, series } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal([n, freq], [1, 'MS']);
    assert.is((series as { id: string }[])[0].id, 'sales');
    const lines = linesOf(readFileSync(join(folder, 'out.csv'), 'utf8'));
    assert.is(lines[0], 'month,y_hat,lo-80,hi-80,model');
    assert.match(lines[1], /^2021-05-01,[\d.]+,[\d.]+,[\d.]+,[a-z-]+$/);
    assert.is(lines.length, 3);
  });
});

test('refuses options of no series, all at once', async () => {
  await inTemporaryFolder(async (folder) => {
    const args = [
      '--in',
      'mine.csv',
      '--h',
      '0',
      '--models',
      'arima',
      '--freq',
      'M',
      '--level',
      '100',
    ];
    const { code, stderr } = await runStageHere('forecast', [...args, ...OUTS], folder);
    assert.is(code, 2);
    for (const key of ['h', 'models', 'level'])
      assert.match(stderr, `forecast.series.${key} must be`);
  });
});

test('answers a missing folder with exit 3, a start of simulate that is no month with exit 2', async () => {
  await inTemporaryFolder(async (folder) => {
    const missing = await runStageHere('forecast', ['--in', 'nowhere', ...OUTS], folder);
    assert.is(missing.code, 3);
    assert.match(missing.stderr, 'nowhere');
    const start = ['--out', 'world', '--set', 'simulate.start=2020-13-01'];
    const wrong = await runStageHere('simulate', start, folder);
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, 'simulate.start must be the first day of a month');
  });
});

test.run();
