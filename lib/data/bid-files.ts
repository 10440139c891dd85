/** The files of bids: probabilities of ads in, bids, metrics and page out. */
import { writeFileSync } from 'node:fs';
import { bidForRequests, POLICIES } from '../bidding/bid-requests.ts';
import type { BidOutcome } from '../bidding/bid-requests.ts';
import type { Candidate } from '../bidding/bid.ts';
import type { BidParams } from '../bidding/bid-params.ts';
import { fitClickRates } from '../bidding/click-rates.ts';
import type { ClickRates } from '../bidding/click-rates.ts';
import { StageError } from '../errors.ts';
import { assertTimes, microsecondsSql } from '../joining/times.ts';
import { bidPage } from '../reports/bid-page.ts';
import type { Rng } from '../rng.ts';
import { assertColumns, identifier } from '../sql.ts';
import type { Relation } from '../sql.ts';
import { assertCells } from './assert-cells.ts';
import type { FileDatabase } from './database.ts';
import { assertIds, assertWhole } from './ids.ts';
import { writeMetrics } from './json-files.ts';
import { openTable, writeTable } from './tables.ts';

export interface BidPaths {
  /** Rows of user_id, page_id, timestamp, ad_id, probability: the ads that may be shown at each request. */
  readonly in: string;
  /** Rows of ad_id, clicked: what was shown before; read where rates of ads are asked for. */
  readonly clicks: string;
  readonly out: string;
  readonly metrics: string;
  readonly page: string;
}

const REQUEST = ['user_id', 'page_id', 'timestamp'];

/**
 * @returns One line for people, and the metrics as they were written.
 * @throws StageError E_DATA where a column is missing, a user, page or time is none, an ad is no whole number, a
 *   probability lies outside [0, 1] or is another for the same ad and request, or a click is neither 0 nor 1.
 */
export async function bidFiles(
  database: FileDatabase,
  paths: BidPaths,
  params: BidParams,
  rng: Rng,
): Promise<{ readonly message: string; readonly [metric: string]: unknown }> {
  const relation = await openTable(database, paths.in, 'candidates');
  const { requests, times } = await readRequests(database, relation, params.probability);
  const rates =
    params.adRateStrength === null
      ? null
      : await readClickRates(database, paths.clicks, params.adRateStrength);
  const outcome = bidForRequests(requests, rates, params, rng);
  await writeBids(database, outcome.bids, paths.out);
  const metrics = writeMetrics(paths.metrics, listMetrics(outcome, params));
  writeFileSync(paths.page, await bidPage({ outcome, times, params }));
  const { spend, expectedClicks } = outcome.replays.paced;
  const message = `${requests.length} bids; of a budget of ${params.budget} ${spend.toFixed(2)} are spent for ${expectedClicks.toFixed(1)} expected clicks`;
  return { message, ...metrics };
}

/** Ads of each request and its time in milliseconds since 1970, in the order of time, user and page. */
async function readRequests(
  database: FileDatabase,
  relation: Relation,
  probability: string,
): Promise<{ requests: Candidate[][]; times: Float64Array }> {
  assertColumns(relation, [...REQUEST, 'ad_id', probability]);
  await assertTimes(database, relation, 'timestamp');
  await assertIds(database, relation, ['user_id', 'page_id']);
  await assertWhole(database, relation, 'ad_id');
  await assertCells(database, relation, probability, 'be in [0, 1]', 'number BETWEEN 0 AND 1');
  await assertOneProbability(database, relation, probability);
  const keys = REQUEST.join(', ');
  await database.run(
    `CREATE OR REPLACE TABLE requests AS SELECT row_number() OVER (ORDER BY t, ${keys}) AS i, t, ${keys}
     FROM (SELECT DISTINCT ${microsecondsSql(relation, 'timestamp')} AS t, ${keys} FROM ${relation.sql}) ORDER BY i`,
  );
  const [at, ads, probabilities] = await database.readDoubles(
    `SELECT i::DOUBLE, ad_id::DOUBLE, ${identifier(probability)}::DOUBLE
     FROM ${relation.sql} JOIN requests USING (${keys}) ORDER BY i, ad_id`,
  );
  const [times] = await database.readDoubles('SELECT t / 1000.0 FROM requests ORDER BY i');
  const requests = Array.from(times, (): Candidate[] => []);
  at.forEach((i, k) => {
    requests[i - 1].push({ adId: ads[k], probability: probabilities[k] });
  });
  return { requests, times };
}

/** A row may be there twice; of two probabilities of an ad at a request none is the right one. */
async function assertOneProbability(
  database: FileDatabase,
  { sql, source }: Relation,
  probability: string,
): Promise<void> {
  const p = identifier(probability);
  const [bad] = await database.query(
    `SELECT user_id, page_id, CAST("timestamp" AS VARCHAR) AS time, ad_id, min(${p}) AS low, max(${p}) AS high
     FROM ${sql} GROUP BY ALL HAVING low < high ORDER BY ALL LIMIT 1`,
  );
  if (bad === undefined) return;
  const { user_id: user, page_id: page, time, ad_id: ad, low, high } = bad;
  throw new StageError(
    'E_DATA',
    `${source} column ${probability} must be one number for an ad at a request; got ${low} and ${high} for ad ${ad}, user ${user}, page ${page}, ${time}`,
  );
}

async function readClickRates(
  database: FileDatabase,
  file: string,
  strength: number,
): Promise<ClickRates> {
  const relation = await openTable(database, file, 'clicks');
  assertColumns(relation, ['ad_id', 'clicked']);
  await assertWhole(database, relation, 'ad_id');
  await assertCells(database, relation, 'clicked', 'be 0 or 1', 'number IN (0, 1)');
  const [ads, clicked] = await database.readDoubles(
    `SELECT ad_id::DOUBLE, clicked::DOUBLE FROM ${relation.sql}`,
  );
  return fitClickRates(ads, clicked, strength);
}

async function writeBids(
  database: FileDatabase,
  bids: BidOutcome['bids'],
  file: string,
): Promise<void> {
  await database.run('CREATE OR REPLACE TABLE bids (ad DOUBLE, bid DOUBLE)');
  const appender = await database.createAppender('bids');
  for (const { adId, bid } of bids) {
    appender.appendDouble(adId);
    appender.appendDouble(bid);
    appender.endRow();
  }
  appender.closeSync();
  await writeTable(
    database,
    `SELECT ${REQUEST.join(', ')}, CAST(ad AS BIGINT) AS ad_id, bid FROM requests POSITIONAL JOIN bids`,
    file,
  );
}

function listMetrics({ bids, replays }: BidOutcome, { budget }: BidParams): Record<string, number> {
  const mean = bids.reduce((sum, { bid }) => sum + bid, 0) / bids.length;
  const ofPolicies = POLICIES.flatMap((policy) => {
    const { spend, nWins, expectedClicks } = replays[policy];
    return [
      [`${policy}_spend`, spend],
      [`${policy}_wins`, nWins],
      [`${policy}_expected_clicks`, expectedClicks],
    ] as const;
  });
  return {
    n_requests: bids.length,
    mean_bid: mean,
    budget,
    ...Object.fromEntries(ofPolicies),
  };
}
