/**
 * bid: an ad and a bid for every request, and what a budget brings of them in the order of time.
 *
 * Reads the probability of a click for each request and ad, and the ads shown before where their rates are asked
 * for; writes bids, metrics and a page. Competing bids are drawn, since no price was ever seen, and clicks are
 * expected ones.
 */
import { BID_SCHEMA } from '../../lib/bidding/bid-params.ts';
import { main } from '../../lib/cli/main.ts';
import { defineStage, input, output } from '../../lib/cli/stage.ts';

export const bid = defineStage({
  name: 'bid',
  summary: 'Choose ad and bid of every request, and spend a budget on them',
  paths: {
    in: input(
      'candidates.csv',
      'Table of user_id, page_id, timestamp, ad_id and a probability: a row for each ad of a request',
    ),
    clicks: input('clicks.csv', 'Table of ad_id, clicked: ads shown before, for their rates'),
    out: output('data/bids.csv', 'Bids: user_id, page_id, timestamp, ad_id, bid'),
    metrics: output('reports/metrics/bid.json', 'Spend, wins, expected clicks'),
    page: output('reports/bid.html', 'Page with the curve of the spend'),
  },
  params: BID_SCHEMA,
  example: '--in candidates.csv --clicks clicks.csv --out bids.csv',
  async run({ paths, params, base, rng }) {
    const { withDatabase } = await import('../../lib/data/database.ts');
    const { bidFiles } = await import('../../lib/data/bid-files.ts');
    return await withDatabase(base, (database) =>
      bidFiles(database, paths, params, rng('competing bids')),
    );
  },
});

if (import.meta.main) await main(bid);
