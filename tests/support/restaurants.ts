/** A made world of two restaurants: a file of orders for each of them and each week, as the data set has them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toStep, toTime } from '../../lib/forecasting/frequency.ts';
import { DAY, HOURLY, WEEK } from '../../lib/forecasting/restaurants/hourly-features.ts';
import { createRng } from '../../lib/rng.ts';

/** Midnight that week 200 begins with. */
const WEEK_200 = toStep(HOURLY, '2018-10-29')!;
const COLUMNS = ['Order Date', 'Item Name', 'Quantity', 'Product Price', 'Total products'];

export interface Order {
  /** `2018-10-31 19:24:00`. */
  readonly time: string;
  readonly quantity: number;
  readonly price: number;
}

export const firstHourOf = (week: number): number => WEEK_200 + (week - 200) * WEEK;

export function orderFile(folder: string, restaurant: 1 | 2, week: number): string {
  return join(folder, `restaurant_${restaurant}_week_${String(week).padStart(3, '0')}.csv`);
}

/** The second restaurant separates by semicolons, and writes days first. */
export function writeOrders(
  folder: string,
  restaurant: 1 | 2,
  week: number,
  orders: readonly Order[],
): void {
  const toDate = (time: string): string => {
    const [date, clock] = time.split(' ');
    return restaurant === 1 ? time : `${date.split('-').reverse().join('/')} ${clock.slice(0, 5)}`;
  };
  const rows = orders.map(({ time, quantity, price }, i) => [
    ...[1000 * week + i, toDate(time), 'Naan', quantity, price, 1],
  ]);
  const header = [restaurant === 1 ? 'Order Number' : 'Order ID', ...COLUMNS];
  const lines = [header, ...rows].map((cells) => cells.join(restaurant === 1 ? ',' : ';'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(orderFile(folder, restaurant, week), `${lines.join('\n')}\n`);
}

/** Orders of the evenings, more of them towards the weekend; returns them by week. */
export function makeWeeks(folder: string, weeks: readonly number[]): Map<number, Order[]> {
  const draw = createRng(1, 'tests', 'restaurants');
  const world = new Map<number, Order[]>();
  for (const week of weeks) {
    const all: Order[] = [];
    for (const restaurant of [1, 2] as const) {
      const orders: Order[] = [];
      for (let day = 0; day < 7; day++) {
        for (let hour = 17; hour < 23; hour++) {
          if (draw() < 0.3) continue;
          const start = toTime(HOURLY, firstHourOf(week) + day * DAY + hour).replace('T', ' ');
          const minute = String(Math.floor(60 * draw())).padStart(2, '0');
          const time = start.replace(/\d\d:\d\d$/, `${minute}:00`);
          const quantity = 1 + Math.floor((2 + day) * draw());
          orders.push({ time, quantity, price: Math.round(1000 * draw()) / 100 });
        }
      }
      writeOrders(folder, restaurant, week, orders);
      all.push(...orders);
    }
    world.set(week, all);
  }
  return world;
}
