/**
 * One month ahead, item by item: each month is predicted from the months before it, and then seen.
 *
 * The equation of a model says what is demanded; what stands around it is the same for every model: demand
 * that a stock-out left unserved comes back in the month after, a pushed June and its July, and the stock as
 * the upper end. With a `spread` the history that the equation looks back on is cleaned of all of these and
 * of the effects of marketing and price; without one it is the sales as they were.
 */
import { isPushed } from './features/objectives.ts';
import { isStockOut } from './features/stock.ts';
import { meanAbove, meanOfMinimum } from './normal.ts';
import type { SalesWorld } from './world.ts';
import { LAST_FISCAL_MONTH, fiscalYear, monthOfYear } from './world.ts';

export interface DemandEquation {
  /**
   * What is demanded in month t, before pushes and stock; NaN where the history does not reach back.
   *
   * @param history - Of item i, shape (nMonths); months from t on must not be looked at.
   */
  demand(history: Float64Array, i: number, t: number): number;
  /** The factor that marketing and price have in it. */
  effect(i: number, t: number): number;
  /** Share by which a pushed June is higher, and the July after it lower. */
  readonly push: number;
}

export interface WalkOptions {
  /** What can be sold at most, shape (nItems, nMonths); null: stock is no feature. */
  readonly available: Float64Array | null;
  readonly withObjectives: boolean;
  /** Standard deviation of demand as a share of what is expected; null: the history is not cleaned. */
  readonly spread: number | null;
}

/** All of shape (nItems, nMonths); NaN for months that cannot be predicted. */
export interface Walk {
  readonly predictions: Float64Array;
  /** Upper end of what was expected: the prediction before the stock cut it. */
  readonly demand: Float64Array;
  /** 1 + push, 1 - push or 1. */
  readonly pushes: Float64Array;
}

export function walkMonths(
  world: SalesWorld,
  equation: DemandEquation,
  options: WalkOptions,
): Walk {
  const walk = {
    predictions: new Float64Array(world.sales.length),
    demand: new Float64Array(world.sales.length),
    pushes: new Float64Array(world.sales.length),
  };
  for (let i = 0; i < world.items.length; i++) walkItem(world, i, equation, options, walk);
  return walk;
}

/** What a month that has been seen leaves for the next one. */
interface Seen {
  /** Demand of the month itself as it was expected; NaN where it could not be predicted. */
  readonly expected: number;
  /** Sales less those that the month before had left unserved. */
  readonly served: number;
  /** Demand of the month itself that the stock did not serve. */
  readonly unserved: number;
  /** What demand is divided by in the cleaned history. */
  readonly factor: number;
  readonly isStockOut: boolean;
}

const NOTHING: Seen = { expected: NaN, served: 0, unserved: 0, factor: 1, isStockOut: false };

function walkItem(
  world: SalesWorld,
  i: number,
  equation: DemandEquation,
  { available, withObjectives, spread }: WalkOptions,
  walk: Walk,
): void {
  const n = world.months.length;
  const sales = world.sales.subarray(i * n, (i + 1) * n);
  const history = spread === null ? sales : new Float64Array(n);
  const pushes = walk.pushes.subarray(i * n, (i + 1) * n);
  let before = NOTHING;
  for (let t = 0; t < n; t++) {
    const at = i * n + t;
    const alone = equation.demand(history, i, t);
    pushes[t] = withObjectives ? pushOf(world, i, t, alone, equation.push) : 1;
    const expected = alone * pushes[t];
    const demand = expected + before.unserved;
    const limit = available?.[at] ?? Infinity;
    walk.demand[at] = demand;
    walk.predictions[at] = cut(demand, limit, spread);
    const served = sales[t] - before.unserved;
    const isOut = available !== null && isStockOut(sales[t], limit);
    const unserved = isOut ? expectUnserved(served, expected, spread) : 0;
    // the month is seen now, and with it whether its year came close to the objective
    const push = withObjectives ? pushOf(world, i, t, sales[t], equation.push) : 1;
    const factor = equation.effect(i, t) * push;
    const now: Seen = { expected, served, unserved, factor, isStockOut: isOut };
    if (spread !== null) clean(history, t, before, now);
    before = now;
  }
}

/** June and July of a fiscal year that comes close to its objective; 1 for all other months. */
function pushOf(
  { months, sales, objectives }: SalesWorld,
  i: number,
  t: number,
  expected: number,
  push: number,
): number {
  const month = monthOfYear(months[t]);
  const sinceJune = (month - LAST_FISCAL_MONTH + 12) % 12;
  if (objectives === null || sinceJune > 1 || t < sinceJune) return 1;
  const june = t - sinceJune;
  const row = i * months.length;
  const year = fiscalYear(months[june]);
  let total = sinceJune === 0 ? expected : sales[row + june];
  for (let s = june - 1; s >= 0 && fiscalYear(months[s]) === year; s--) total += sales[row + s];
  if (!isPushed(total, objectives[row + june])) return 1;
  return sinceJune === 0 ? 1 + push : 1 - push;
}

/** The prediction of a month that can sell `limit` at most. */
function cut(demand: number, limit: number, spread: number | null): number {
  if (spread === null || limit === Infinity) return Math.min(demand, limit);
  return meanOfMinimum(limit, demand, spread * demand);
}

/** What the demand of a month is expected to have been beyond what was served of it. */
function expectUnserved(served: number, expected: number, spread: number | null): number {
  if (Number.isNaN(expected)) return 0;
  const demanded = spread === null ? expected : meanAbove(served, expected, spread * expected);
  return Math.max(demanded - served, 0);
}

/**
 * Writes the demand of month t, free of effects, into the history. After a stock-out that is over, what the
 * two months sold together is known, and is shared out again.
 */
function clean(history: Float64Array, t: number, before: Seen, now: Seen): void {
  let demanded = now.served + now.unserved;
  if (before.isStockOut && !now.isStockOut) {
    const together = before.served + before.unserved + now.served;
    const first = Math.max(shareOfFirst(together, before, now), before.served);
    demanded = Math.max(together - first, SMALLEST_SHARE * together);
    history[t - 1] = (together - demanded) / before.factor;
  }
  history[t] = demanded / now.factor;
}

/** Of what two months demanded, each has at least this share. */
const SMALLEST_SHARE = 0.01;

/** Mean of the demand of the first of two months, given both. */
function shareOfFirst(together: number, before: Seen, now: Seen): number {
  // the first months have no expectation: they are taken to be alike but for their effects
  if (!(before.expected > 0 && now.expected > 0)) {
    return (together * before.factor) / (before.factor + now.factor);
  }
  const excess = together - before.expected - now.expected;
  const weight = before.expected ** 2 / (before.expected ** 2 + now.expected ** 2);
  return before.expected + weight * excess;
}
