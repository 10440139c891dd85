/** The restaurants' pipeline, from made orders to the forecast, without a server. */
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DAY, HOURLY, WEEK } from '../../lib/forecasting/restaurants/hourly-features.ts';
import { toStep, toTime } from '../../lib/forecasting/frequency.ts';
import { importStage } from '../../lib/cli/registry.ts';
import { listRunFolders, readEvents } from '../../lib/tracking/journal.ts';
import type { TrackingEvent } from '../../lib/tracking/journal.ts';
import { assertClose } from '../support/close.ts';
import { firstHourOf, makeWeeks, orderFile, writeOrders } from '../support/restaurants.ts';
import type { Order } from '../support/restaurants.ts';
import { runStageHere, runWellHere } from '../support/stage-here.ts';
import { runStage } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const orders = at('data/raw/foodcast');
const STEPS = ['load', 'features', 'cross-validate', 'train', 'future', 'predict'] as const;
type Step = (typeof STEPS)[number];

const PARAMS = `base: {seed: 1}
tracking: {experiment: foodcast, queue: queue}
window: {start_week: 196, end_week: 200, next_week: 201}
cross-validate: {n_fold: 3}
train: {n_estimators: 3, n_models: 2}
`;

const fileOf = (step: Step): string => `pipelines/restaurants/${step}`;
const runWell = async (step: Step, args: readonly string[]): Promise<string> =>
  await runWellHere(fileOf(step), args, folder);
/** How runs end that must fail: "3 error E_DATA: …" of each. */
const complaintsOf = async (runs: readonly (readonly [Step, ...string[]])[]): Promise<string[]> => {
  const complaints: string[] = [];
  for (const [step, ...args] of runs) {
    const { code, stderr } = await runStageHere(fileOf(step), args, folder);
    complaints.push(`${code} ${/^error (.|\n {2})*$/m.exec(stderr)?.[0]}`);
  }
  return complaints;
};
type Row = Readonly<Record<string, string>>;
const tableOf = (file: string): Row[] => parse(readFileSync(at(file)), { columns: true }) as Row[];
const numbers = (rows: readonly Row[], column: string): number[] =>
  rows.map((row) => Number(row[column]));
const metricsOf = (name: string): Record<string, number | null> =>
  JSON.parse(readFileSync(at(`reports/metrics/${name}.json`), 'utf8')) as Record<string, number>;

let world: Map<number, Order[]>;

/** Turnover of an hour that the world has, in cents so that sums are exact. */
function turnoverOf(week: number): Map<string, number> {
  const hours = new Map<string, number>();
  for (const { time, quantity, price } of world.get(week)!) {
    const hour = `${time.slice(0, 13)}:00:00`;
    hours.set(hour, (hours.get(hour) ?? 0) + quantity * Math.round(100 * price));
  }
  return hours;
}

const test = suite('pipeline restaurants');

test.before(() => {
  world = makeWeeks(orders, [196, 197, 198, 199, 200, 201]);
  writeFileSync(at('params.yaml'), PARAMS);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('runs from load to predict', () => {
  for (const step of STEPS) {
    const { code, stdout, stderr } = runStage(fileOf(step), [], folder);
    assert.is(code, 0, `${step}\n${stderr}`);
    assert.match(stdout, new RegExp(`^${step}: `));
  }
});

test('sums both restaurants by the hour, whatever their columns, dates and separators', () => {
  const rows = tableOf('data/data.csv');
  assert.equal(Object.keys(rows[0]), ['order_date', 'cash_in']);
  const expected = new Map([196, 197, 198, 199, 200].flatMap((week) => [...turnoverOf(week)]));
  const dates = [...expected.keys()].toSorted();
  assert.is(rows[0].order_date, dates[0]);
  assert.is(rows.at(-1)!.order_date, dates.at(-1));
  const start = toStep(HOURLY, rows[0].order_date)!;
  rows.forEach(({ order_date: date, cash_in: cashIn }, i) => {
    assert.is(date, toTime(HOURLY, start + i).replace('T', ' '));
    assert.is(Math.round(100 * Number(cashIn)), expected.get(date) ?? 0);
  });
});

test('hands tables on that begin with order_date', () => {
  const header = (file: string): string => readFileSync(at(file), 'utf8').split('\n', 1)[0];
  const days = [2, 3, 4, 5, 6, 7].map((day) => `weekday_${day}`).join();
  const features = `order_date,${days},hour_cos_1,hour_sin_1,lag_1W`;
  assert.is(header('data/training_set/x_train.csv'), features);
  assert.is(header('data/training_set/y_train.csv'), 'order_date,cash_in');
  assert.is(header('data/prediction_set/x_pred.csv'), features);
  assert.is(header('data/predictions/y_pred.csv'), 'order_date,prediction,minimum,maximum');
  assert.is(
    header('data/cross_validation/predictions.csv'),
    'order_date,fold,cash_in,prediction,minimum,maximum',
  );
});

test('learns from hours whose lag is the turnover of the week before', () => {
  const hours = new Map(tableOf('data/data.csv').map((row) => [row.order_date, row.cash_in]));
  const x = tableOf('data/training_set/x_train.csv');
  const y = tableOf('data/training_set/y_train.csv');
  assert.is(x.length, hours.size - WEEK);
  x.forEach((row, i) => {
    const before = toTime(HOURLY, toStep(HOURLY, row.order_date)! - WEEK).replace('T', ' ');
    assert.is(row.lag_1W, hours.get(before));
    assert.is(y[i].cash_in, hours.get(row.order_date));
  });
});

test('forecasts the week from its first midnight on, within the range, and measures it by what came', () => {
  const rows = tableOf('data/predictions/y_pred.csv');
  assert.is(rows.length, WEEK);
  const start = firstHourOf(201);
  const truth = turnoverOf(201);
  const [prediction, minimum, maximum] = ['prediction', 'minimum', 'maximum'].map((column) =>
    numbers(rows, column),
  );
  const before = turnoverOf(200);
  let [error, lastWeekError, nHeld] = [0, 0, 0];
  rows.forEach(({ order_date: date }, i) => {
    assert.is(date, toTime(HOURLY, start + i).replace('T', ' '));
    assert.ok(0 <= minimum[i] && minimum[i] <= prediction[i] && prediction[i] <= maximum[i]);
    const actual = (truth.get(date) ?? 0) / 100;
    error += Math.abs(actual - prediction[i]) / WEEK;
    const lastWeek = before.get(toTime(HOURLY, start + i - WEEK).replace('T', ' ')) ?? 0;
    lastWeekError += Math.abs(actual - lastWeek / 100) / WEEK;
    if (actual >= minimum[i] && actual <= maximum[i]) nHeld++;
  });
  const { mae, coverage, last_week_mae: lastWeekMae } = metricsOf('predict');
  assertClose([mae!, lastWeekMae!, coverage!], [error, lastWeekError, nHeld / WEEK], 1e-5);
  const page = readFileSync(at('reports/predictions.html'), 'utf8');
  assert.match(page, 'Turnover of week 201');
  assert.match(page, 'Monday, 2018-11-05');
  assert.not.match(page, /<script|https?:\/\/(?!www\.w3\.org)/);
});

test('keeps a run of each step: its params first, then metrics by fold, artifacts and models', () => {
  const runs = listRunFolders(at('queue')).map((path) => readEvents(path));
  assert.is(runs.length, 6);
  const seen = runs.map((events) => {
    const [start, params] = events as [
      TrackingEvent & { type: 'start' },
      TrackingEvent & { type: 'params' },
    ];
    assert.is(start.experiment, 'foodcast');
    assert.is(params.type, 'params');
    assert.is((events.at(-1) as { status: string }).status, 'FINISHED');
    const logged = events.flatMap((event) =>
      event.type === 'artifact' ? [event.path] : event.type === 'model' ? [event.name] : [],
    );
    return { name: start.name, params: params.values, logged };
  });
  const window = { start_week: '196', end_week: '200' };
  const forests = { n_estimators: '3', n_models: '2' };
  const next = { next_week: '201' };
  assert.equal(seen, [
    { name: 'load', params: window, logged: ['data/data.csv'] },
    {
      ...{ name: 'features', params: window },
      logged: ['training_set/x_train.csv', 'training_set/y_train.csv'],
    },
    {
      ...{ name: 'validate', params: { ...window, n_fold: '3', ...forests } },
      logged: ['cross_validation/predictions.csv', 'plots/validation.html'],
    },
    {
      ...{ name: 'train', params: { ...window, ...forests } },
      logged: ['simple_model', 'multi_model'],
    },
    { name: 'future', params: next, logged: ['prediction_set/x_pred.csv'] },
    {
      ...{ name: 'predict', params: { ...next, ...window, ...forests } },
      logged: ['predictions/y_pred.csv', 'plots/predictions.html'],
    },
  ]);
  const metrics = runs[2].flatMap((event) =>
    event.type === 'metrics' ? [[event.step, Object.keys(event.values).join()]] : [],
  );
  assert.equal(
    metrics,
    [0, 1, 2].map((fold) => [fold, 'MAE_MIN,MAE_MAX,MAE0,MAE1,MAE2']),
  );
});

test('says how the folds went, and measures them by the forecasts that it wrote', () => {
  const rows = tableOf('data/cross_validation/predictions.csv');
  const maes = [0, 1, 2].map((fold) => {
    const own = rows.filter((row) => row.fold === String(fold));
    const errors = own.map((row) => Math.abs(Number(row.cash_in) - Number(row.prediction)));
    return errors.reduce((sum, error) => sum + error, 0) / own.length;
  });
  const { mae, n_folds: nFolds } = metricsOf('cross-validate');
  assert.is(nFolds, 3);
  assertClose([mae!], [(maes[0] + maes[1] + maes[2]) / 3], 1e-5);
  assert.match(readFileSync(at('reports/validation.html'), 'utf8'), '3 folds from 2018-');
});

test('gives the same bytes when it runs again, and no truth to a week that has no file', async () => {
  const models = ['--simple-model', 'again/simple', '--multi-model', 'again/multi'];
  for (const _ of ['new', 'over the old']) await runWell('train', models);
  for (const file of ['multi_model/data/forests.safetensors', 'simple_model/model.lgb']) {
    const [name, ...path] = file.split('_model/');
    assert.equal(readFileSync(at(`again/${name}/${path[0]}`)), readFileSync(at(`models/${file}`)));
  }
  rmSync(orderFile(orders, 2, 201));
  const said = await runWell('predict', ['--out', 'again/y.csv', '--metrics', 'again/m.json', '--page', 'again/p.html']); // prettier-ignore
  assert.match(said, 'week 201, 168 hours, its turnover is not known yet');
  assert.equal(readFileSync(at('again/y.csv')), readFileSync(at('data/predictions/y_pred.csv')));
  assert.ok(Object.values(JSON.parse(readFileSync(at('again/m.json'), 'utf8'))).every((v) => v === null)); // prettier-ignore
  assert.match(readFileSync(at('again/p.html'), 'utf8'), 'week 201 is not known yet');
});

test('takes the night when clocks go back as it is written: the hour that comes twice holds both', async () => {
  // 28 October 2018 is the last day of week 199
  const night = (time: string): Order => ({ time: `2018-10-28 ${time}`, quantity: 1, price: 4 });
  writeOrders(at('night'), 1, 199, [night('00:30:00'), night('01:20:00'), night('01:10:00')]);
  writeOrders(at('night'), 2, 199, [night('01:40:00'), night('03:00:00')]);
  const week = ['start_week=199', 'end_week=199', 'next_week=200'].flatMap((value) => [
    ...['--set', `window.${value}`],
  ]);
  await runWell('load', ['--in', 'night', '--out', 'night.csv', ...week]);
  assert.equal(
    tableOf('night.csv').map((row) => [row.order_date.slice(11, 13), Number(row.cash_in)]),
    [['00', 4], ['01', 12], ['02', 0], ['03', 4]], // prettier-ignore
  );
});

test('forecasts the week that is named, though the last days before it have no orders', async () => {
  const [header, ...rows] = readFileSync(at('data/data.csv'), 'utf8').trim().split('\n');
  writeFileSync(at('quiet.csv'), [header, ...rows.slice(0, -2 * DAY), ''].join('\n'));
  await runWell('future', ['--in', 'quiet.csv', '--out', 'quiet-x.csv']);
  const whole = tableOf('data/prediction_set/x_pred.csv');
  const known = new Set(rows.slice(0, -2 * DAY).map((row) => row.split(',')[0]));
  assert.equal(
    tableOf('quiet-x.csv'),
    whole.map((row) => {
      const before = toTime(HOURLY, toStep(HOURLY, row.order_date)! - WEEK).replace('T', ' ');
      return known.has(before) ? row : { ...row, lag_1W: '0' };
    }),
  );
});

test('names a week without files, a foreign header, a negative quantity and weeks that do not follow', async () => {
  makeWeeks(at('bad'), [7]);
  writeFileSync(orderFile(at('bad'), 1, 8), 'Order,Order Date,Quantity,Product Price\n');
  writeOrders(at('bad'), 2, 8, []);
  writeOrders(at('bad'), 1, 9, [{ time: '2018-10-31 19:24:00', quantity: -2, price: 1 }]);
  writeOrders(at('bad'), 2, 9, []);
  const load = (startWeek: number, endWeek: number, nextWeek = endWeek + 1) =>
    [
      ...(['load', '--in', 'bad', '--out', 'bad.csv'] as const),
      ...['--set', `window.start_week=${startWeek}`, '--set', `window.end_week=${endWeek}`],
      ...['--set', `window.next_week=${nextWeek}`],
    ] as const;
  assert.equal(
    await complaintsOf([load(6, 7), load(7, 8), load(7, 9), load(9, 9), load(9, 8, 12)]),
    [
      '3 error E_DATA: every week from start_week to end_week must have a file of each restaurant; got none at bad/restaurant_1_week_006.csv, bad/restaurant_2_week_006.csv',
      '3 error E_DATA: bad/restaurant_1_week_008.csv:1 must have the columns Order Number, Order Date, Quantity, Product Price; got "Order,Order Date,Quantity,Product Price"',
      '3 error E_DATA: bad/restaurant_1_week_008.csv:1 must have the columns Order Number, Order Date, Quantity, Product Price; got "Order,Order Date,Quantity,Product Price"',
      '3 error E_DATA: bad/restaurant_1_week_009.csv:2 column Quantity must be a number of at least 0; got "-2"',
      '2 error E_PARAMS: window.start_week must be at most end_week, 8; got 9\n  window.next_week must be the week after end_week, 9; got 12',
    ],
  );
});

test('names tables and models that do not fit, and writes nothing then', async () => {
  const short = readFileSync(at('data/data.csv'), 'utf8')
    .split('\n')
    .slice(0, 2 * DAY);
  writeFileSync(at('short.csv'), short.join('\n'));
  writeFileSync(at('gap.csv'), short.toSpliced(9, 1).join('\n'));
  const x = readFileSync(at('data/prediction_set/x_pred.csv'), 'utf8');
  writeFileSync(at('x.csv'), x.replace('lag_1W', 'lag_2W'));
  writeFileSync(at('nan.csv'), x.replace(/,[^,]*\n$/, ',none\n'));
  const nothing = ['--out', 'nothing.csv'] as const;
  const [lags, gap, folds, columns, cell, model] = await complaintsOf([
    ['features', '--in', 'short.csv', '--x', 'nothing.csv', '--y', 'nothing-y.csv'],
    ['future', '--in', 'gap.csv', ...nothing],
    ['cross-validate', ...nothing, '--set', 'cross-validate.n_fold=5000'],
    ['predict', '--in', 'x.csv', ...nothing],
    ['predict', '--in', 'nan.csv', ...nothing],
    ['predict', '--model', 'models/simple_model', ...nothing],
  ]);
  assert.is(lags, '3 error E_DATA: the weeks of the window must be more than lag_in_week');
  assert.match(gap, /^3 error E_DATA: gap\.csv:10 must have 2018-\S+ \S+ as order_date; got "2018/);
  assert.match(folds, /^3 error E_DATA: the training set must have more hours than folds, 5000; /);
  assert.match(columns, /^3 error E_DATA: x\.csv:1 must have the columns order_date,weekday_2/);
  assert.is(cell, '3 error E_DATA: nan.csv:169 must have a number as lag_1W; got "none"');
  assert.match(model, /^3 error E_DATA: models\/simple_model\/data\/forests\.safetensors must /);
  assert.throws(() => readFileSync(at('nothing.csv')), /ENOENT/);
});

test('says what each step reads, writes and takes, and how it is run', async () => {
  for (const step of STEPS) {
    const { name, summary, paths } = await importStage(
      new URL(`../../pipelines/restaurants/${step}.ts`, import.meta.url),
    );
    assert.is(name, step);
    assert.match(summary, /^[A-Z][^.\n]{10,90}$/);
    for (const [path, { doc }] of Object.entries(paths)) assert.ok(doc.length > 10, path);
  }
  const { stdout } = runStage(fileOf('future'), ['--help'], folder);
  assert.match(stdout, 'window.next_week: an integer in [2, inf) (default 201)');
  assert.match(stdout, 'features.lag_in_week: an integer in [1, inf) (default 1)');
  assert.match(stdout, 'node future.ts --in data.csv --out x_pred.csv');
});

test.run();
