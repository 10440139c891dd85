/**
 * candidates: every request with every ad that may be shown at it.
 *
 * Reads the requests to bid for and the clicks of train, whose ads are the ones there are; writes a row for each of
 * both.
 */
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';

export const candidates = defineStage({
  name: 'candidates',
  summary: 'Put every ad to every request',
  paths: {
    requests: input('data/requests/test.parquet', 'Requests: user_id, page_id, timestamp'),
    clicks: input('data/clicks/train.parquet', 'Clicks, for their ad_id'),
    out: output('data/candidates.parquet', 'user_id, page_id, timestamp, ad_id'),
  },
  params: {},
  example: '--requests requests.csv --clicks clicks.csv --out candidates.csv',
  async run({ paths, base }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { candidateFiles } = await import('../../lib/data/candidate-files.ts');
    return await withDatabase(base, async (database) => await candidateFiles(database, paths));
  },
});

if (import.meta.main) await main(candidates);
