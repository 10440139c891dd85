/**
 * simulate: draw a world of monthly sales from known parameters, to try `forecast` on.
 *
 * Reads nothing; writes the five tables that `forecast` reads, and the parameters that they were drawn from,
 * which CustomModel must find again. Each item draws from a stream of its own: more items change no others.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, output } from '../lib/cli/stage.ts';
import { SIMULATE_SCHEMA } from '../lib/forecasting/sales/simulate-params.ts';

export const simulate = defineStage({
  name: 'simulate',
  summary: 'Draw monthly sales, marketing, prices, stock and objectives from known parameters',
  paths: {
    out: output('data/simulate', 'Folder of sales.csv, marketing.csv, price.csv, stock.csv, …'),
  },
  params: SIMULATE_SCHEMA,
  standalone: true,
  example: '--out world --set simulate.n_items=200 --set simulate.noise=0.2',
  async run({ paths, params, rng, progress, signal }) {
    const { writeSimulation } = await import('../lib/data/simulation-files.ts');
    const bar = progress('simulate', params.nItems, 'items');
    writeSimulation(paths.out, params, rng, bar, signal);
    bar.end();
    const { nItems, nMonths } = params;
    return {
      message: `${nItems} items over ${nMonths} months`,
      n_items: nItems,
      n_months: nMonths,
    };
  },
});

if (import.meta.main) await main(simulate);
