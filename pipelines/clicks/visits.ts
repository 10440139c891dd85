/**
 * visits: who visited what, as sparse counts.
 *
 * Reads the requests of train and the users; writes users by pages, behind their attributes one-hot, and pages by
 * users, for cluster.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { VISITS_SCHEMA } from '../../lib/clicks/clicks-params.ts';

export const visits = defineStage({
  name: 'visits',
  summary: 'Count who visited what, users by pages and pages by users',
  paths: {
    requests: input('data/requests/train.parquet', 'Visits: user_id, page_id'),
    users: input('data/users.parquet', 'user_id and attributes'),
    out: output('data/visits', 'Folder of users.safetensors and pages.safetensors'),
  },
  params: VISITS_SCHEMA,
  example: '--requests requests.csv --users users.csv --out visits',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { visitFiles } = await import('../../lib/data/visit-files.ts');
    return await withDatabase(
      base,
      async (database) => await visitFiles(database, paths, params.columns),
    );
  },
});

if (import.meta.main) await main(visits);
