/**
 * cluster: k-means on the normalised training rows, and what its clusters have to do with the classes.
 *
 * Reads one table and, for centers in the units of the data, the scaler that made it; writes model, metrics
 * and a page. Target and id are no part of a distance: the target is only compared with.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, output } from '../lib/cli/stage.ts';
import { CLUSTER_SCHEMA } from '../lib/clustering/cluster-params.ts';

export const cluster = defineStage({
  name: 'cluster',
  summary: 'Cluster the normalised training rows, compare with the classes',
  paths: {
    in: input('data/normalize/train.parquet', 'Scaled table: .parquet, .csv or .csv.gz'),
    scaler: optionalInput('Scaler that normalize wrote, for centers in the units of the data'),
    about: optionalInput('Description that fetch wrote, for the names of the classes'),
    model: output('models/cluster.json', 'Centers, scaled and in the units of the data'),
    metrics: output(
      'reports/metrics/cluster.json',
      'Inertia, silhouette, agreement with the target',
    ),
    page: output('reports/cluster.html', 'Page with pictures and tables'),
  },
  params: CLUSTER_SCHEMA,
  example:
    '--in mine.csv --model clusters.json --metrics clusters.metrics.json --page clusters.html',
  async run({ paths, params, base, rng, progress }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { openTable } = await import('../lib/data/tables.ts');
    const { readClassNames } = await import('../lib/data/class-names.ts');
    const { readScaler } = await import('../lib/data/preprocessing-files.ts');
    const { readRows } = await import('../lib/tensors/read-rows.ts');
    const { cluster: fit } = await import('../lib/clustering/cluster.ts');
    const { writeClustering } = await import('../lib/data/cluster-files.ts');
    const { rows, scaler } = await withDatabase(base, async (database) => {
      const relation = await openTable(database, paths.in, 'train');
      const read = readScaler(paths.scaler, relation);
      return { rows: await readRows(database, relation, { ...base, ...params }), scaler: read };
    });
    const classNames = readClassNames(paths.about, base.target);
    const bar = progress('cluster', params.nInit, 'starts');
    const clustering = await fit(rows.X, rows.columns.length, params, rng, (start, nIter) => {
      bar.update(start, `iteration ${nIter}`);
    });
    bar.end();
    return await writeClustering(paths, { rows, clustering, scaler, classNames, params });
  },
});

if (import.meta.main) await main(cluster);
