/**
 * serve-sales: take weekly sales of vegetables in over HTTP, and give monthly ones out.
 *
 * Reads the spellings of vegetables; keeps what it is sent in its own store, which the parameters name and no
 * dvc.yaml holds. Ends when it is told to stop.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input } from '../lib/cli/stage.ts';
import { SERVE_SALES_PARAMS } from '../lib/services/sales/sales-params.ts';

export const serveSales = defineStage({
  name: 'serve-sales',
  summary: 'Take weekly sales of vegetables in over HTTP, give monthly ones out',
  standalone: true,
  service: true,
  paths: {
    vegetables: input('data/vegetables.yaml', 'Spellings of vegetables in several languages'),
  },
  params: SERVE_SALES_PARAMS,
  example: '--port 8080',
  async run({ paths, params, version, signal, log }) {
    const { openSales } = await import('../lib/services/sales/open-sales.ts');
    const { startService } = await import('../lib/services/start-service.ts');
    const service = await openSales(params, { vegetables: paths.vegetables, version });
    return await startService(service, { signal, tell: log.info });
  },
});

if (import.meta.main) await main(serveSales);
