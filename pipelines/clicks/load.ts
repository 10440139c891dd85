/**
 * load: the tables of clicks, checked and alike in ids and times.
 *
 * Reads the files of the data set; writes requests, clicks, users and pages. Of a page that requests or clicks name
 * and the table of pages has not, the text is empty, so that it gets the probabilities of one without text.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';
import { LOAD_SCHEMA } from '../../lib/clicks/clicks-params.ts';

export const load = defineStage({
  name: 'load',
  summary: 'Check requests, clicks, users and pages, and bring them into one form',
  paths: {
    in: input('data/raw/clicks', 'Folder of the files that load.* names'),
    requests: output('data/requests', 'train and test: user_id, page_id, timestamp'),
    clicks: output(
      'data/clicks',
      'train and test: click_id, user_id, page_id, ad_id, clicked, timestamp',
    ),
    users: output('data/users.parquet', 'user_id and attributes'),
    pages: output('data/pages.parquet', 'page_id, page_text'),
  },
  params: LOAD_SCHEMA,
  example: '--in clicks --set load.users=users.csv',
  async run({ paths, params, base }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { openClickTables, writeClickTables } = await import('../../lib/data/click-tables.ts');
    return await withDatabase(base, async (database) => {
      const tables = await openClickTables(database, paths.in, params);
      return await writeClickTables(database, tables, paths);
    });
  },
});

if (import.meta.main) await main(load);
