import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { forecastSales } from '../../../../lib/forecasting/sales/forecast.ts';
import type { ForecastOptions } from '../../../../lib/forecasting/sales/forecast.ts';
import type { SalesWorld } from '../../../../lib/forecasting/sales/world.ts';
import { DRAWN, simulateWorld } from '../../../support/simulated-world.ts';

const ALL: ForecastOptions = {
  startTest: '2023-07-01',
  model: 'CustomModel',
  features: ['past_sales', 'marketing', 'price', 'stock', 'objectives'],
  alpha: 1,
  cleanHistory: true,
  level: 0.99,
};
const CONFIGURATIONS: readonly ForecastOptions[] = [
  { ...ALL, model: 'PrevMonthSale' },
  { ...ALL, model: 'SameMonthLastYearSales' },
  { ...ALL, model: 'Ridge' },
  { ...ALL, model: 'Ridge', features: ['last_month', 'growth'] },
  { ...ALL, cleanHistory: false },
  ALL,
];
const name = ({ model, features, cleanHistory }: ForecastOptions): string =>
  `${model} with ${features.join(', ')}${cleanHistory ? '' : ', history as it was'}`;

const test = suite('forecastSales');

for (const seed of [1, 2, 3]) {
  test(`finds the parameters that a world was drawn with again, seed ${seed}`, () => {
    const { parameters, scores, seasonalNaive } = forecastSales(simulateWorld(seed), ALL);
    assert.equal(
      parameters.map(({ name: parameter }) => parameter),
      ['a', 'b', 'c', 'd', 'e', 'push'],
    );
    for (const { name: parameter, lo, hi } of parameters) {
      const drawn = DRAWN[parameter as 'a'];
      assert.ok(lo! < drawn && drawn < hi!, `${parameter}: ${lo} < ${drawn} < ${hi}`);
      assert.ok(hi! - lo! < 0.6, `${parameter}: ${lo} to ${hi}`);
    }
    assert.ok(scores!.r2 > seasonalNaive!.r2);
  });
}

/** The world with every value of month `t` and later changed, but for refills and prices known in advance. */
function changeFrom(world: SalesWorld, t: number): SalesWorld {
  const n = world.months.length;
  return {
    ...world,
    sales: world.sales.map((value, at) => (at % n < t ? value : value * 0.5 + 1)),
  };
}

for (const options of CONFIGURATIONS) {
  test(`changing sales from a month on changes no prediction up to it: ${name(options)}`, () => {
    const world = simulateWorld(4, { ...DRAWN, nItems: 12 });
    const n = world.months.length;
    const first = world.months.indexOf(options.startTest);
    const before = forecastSales(world, options);
    for (const t of [first, first + 2]) {
      const after = forecastSales(changeFrom(world, t), options);
      for (const at of world.sales.keys()) {
        if (at % n <= t)
          assert.ok(Object.is(after.predictions[at], before.predictions[at]), `${at}`);
      }
      assert.equal(after.parameters, before.parameters);
    }
    const changed = forecastSales(changeFrom(world, first), options);
    assert.not.equal(changed.predictions, before.predictions);
  });
}

test('predicts no more than the stock, and intervals hold their share of months', () => {
  const world = simulateWorld(5, { ...DRAWN, nItems: 80, stockOutShare: 0.3 });
  const { predictions, lo, hi, coverage } = forecastSales(world, { ...ALL, level: 0.9 });
  const n = world.months.length;
  for (const i of world.items.keys()) {
    let stock = 0;
    for (let t = 0; t < n; t++) {
      const at = i * n + t;
      stock += world.refills![at];
      if (t >= 15) {
        assert.ok(predictions[at] <= stock * (1 + 1e-6));
        assert.ok(lo[at] <= predictions[at] && predictions[at] <= hi[at]);
      }
      stock -= world.sales[at];
    }
  }
  assert.ok(Math.abs(coverage! - 0.9) < 0.05, String(coverage));
});

test('scales with the sales, whatever their unit', () => {
  const world = simulateWorld(6, { ...DRAWN, nItems: 10 });
  const times = (values: Float64Array): Float64Array => values.map((value) => value * 1024);
  const scaled = {
    ...world,
    sales: times(world.sales),
    refills: times(world.refills!),
    objectives: times(world.objectives!),
  };
  const [one, other] = [world, scaled].map((each) => forecastSales(each, ALL).predictions);
  for (const [at, value] of one.entries()) {
    if (!Number.isNaN(value)) assert.ok(Math.abs(other[at] / 1024 / value - 1) < 1e-6);
  }
});

test.run();
