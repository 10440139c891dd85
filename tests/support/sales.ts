/** Made sales of vegetables, and what a store holds of them. */
import * as fc from 'fast-check';
import type { MedallionOptions, Tables } from '../../lib/ingestion/medallion.ts';
import { createNameResolver } from '../../lib/ingestion/names.ts';
import { DEFAULT_OUTLIER_RULE } from '../../lib/ingestion/outliers.ts';
import type { SalesRow } from '../../lib/ingestion/rows.ts';
import { formatDate } from '../../lib/ingestion/weeks.ts';

export const VEGETABLES = {
  carrot: ['carrot', 'carotte', 'zanahoria'],
  pear: ['pear', 'poire', 'pera'],
  tomato: ['tomato', 'tomate'],
};

export const OPTIONS: MedallionOptions = {
  weeks: 'strptime',
  resolveName: createNameResolver(VEGETABLES),
  outliers: DEFAULT_OUTLIER_RULE,
};

/** Names of three vegetables, and one that nobody knows. */
const name = fc.constantFrom(
  'Tomate',
  'tomato',
  'TOMATOES',
  'Poire',
  'pear',
  'Carotte',
  'Xylophone',
);
const amount = fc.oneof(
  fc.integer({ min: 0, max: 500 }),
  // sums of these depend on their order
  fc.integer({ min: 0, max: 5000 }).map((tenths) => tenths / 10),
  fc.double({ min: 0, max: 500, noNaN: true }),
);
const row: fc.Arbitrary<SalesRow> = fc.oneof(
  fc
    .tuple(fc.constantFrom(202051, 202052, 202100, 202104), name, amount)
    .map(([yearWeek, vegetable, sales]) => ({ year_week: yearWeek, vegetable, sales })),
  fc
    .tuple(fc.integer({ min: 18_622, max: 18_630 }), name, amount)
    .map(([day, vegetable, sales]) => ({ date: formatDate(day), vegetable, kilo_sold: sales })),
);

/** The key of a row in bronze, for a test. */
export function keyOf(row: SalesRow): string {
  return JSON.stringify(['date' in row ? row.date : row.year_week, row.vegetable]);
}

/** Rows of which no two have the same key. */
export const distinctRows = fc.uniqueArray(row, { selector: keyOf, minLength: 1, maxLength: 40 });

export interface Posting {
  readonly rows: readonly SalesRow[];
  /** The same rows in another order, some of them again, cut into posts. */
  readonly posts: readonly (readonly SalesRow[])[];
}

export const posting: fc.Arbitrary<Posting> = distinctRows.chain((rows) =>
  fc
    .record({
      order: fc.shuffledSubarray([...rows], { minLength: rows.length }),
      again: fc.array(fc.constantFrom(...rows), { maxLength: 10 }),
      length: fc.integer({ min: 1, max: rows.length + 10 }),
    })
    .map(({ order, again, length }) => {
      const all = [...order, ...again];
      const nPosts = Math.ceil(all.length / length);
      const cut = (_: unknown, i: number): SalesRow[] => all.slice(i * length, (i + 1) * length);
      return { rows, posts: Array.from({ length: nPosts }, cut) };
    }),
);

/** Tables in an order of their own, for engines that have none. */
export function sortTables({ bronze, silver, gold }: Tables): Tables {
  const byText = (a: object, b: object): number => {
    const [first, second] = [JSON.stringify(a), JSON.stringify(b)];
    return first < second ? -1 : 1;
  };
  return {
    bronze: bronze.toSorted(byText),
    silver: silver.toSorted(byText),
    gold: gold.toSorted(byText),
  };
}
