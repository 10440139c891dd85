/**
 * A world of monthly sales drawn from known parameters: the equations of CustomModel with noise, price changes
 * every May and November, marketing in a third of the months, objectives and stock.
 */
import type { Rng } from '../../rng.ts';
import { growth, lastYearAverage, sameMonthLastYear } from './features/past-sales.ts';
import { priceDriver } from './features/price.ts';
import type { SimulateParams } from './simulate-params.ts';
import { LAST_FISCAL_MONTH, N_LAGS, fiscalYear, monthOfYear } from './world.ts';

export interface SimulatedItem {
  /** One value per month, as the four that follow. */
  readonly sales: Float64Array;
  readonly marketing: Float64Array;
  readonly price: Float64Array;
  /** Refills of the whole month. */
  readonly refills: Float64Array;
  /** Objective of every fiscal year whose June is drawn. */
  readonly objectives: ReadonlyMap<number, number>;
}

const PRICE_CHANGES = [-0.1, -0.05, 0, 0.05, 0.1];
const PRICE_MONTHS = [5, 11];
const MARKETING_SHARE = 1 / 3;

/** How a fiscal year stands to its objective, and the objective as a share of its sales. */
const YEARS = [
  { share: 0.6, isPushed: false, low: 1.21, high: 1.3 },
  { share: 0.8, isPushed: true, low: 0.98, high: 1.02 },
  { share: 1, isPushed: false, low: 0.8, high: 0.9 },
] as const;

/** @param months - First days, in order and without a gap. */
export function simulateItem(
  months: readonly string[],
  params: SimulateParams,
  rng: Rng,
): SimulatedItem {
  const marketing = Float64Array.from(months, () =>
    rng() < MARKETING_SHARE ? between(rng, 0.5, 1) : 0,
  );
  const price = drawPrice(months, rng);
  const years = new Map(months.map((month) => [fiscalYear(month), drawYear(rng)]));
  const base = drawBase(months.length, params, rng);
  const change = priceDriver({ items: ['item'], months, price })!;
  const demand = base.map((value, t) => {
    const effect = (1 + params.d * marketing[t]) * (1 + params.e * change[t]);
    return value * effect * pushOf(months, t, years, params.push);
  });
  const { sales, refills } = stock(demand, params.stockOutShare, rng);
  return { sales, marketing, price, refills, objectives: setObjectives(months, sales, years, rng) };
}

function drawPrice(months: readonly string[], rng: Rng): Float64Array {
  let price = between(rng, 5, 20);
  return Float64Array.from(months, (month, t) => {
    if (t > 0 && PRICE_MONTHS.includes(monthOfYear(month))) {
      price *= 1 + PRICE_CHANGES[Math.floor(rng() * PRICE_CHANGES.length)];
    }
    return price;
  });
}

/** What the equations say without effects: a season in the first months, then its own past, each with noise. */
function drawBase(nMonths: number, params: SimulateParams, rng: Rng): Float64Array {
  const { a, b, c, noise } = params;
  const level = Math.exp(Math.log(4000) + 0.7 * normal(rng));
  const [amplitude, phase] = [between(rng, 0.1, 0.5), between(rng, 0, 12)];
  const base = new Float64Array(nMonths);
  for (let t = 0; t < nMonths; t++) {
    const season = 1 + amplitude * Math.sin((2 * Math.PI * (t - phase)) / 12);
    const expected =
      t < N_LAGS
        ? level * season
        : a * sameMonthLastYear(base, t) + b * lastYearAverage(base, t) + c * growth(base, t);
    base[t] = Math.max(expected, 0) * Math.exp(noise * normal(rng));
  }
  return base;
}

function pushOf(
  months: readonly string[],
  t: number,
  years: ReadonlyMap<number, (typeof YEARS)[number]>,
  push: number,
): number {
  const sinceJune = (monthOfYear(months[t]) - LAST_FISCAL_MONTH + 12) % 12;
  if (sinceJune > 1 || t < sinceJune) return 1;
  if (!years.get(fiscalYear(months[t - sinceJune]))!.isPushed) return 1;
  return sinceJune === 0 ? 1 + push : 1 - push;
}

/** Sells what is demanded as far as the stock goes; the rest is demanded again in the month after. */
function stock(
  demand: Float64Array,
  stockOutShare: number,
  rng: Rng,
): Pick<SimulatedItem, 'sales' | 'refills'> {
  const [sales, refills] = [new Float64Array(demand.length), new Float64Array(demand.length)];
  let left = 0;
  let unserved = 0;
  for (const [t, own] of demand.entries()) {
    const wanted = own + unserved;
    const isShort = rng() < stockOutShare;
    const planned = isShort ? wanted * between(rng, 0.6, 1) : wanted * between(rng, 1.01, 1.9);
    refills[t] = Math.max(planned - left, 0);
    const available = left + refills[t];
    sales[t] = Math.min(wanted, available);
    left = available - sales[t];
    unserved = wanted - sales[t];
  }
  return { sales, refills };
}

function setObjectives(
  months: readonly string[],
  sales: Float64Array,
  years: ReadonlyMap<number, (typeof YEARS)[number]>,
  rng: Rng,
): Map<number, number> {
  const objectives = new Map<number, number>();
  for (const [year, { low, high }] of years) {
    const ofYear = months.flatMap((month, t) => (fiscalYear(month) === year ? [t] : []));
    const share = between(rng, low, high);
    if (monthOfYear(months[ofYear.at(-1)!]) !== LAST_FISCAL_MONTH) continue;
    objectives.set(year, share * ofYear.reduce((sum, t) => sum + sales[t], 0));
  }
  return objectives;
}

/** Refills of the days of a month, which add up to `total`. */
export function spreadOverDays(total: number, nDays: number, rng: Rng): number[] {
  const weights = Array.from({ length: nDays }, () => rng());
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (total * weight) / sum);
}

function drawYear(rng: Rng): (typeof YEARS)[number] {
  const draw = rng();
  return YEARS.find(({ share }) => draw < share)!;
}

function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng();
}

/** Box and Muller (1958), doi:10.1214/aoms/1177706645. */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}
