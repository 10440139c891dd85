/** The configuration of a sales forecast, as declared in the group `forecast`; nothing heavy is imported here. */
import { boolean, integer, list, nullable, number, oneOf, text } from '../../params/schema.ts';
import type { Params } from '../../params/schema.ts';

export const SALES_MODEL_NAMES = [
  'PrevMonthSale',
  'SameMonthLastYearSales',
  'Ridge',
  'CustomModel',
] as const;
export type SalesModelName = (typeof SALES_MODEL_NAMES)[number];

export const SALES_FEATURE_NAMES = [
  'past_sales',
  'last_month',
  'same_month_last_year',
  'last_year_average',
  'growth',
  'marketing',
  'price',
  'stock',
  'objectives',
] as const;

const table = (doc: string) =>
  nullable(text({ default: 'x', doc: '' }), { default: null, doc: `${doc}; null: none.` });

export const SALES_SCHEMA = {
  data: {
    sales: text({
      default: 'sales.csv',
      doc: 'Table with the columns dates, item_id, sales; below the folder of --in where that is given.',
    }),
    marketing: table('Table with the columns dates, item_id, marketing_spend'),
    price: table('Table with the columns dates, item_id, price'),
    stock: table('Table with the columns date, item_id, stock_refill'),
    objectives: table('Table with the columns item_id, fiscal_year, objective'),
  },
  start_test: text({
    default: '2023-07-01',
    doc: 'First month that is predicted; nothing from it on is learnt from.',
  }),
  model: oneOf(SALES_MODEL_NAMES, {
    default: 'CustomModel',
    doc: 'PrevMonthSale and SameMonthLastYearSales repeat a month; Ridge is linear in the features; CustomModel has the equations of the industry.',
  }),
  features: list(oneOf(SALES_FEATURE_NAMES, { default: 'past_sales', doc: '' }), {
    default: ['past_sales'],
    doc: 'What Ridge and CustomModel know; past_sales stands for three features, CustomModel always has it.',
  }),
  alpha: number({ default: 1, min: 0, doc: 'Strength of the penalty of Ridge.' }),
  clean_history: boolean({
    default: true,
    doc: 'Whether CustomModel looks back on sales freed of marketing, price, stock-outs and pushes.',
  }),
  level: number({
    default: 0.9,
    above: 0,
    below: 1,
    doc: 'Share of months and parameters that intervals are to hold.',
  }),
  max_charts: integer({ default: 50, min: 0, doc: 'Items with a chart on the page, the largest.' }),
};
export type SalesParams = Params<typeof SALES_SCHEMA>;
