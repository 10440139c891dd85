/**
 * What each step of the sales forecast brings: R² on the months before the test, half a year at a time, each
 * fitted on the months before it, and R² on the test.
 *
 * Wants data/raw/sales (npx dvc repro fetch-sales); prints the table of docs/sales.md.
 */
import { parseArgs } from 'node:util';
import { composeConfig } from '../lib/cli/compose-config.ts';
import { withDatabase } from '../lib/data/database.ts';
import { readSalesWorld } from '../lib/data/sales-files.ts';
import { forecastSales } from '../lib/forecasting/sales/forecast.ts';
import { FORECAST_SCHEMA } from '../lib/forecasting/forecast-params.ts';
import type { SalesParams } from '../lib/forecasting/sales/sales-params.ts';
import { scorePredictions } from '../lib/forecasting/sales/score.ts';
import type { SalesWorld } from '../lib/forecasting/sales/world.ts';
import { resolveParams } from '../lib/params/resolve.ts';

const STEPS = [
  ['1', 'prev-month-sale'],
  ['1', 'same-month-last-year-sales'],
  ['2', 'ridge'],
  ['3', 'ridge-marketing'],
  ['4', 'ridge-price'],
  ['5', 'ridge-stock'],
  ['6', 'ridge-objectives'],
  ['7', 'custom'],
  ['8', 'default'],
] as const;

/** The best configuration without one of its sources. */
const WITHOUT = ['marketing', 'price', 'stock', 'objectives'] as const;

/** First months of the half years that choices were made on; the last one ends where the test begins. */
const FOLDS = ['2022-01-01', '2022-07-01', '2023-01-01'];
const FOLD_MONTHS = 6;

const { values: options } = parseArgs({
  options: { data: { type: 'string', default: 'data/raw/sales' } },
});

const world = await withDatabase({ threads: 2, memoryMb: 1024 }, async (database) => {
  const pathOf = (table: string): string => `${options.data}/${table}.csv`;
  const others = Object.fromEntries(WITHOUT.map((table) => [table, pathOf(table)]));
  return (await readSalesWorld(database, { sales: pathOf('sales'), ...others })).world;
});

async function readStep(option: string): Promise<SalesParams> {
  const { values } = await composeConfig('conf', [], [`forecast=${option}`]);
  const source = { name: option, values: values.forecast };
  return resolveParams({
    params: { schema: FORECAST_SCHEMA, prefix: 'forecast', sources: [source] },
  }).params;
}

/** R² of all folds together; each is predicted by what the months before it taught. */
function validate(params: SalesParams): number {
  const predictions = new Float64Array(world.sales.length).fill(NaN);
  const n = world.months.length;
  for (const startTest of FOLDS) {
    const start = world.months.indexOf(startTest);
    const end = start + FOLD_MONTHS;
    const fold = forecastSales(upTo(end), { ...params, startTest });
    for (const i of world.items.keys()) {
      for (let t = start; t < end; t++) predictions[i * n + t] = fold.predictions[i * end + t];
    }
  }
  const first = world.months.indexOf(FOLDS[0]);
  return scorePredictions(world, predictions, first, first + FOLDS.length * FOLD_MONTHS)!.r2;
}

/** The world as it was when month `end` had not come yet, but for what is known in advance. */
function upTo(end: number): SalesWorld {
  const n = world.months.length;
  const cut = (values: Float64Array): Float64Array => values.filter((_, at) => at % n < end);
  const cutOrNull = (values: Float64Array | null) => (values === null ? null : cut(values));
  return {
    items: world.items,
    months: world.months.slice(0, end),
    sales: cut(world.sales),
    marketing: cutOrNull(world.marketing),
    price: cutOrNull(world.price),
    refills: cutOrNull(world.refills),
    objectives: cutOrNull(world.objectives),
  };
}

function printRow(step: string, name: string, params: SalesParams): void {
  const { scores } = forecastSales(world, params);
  const numbers = [validate(params), scores!.r2].map((value) => value.toFixed(4));
  const cells = [step, name, ...numbers, String(Math.round(scores!.mae))];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

process.stdout.write(
  '| step | configuration | R² on validation months | R² on test months | MAE on test months |\n|---|---|---|---|---|\n',
);
for (const [step, option] of STEPS)
  printRow(step, `\`forecast=${option}\``, await readStep(option));
const best = await readStep('default');
for (const source of WITHOUT) {
  const features = best.features.filter((name) => name !== source);
  printRow('8', `… without ${source}`, { ...best, features });
}
