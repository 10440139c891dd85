import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listMonths } from '../../../../lib/data/sales-files.ts';
import { isPushed } from '../../../../lib/forecasting/sales/features/objectives.ts';
import { growth, lastYearAverage } from '../../../../lib/forecasting/sales/features/past-sales.ts';
import { priceDriver } from '../../../../lib/forecasting/sales/features/price.ts';
import { availableStock } from '../../../../lib/forecasting/sales/features/stock.ts';
import { meanAbove, meanOfMinimum } from '../../../../lib/forecasting/sales/normal.ts';
import { walkMonths } from '../../../../lib/forecasting/sales/walk.ts';
import type { SalesWorld } from '../../../../lib/forecasting/sales/world.ts';

/** One item from 2020-01 on; each month is expected to sell 100. */
function worldOf(sales: number[], more: Partial<SalesWorld> = {}): SalesWorld {
  const months = listMonths('2020-01-01', sales.length);
  const none = { marketing: null, price: null, refills: null, objectives: null };
  return { items: ['item'], months, sales: Float64Array.from(sales), ...none, ...more };
}
const HUNDRED = { demand: () => 100, effect: () => 1, push: 0.2 };

const test = suite('walkMonths');

test('cuts at the stock, and what was left unserved comes back in the month after', () => {
  // 80 of 100 could be sold in the second month, so that 20 come back in the third
  const world = worldOf([100, 80, 120, 100], { refills: Float64Array.of(100, 80, 200, 100) });
  const options = { available: availableStock(world), withObjectives: false, spread: null };
  const { predictions, demand } = walkMonths(world, HUNDRED, options);
  assert.equal([...options.available!], [100, 80, 200, 180]);
  assert.equal([...predictions], [100, 80, 120, 100]);
  assert.equal([...demand], [100, 100, 120, 100]);
});

test('pushes June and lowers July of a year that comes close to its objective, and of no other', () => {
  const sales = Array.from({ length: 8 }, () => 100);
  const pushesOf = (objective: number): number[] => {
    const objectives = new Float64Array(8).fill(objective);
    const options = { available: null, withObjectives: true, spread: null };
    return [...walkMonths(worldOf(sales, { objectives }), HUNDRED, options).predictions.slice(4)];
  };
  // six months of 100 up to June
  assert.equal(pushesOf(610), [100, 120, 80, 100]);
  assert.equal(pushesOf(721), [100, 100, 100, 100]);
  assert.equal(pushesOf(560), [100, 100, 100, 100]);
});

test('cleans the history of effects, and shares out what a stock-out moved into the next month', () => {
  const seen: number[][] = [];
  const equation = {
    demand(history: Float64Array, _i: number, t: number): number {
      seen[t] = [...history.subarray(0, t)];
      return 100;
    },
    effect: (_i: number, t: number): number => (t === 0 ? 2 : 1),
    push: 0,
  };
  const world = worldOf([100, 80, 120, 100], { refills: Float64Array.of(150, 30, 200, 100) });
  const options = { available: availableStock(world), withObjectives: false, spread: 0.1 };
  walkMonths(world, equation, options);
  assert.equal(seen[1], [50]);
  // 80 + 120 sold together, 100 expected of each
  assert.equal(seen[3], [50, 100, 100]);
});

test('objectives more than 20 % above the sales are given up, those met by more than 5 % need no push', () => {
  assert.equal(
    [1201, 1199, 1000, 953, 952].map((objective) => isPushed(1000, objective)),
    [false, true, true, true, false],
  );
  assert.not.ok(isPushed(1000, NaN));
});

test('features of past sales by hand: 1, 2, … 16', () => {
  const series = Float64Array.from({ length: 16 }, (_, t) => t + 1);
  // month 16 looks back on 4 to 15; 13 + 14 + 15 over 1 + 2 + 3
  assert.is(lastYearAverage(series, 15), 9.5);
  assert.is(growth(series, 15), (4 * 14) / 2);
  assert.ok(Number.isNaN(growth(series, 14)));
});

test('the price driver is up in the month before a rise and down in the month of it', () => {
  const months = listMonths('2020-01-01', 4);
  const price = Float64Array.of(10, 10, 11, 11);
  const driver = priceDriver({ items: ['item'], months, price })!;
  const rounded = [...driver].map((value) => Math.round(value * 1e9) / 1e9);
  assert.equal(rounded, [0, 0.1, -0.1, 0]);
});

test('means of a normal variable above and below a limit: half-normal by hand, and far out', () => {
  const half = Math.sqrt(2 / Math.PI);
  assert.ok(Math.abs(meanAbove(5, 5, 2) - (5 + 2 * half)) < 1e-6);
  assert.ok(Math.abs(meanOfMinimum(5, 5, 2) - (5 - half)) < 1e-6);
  assert.ok(Math.abs(meanAbove(-100, 5, 2) - 5) < 1e-6);
  assert.ok(Math.abs(meanOfMinimum(100, 5, 2) - 5) < 1e-6);
  assert.ok(meanAbove(100, 5, 2) > 100);
});

test.run();
