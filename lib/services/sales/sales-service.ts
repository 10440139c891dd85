/** The sales service: its name, and its store behind its addresses. */
import { addSalesRoutes } from './sales-routes.ts';
import type { SalesStore } from '../../ingestion/sales-store.ts';
import type { Service } from '../service.ts';
import type { ServiceParams } from '../service-params.ts';
import type { SalesOptions } from './sales-routes.ts';

/** @param facts - What GET /version says of the store. */
export function createSalesService(
  store: SalesStore,
  options: SalesOptions,
  { params, version, facts }: { params: ServiceParams; version: string; facts: object },
): Service {
  return {
    name: 'serve-sales',
    title: 'Sales ingestion',
    description: 'Takes weekly sales of vegetables in, gives monthly ones out.',
    version,
    params,
    routes: (app, { registry }) => addSalesRoutes(app, registry, store, options),
    about: () => ({ ...facts }),
    stop: () => store.close(),
  };
}
