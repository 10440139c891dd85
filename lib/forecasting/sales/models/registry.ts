import { customModel } from './custom-model.ts';
import type { SalesModel } from './model.ts';
import { prevMonthSale, sameMonthLastYearSales } from './naive.ts';
import { ridge } from './ridge.ts';

export const SALES_MODELS: readonly SalesModel[] = [
  prevMonthSale,
  sameMonthLastYearSales,
  ridge,
  customModel,
];

export const SALES_MODEL_NAMES = [
  'PrevMonthSale',
  'SameMonthLastYearSales',
  'Ridge',
  'CustomModel',
] as const;
