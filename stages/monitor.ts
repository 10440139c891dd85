/**
 * monitor: how far the columns of a table have drifted from those of a reference.
 *
 * Reads the current rows and either a reference table or a bundle, which keeps what its training rows looked like;
 * writes every score and the page to read, and fails with exit 5, after they are written, when too many columns drifted.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { MONITOR_SCHEMA } from '../lib/monitoring/monitor-params.ts';

export const monitor = defineStage({
  name: 'monitor',
  summary: 'Compare the columns of a table with those of a reference',
  paths: {
    reference: optionalInput('Table to compare with: .parquet, .csv or .csv.gz'),
    model: optionalInput('Bundle whose training rows are compared with, instead of a table'),
    in: input('data/current.parquet', 'Current rows: .parquet, .csv or .csv.gz'),
    out: output('reports/monitor.json', 'Every score of every column'),
    page: output('reports/monitor.html', 'The same to read, with charts'),
  },
  params: MONITOR_SCHEMA,
  standalone: true,
  example: '--reference january.csv --in june.csv --out monitor.json --page monitor.html',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { monitorFiles } = await import('../lib/data/monitor-files.ts');
    return await withDatabase(base, (database) =>
      monitorFiles(database, paths, { ...params, id: base.id }),
    );
  },
});

if (import.meta.main) await main(monitor);
