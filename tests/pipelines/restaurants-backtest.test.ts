/** The stage backtest of the restaurants' pipeline, on made orders, without a server. */
import { parse } from 'csv-parse/sync';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeWeeks, orderFile } from '../support/restaurants.ts';
import { runStage, startStage } from '../support/stage-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const orders = at('data/raw/foodcast');
const PARAMS = `base: {seed: 1}
tracking: {experiment: foodcast, queue: queue}
train: {n_estimators: 2, n_models: 2}
backtest: {first_week: 219, last_week: 220, n_weeks: 3, n_weeks_lightgbm: 4}
`;
const STAGE = 'pipelines/restaurants/backtest';

const test = suite('stage backtest of the restaurants');

test.before(() => {
  makeWeeks(orders, [215, 216, 217, 218, 219, 220]);
  writeFileSync(at('params.yaml'), PARAMS);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('writes metrics by week, their means, and a page; the same bytes twice', () => {
  const outs = ['reports/plots/backtest.csv', 'reports/metrics/backtest.json', 'reports/backtest.html']; // prettier-ignore
  const contents = [1, 2].map(() => {
    const { code, stdout, stderr } = runStage(STAGE, [], folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, '2 weeks, MAE of LightGBM ');
    return outs.map((out) => readFileSync(at(out), 'utf8'));
  });
  assert.equal(contents[1], contents[0]);
  const [csv, json, page] = contents[0];
  const weeks = parse(csv, { columns: true }) as Readonly<Record<string, string>>[];
  const metrics = JSON.parse(json) as Record<string, number>;
  assert.equal(weeks.map(({ week }) => week), ['219', '220']); // prettier-ignore
  for (const name of [
    'mae_forest',
    'mae_lightgbm',
    'mae_known_days_last_week',
    'coverage_forest',
  ]) {
    const mean = (Number(weeks[0][name]) + Number(weeks[1][name])) / 2;
    assert.ok(Math.abs(metrics[name] / mean - 1) < 1e-5, name);
  }
  const { mae_forest: forest, mae_lightgbm: lightgbm, mae_last_week: lastWeek } = metrics;
  assert.ok(Math.abs(metrics.lightgbm_below_forest - (1 - lightgbm / forest)) < 1e-5);
  assert.ok(Math.abs(metrics.improvement_forest - (1 - forest / lastWeek)) < 1e-5);
  assert.match(page, 'Weeks 219 to 220');
});

test('refuses weeks that cannot be, and names the files that it lacks', async () => {
  const cases = [
    ['backtest.first_week=221', '2 error E_PARAMS: backtest.first_week must be at most last_week, 220; got 221'], // prettier-ignore
    ['backtest.n_weeks_lightgbm=219', '2 error E_PARAMS: backtest.first_week must be above n_weeks and n_weeks_lightgbm, 219; got 219'], // prettier-ignore
    ['backtest.n_weeks=1', 'backtest.n_weeks must be an integer in [2, inf); got 1'], // prettier-ignore
    ['backtest.n_weeks=5', `${orderFile('data/raw/foodcast', 1, 214)}, `],
  ];
  const runs = cases.map(([set]) => startStage(STAGE, ['--set', set], folder).outcome);
  for (const [i, { code, stderr }] of (await Promise.all(runs)).entries()) {
    assert.match(`${code} ${stderr.slice(stderr.indexOf('error'))}`, cases[i][1]);
  }
});

test.run();
