import { customModel } from './custom-model.ts';
import type { SalesModel } from './model.ts';
import { prevMonthSale, sameMonthLastYearSales } from './naive.ts';
import { ridge } from './ridge.ts';
import type { SalesModelName } from '../sales-params.ts';

export const SALES_MODELS: Readonly<Record<SalesModelName, SalesModel>> = {
  PrevMonthSale: prevMonthSale,
  SameMonthLastYearSales: sameMonthLastYearSales,
  Ridge: ridge,
  CustomModel: customModel,
};
