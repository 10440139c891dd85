/**
 * signal: what each group of features is worth to the click model, and whether it and the clusters are chance.
 *
 * Reads the joined features, the attributes of users, the predictions of the inherited method, and the rows that were
 * clustered with their clusterings; writes metrics and a page. The models are fitted again here, since nothing can be
 * left out of a fitted one.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { SIGNAL_SCHEMA } from '../../lib/signal/signal-params.ts';

export const signal = defineStage({
  name: 'signal',
  summary: 'Measure what groups of features are worth, against chance',
  paths: {
    in: input('data/features', 'Folder of train and test with their joined features'),
    inherited: input(
      'data/inherited.parquet',
      'Predictions of the inherited method: click_id, probability_1',
    ),
    attributes: input('data/users.parquet', 'Users: user_id and attributes'),
    users: input('data/visits/users.safetensors', 'Rows of users, as they were clustered'),
    usersModel: input('models/clusters/users.json', 'Clustering of the users'),
    pages: input('data/visits/pages.safetensors', 'Rows of pages, as they were clustered'),
    pagesModel: input('models/clusters/pages.json', 'Clustering of the pages'),
    metrics: output('reports/metrics/signal.json', 'Scores, intervals, p-values'),
    page: output('reports/signal.html', 'Page with charts'),
  },
  params: SIGNAL_SCHEMA,
  example: '--in data/features --inherited data/inherited.parquet',
  async run({ paths, params, base, rng, progress }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { writeSignal } = await import('../../lib/data/signal-files.ts');
    return await withDatabase(base, (database) =>
      writeSignal(database, paths, params, {
        rng,
        startProgress: progress,
        nThreads: base.threads,
      }),
    );
  },
});

if (import.meta.main) await main(signal);
