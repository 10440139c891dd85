/** The sales service with the store that its parameters name. */
import { readVegetables } from '../../data/vegetables.ts';
import { StageError } from '../../errors.ts';
import { openEngine } from '../../ingestion/engines/open-engine.ts';
import { createNameResolver } from '../../ingestion/names.ts';
import { openSalesStore } from '../../ingestion/sales-store.ts';
import { createSalesService } from './sales-service.ts';
import type { EngineName } from '../../ingestion/engines/open-engine.ts';
import type { Service } from '../service.ts';
import type { ServeSalesParams } from './sales-params.ts';

const LOCATIONS: Readonly<Record<EngineName, string>> = {
  app_csv: 'data/sales',
  app_sql: 'data/sales.sqlite',
  // what it leaves out, PGHOST, PGUSER and PGPASSWORD tell
  postgresql: 'postgresql:///sales',
};

/**
 * @param vegetables - The file of their spellings.
 * @throws StageError E_PARAMS for a location that holds a password or is no URL where it must be one.
 */
export async function openSales(
  params: ServeSalesParams,
  { vegetables, version }: { vegetables: string; version: string },
): Promise<Service> {
  const { weeks, outliers, maxRows, storage, location } = params;
  if (location !== null) assertLocation(storage, location);
  const resolveName = createNameResolver(readVegetables(vegetables));
  const engine = await openEngine(storage, location ?? LOCATIONS[storage]);
  const store = await openSalesStore(engine, { weeks, resolveName, outliers });
  const facts = { params, version, facts: { storage } };
  return createSalesService(store, { weeks, resolveName, maxRows }, facts);
}

/** Parameters are written to logs, and end in files that many read. */
function assertLocation(storage: EngineName, location: string): void {
  const url = URL.parse(location);
  if (url === null && storage === 'postgresql') {
    throw new StageError('E_PARAMS', 'serve-sales.location must be a URL when storage is postgresql', { hint: 'postgresql://user@host:5432/database' }); // prettier-ignore
  }
  if (url !== null && (url.password !== '' || url.searchParams.has('password'))) {
    throw new StageError('E_PARAMS', 'serve-sales.location must not hold a password', {
      hint: 'put it into the environment variable PGPASSWORD',
    });
  }
}
