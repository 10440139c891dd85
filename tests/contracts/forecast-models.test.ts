/** What every forecasting model of the registry must keep. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../lib/errors.ts';
import type { ForecastContext, ForecastModel } from '../../lib/forecasting/model.ts';
import { FORECAST_MODELS, forecastModelOf } from '../../lib/forecasting/models/registry.ts';
import { cutPanel, panelOf, takeSeries } from '../../lib/forecasting/panel.ts';
import type { Panel } from '../../lib/forecasting/panel.ts';
import { createForecastContext, createPanel, MONTHLY } from '../support/forecasting.ts';
import { assertClose } from '../support/close.ts';

const test = suite('forecasting models');

const panel = createPanel([40, 33, 48, 40, 36]);
const context = createForecastContext();

const forecast = async (
  model: ForecastModel,
  of: Panel,
  changes: Partial<ForecastContext> = {},
): Promise<Float64Array> => {
  const asked = { ...context, ...changes };
  return await (await model.fit(of, asked)).predict(asked.h);
};

const reversed = (n: number): number[] => Array.from({ length: n }, (_, i) => n - 1 - i);

test('have names of their own', () => {
  const names = FORECAST_MODELS.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
});

for (const model of [...FORECAST_MODELS, forecastModelOf('theta+2*ridge')]) {
  const { name, isGlobal } = model;

  test(`${name} gives h finite numbers of every series, and the same bytes twice`, async () => {
    const first = await forecast(model, panel);
    assert.is(first.length, panel.ids.length * context.h);
    assert.ok(first.every(Number.isFinite));
    assert.equal(await forecast(model, panel), first);
  });

  test(`${name} does not change what it learns from`, async () => {
    const before = panel.y.slice();
    await forecast(model, panel);
    assert.equal(panel.y, before);
  });

  test(`${name} forecasts nearer steps alike whatever the steps asked for`, async () => {
    const fitted = await model.fit(panel, context);
    const far = await fitted.predict(context.h);
    const near = await fitted.predict(1);
    assert.equal(
      near,
      far.filter((_, at) => at % context.h === 0),
    );
  });

  test(`${name} forecasts one step where h is 1`, async () => {
    const near = await forecast(model, panel, { h: 1 });
    assert.is(near.length, panel.ids.length);
    assert.ok(near.every(Number.isFinite));
  });

  test(`${name} knows nothing of what comes after the cutoff`, async () => {
    const cut = (of: Panel): Panel =>
      cutPanel(of, [0, 1, 2, 3, 4], (_i, length) => [0, length - 6]);
    const changed = { ...panel, y: panel.y.slice() };
    for (let i = 0; i < panel.ids.length; i++) {
      for (let back = 1; back <= 6; back++) changed.y[panel.offsets[i + 1] - back] = 1e6 * back;
    }
    assert.equal(await forecast(model, cut(changed)), await forecast(model, cut(panel)));
  });

  test(`${name} learns from the last known value`, async () => {
    const changed = { ...panel, y: panel.y.slice() };
    changed.y[changed.y.length - 1] += 1000;
    const last = (of: Float64Array): Float64Array => of.slice(-context.h);
    const [before, after] = [await forecast(model, panel), await forecast(model, changed)];
    assert.not.equal(last(after), last(before));
  });

  test(`${name} keeps the order of the series`, async () => {
    const order = reversed(panel.ids.length);
    const straight = await forecast(model, panel);
    const turned = await forecast(model, takeSeries(panel, order));
    const expected = order.flatMap((i) => [
      ...straight.subarray(i * context.h, (i + 1) * context.h),
    ]);
    // sums over the rows of all series come in another order, and what is drawn by chance is other rows
    const isDrawn = ['lightgbm', 'lightgbm-direct', 'mlp-direct', 'random-forest'].includes(name);
    if (isGlobal) assertClose(turned, expected, isDrawn ? 0.05 : 1e-9);
    else assert.equal([...turned], expected);
  });

  if (!isGlobal) {
    test(`${name} forecasts some of the series as it does among all`, async () => {
      const straight = await forecast(model, panel);
      const some = await forecast(model, takeSeries(panel, [3, 1]));
      const rows = (i: number): number[] => [
        ...straight.subarray(i * context.h, (i + 1) * context.h),
      ];
      assert.equal([...some], [...rows(3), ...rows(1)]);
    });
  }

  test(`${name} forecasts a constant of constant series`, async () => {
    const constant = panelOf(MONTHLY, { a: new Array(30).fill(7), b: new Array(20).fill(-3) });
    const expected = [7, 7, 7, 7, -3, -3, -3, -3];
    assertClose(await forecast(model, constant), expected, 1e-6);
  });

  test(`${name} forecasts series of all zeros`, async () => {
    const zeros = panelOf(MONTHLY, { a: new Array(30).fill(0) });
    assertClose(await forecast(model, zeros), [0, 0, 0, 0], 1e-9, 1);
  });

  test(`${name} forecasts the shortest series that it promises, and names shorter ones`, async () => {
    const shortest = model.minLength(context);
    const enough = await forecast(model, createPanel([shortest, 40]));
    assert.ok(enough.every(Number.isFinite));
    if (shortest < 2) return;
    const error = await forecast(model, createPanel([shortest - 1, 40])).catch((thrown) => thrown);
    assert.instance(error, StageError);
    assert.is(error.code, 'E_DATA');
    assert.match(error.message, `${shortest} rows`);
    assert.match(error.message, `series_0: ${shortest - 1}`);
  });

  test(`${name} forecasts a series of one point, or says what it needs`, async () => {
    const point = panelOf(MONTHLY, { a: [5] });
    const result = await forecast(model, point).catch((thrown) => thrown);
    if (model.minLength(context) > 1) assert.instance(result, StageError);
    else assert.ok(result.every(Number.isFinite));
  });
}

test.run();
