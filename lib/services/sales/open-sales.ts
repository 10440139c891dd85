/** The sales service with the store that its parameters name. */
import { readVegetables } from '../../data/vegetables.ts';
import { openSqliteEngine } from '../../ingestion/engines/sqlite.ts';
import { createNameResolver } from '../../ingestion/names.ts';
import { openSalesStore } from '../../ingestion/sales-store.ts';
import { createSalesService } from './sales-service.ts';
import type { Service } from '../service.ts';
import type { ServeSalesParams } from './sales-params.ts';

/** @param vegetables - The file of their spellings. */
export async function openSales(
  params: ServeSalesParams,
  { vegetables, version }: { vegetables: string; version: string },
): Promise<Service> {
  const { weeks, outliers, maxRows, storage } = params;
  const resolveName = createNameResolver(readVegetables(vegetables));
  const store = await openSalesStore(openSqliteEngine(params.sqliteFile), { weeks, resolveName, outliers }); // prettier-ignore
  return createSalesService(store, { weeks, resolveName, maxRows }, { params, version, facts: { storage } }); // prettier-ignore
}
