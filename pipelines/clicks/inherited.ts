/**
 * inherited: the test clicks by the inherited method, with its error, to compare with.
 *
 * Reads the tables of load and the groups that the other stages are made by; writes predictions as evaluate does.
 * It goes by the functions of the library, which are those of the stages: without `legacy` it gives what they give.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { MODEL_GROUPS } from '../../lib/clicks/clicks-params.ts';
import { boolean } from '../../lib/params/schema.ts';

export const inherited = defineStage({
  name: 'inherited',
  summary: 'Predict the test clicks by the inherited method',
  paths: {
    requests: input('data/requests/train.parquet', 'Requests: user_id, page_id'),
    clicks: input('data/clicks', 'Folder of train and test clicks'),
    users: input('data/users.parquet', 'user_id and attributes'),
    pages: input('data/pages.parquet', 'page_id, page_text'),
    out: output('data/inherited.parquet', 'Predictions of the test clicks, for compare'),
  },
  params: {
    legacy: boolean({
      default: true,
      doc: 'Cluster pages by their texts, take the user cluster for a number, and count the ads of a day in the order of the file, with the one being shown; false: as the other stages do.',
    }),
  },
  shared: MODEL_GROUPS,
  example: '--clicks clicks --out inherited.csv',
  async run({ paths, params: { legacy }, shared, base }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { inherit } = await import('../../lib/clicks/inherited.ts');
    const { inheritedFiles } = await import('../../lib/data/inherited-files.ts');
    const params = legacy ? inherit(shared) : shared;
    return await withDatabase(
      base,
      async (database) => await inheritedFiles(database, paths, { params, base, legacy }),
    );
  },
});

if (import.meta.main) await main(inherited);
