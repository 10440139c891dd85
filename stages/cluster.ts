/**
 * cluster: k-means on the normalised training rows, and what its clusters have to do with the classes.
 *
 * Reads one table and, for centers in the units of the data, the scaler that made it, or the sparse rows that
 * vectorize writes; writes model, metrics, a page, and the cluster of every row. Target and id are no part of a distance: the target is only compared with.
 */
import { main } from '../lib/cli/main.ts';
import { defineStage, input, optionalInput, optionalOutput, output } from '../lib/cli/stage.ts';
import { CLUSTER_SCHEMA } from '../lib/clustering/cluster-params.ts';

export const cluster = defineStage({
  name: 'cluster',
  summary: 'Cluster the normalised training rows, compare with the classes',
  paths: {
    in: input(
      'data/normalize/train.parquet',
      'Scaled table (.parquet, .csv, .csv.gz), or sparse rows (.safetensors)',
    ),
    scaler: optionalInput('Scaler that normalize wrote, for centers in the units of the data'),
    about: optionalInput('Description that fetch wrote, for the names of the classes'),
    model: output('models/cluster.json', 'Centers, scaled and in the units of the data'),
    metrics: output(
      'reports/metrics/cluster.json',
      'Inertia, silhouette, agreement with the target',
    ),
    labels: optionalOutput('The cluster of every row, and its id: .parquet, .csv or .csv.gz'),
    page: output('reports/cluster.html', 'Page with pictures and tables'),
  },
  params: CLUSTER_SCHEMA,
  example:
    '--in mine.csv --model clusters.json --metrics clusters.metrics.json --page clusters.html',
  async run({ paths, params, base, rng, progress }) {
    const { withDatabase } = await import('../lib/data/database.ts');
    const { readClusterInput } = await import('../lib/data/cluster-input.ts');
    const { readClassNames } = await import('../lib/data/class-names.ts');
    const { cluster: fit } = await import('../lib/clustering/cluster.ts');
    const { writeClustering } = await import('../lib/data/cluster-files.ts');
    const options = { ...base, columns: params.columns };
    const input = await withDatabase(base, (database) =>
      readClusterInput(database, paths.in, paths.scaler, options),
    );
    const { X, columns } = input.rows;
    const classNames = readClassNames(paths.about, base.target);
    const bar = progress('cluster', params.nInit, 'starts');
    const clustering = await fit(
      X,
      columns.length,
      params,
      { rng, nThreads: base.threads },
      (start, nIter) => {
        bar.update(start, `iteration ${nIter}`);
      },
    );
    bar.end();
    return await writeClustering(paths, { input, clustering, classNames, params, base });
  },
});

if (import.meta.main) await main(cluster);
