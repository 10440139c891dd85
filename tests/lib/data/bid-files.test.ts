import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runStageHere } from '../../support/stage-here.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';
import { readJson, readTable, refusalOf } from '../../support/table-stage.ts';

const STEP = 'pipelines/clicks/bid';
const FLAGS = [
  ...['--in', 'candidates.csv', '--clicks', 'clicks.csv'],
  ...['--out', 'bids.csv', '--metrics', 'bid.json', '--page', 'bid.html'],
];
const HEADER = 'user_id,page_id,timestamp,ad_id,probability';
/** Two requests, the later one first in the file; the second ad was clicked more often. */
const CANDIDATES = [
  '1,7,2025-01-02T10:00:00Z,5,0.5',
  '1,7,2025-01-02T10:00:00Z,3,0.5',
  '2,8,2025-01-01T10:00:00Z,3,0.25',
  '2,8,2025-01-01T10:00:00Z,5,0.125',
];
const CLICKS = ['ad_id,clicked', '3,0', '3,1', '5,1', '5,1', '9,0'];

const test = suite('step bid');
const write = (folder: string, file: string, lines: readonly string[]): void =>
  writeFileSync(join(folder, file), `${lines.join('\n')}\n`);

/** A budget for all, and competitors that bid 0.2. */
function prepare(folder: string, bid: object = {}): void {
  write(folder, 'candidates.csv', [HEADER, ...CANDIDATES]);
  write(folder, 'clicks.csv', CLICKS);
  const params = { value_per_click: 2, budget: 10, competition: { median: 0.2, sigma: 0 }, ...bid };
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify({ bid: params }));
}

test('writes an ad and a bid for every request in the order of time, what the budget brings, and a page', async () => {
  await inTemporaryFolder(async (folder) => {
    prepare(folder);
    const { code, stdout, stderr } = await runStageHere(STEP, FLAGS, folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'bid: 2 bids; of a budget of 10 0.40 are spent for 0.8 expected clicks (');
    const rows = await readTable(join(folder, 'bids.csv'));
    assert.equal(
      rows.map(({ user_id, page_id, ad_id, bid }) => ({ user_id, page_id, ad_id, bid })),
      [
        { user_id: 2, page_id: 8, ad_id: 3, bid: 0.5 },
        // both ads are worth the same: the smaller id
        { user_id: 1, page_id: 7, ad_id: 3, bid: 1 },
      ],
    );
    assert.equal(readJson(folder, 'bid.json'), {
      ...{ n_requests: 2, mean_bid: 0.75, budget: 10 },
      ...{ paced_spend: 0.4, paced_wins: 2, paced_expected_clicks: 0.75 },
      ...{ unpaced_spend: 0.4, unpaced_wins: 2, unpaced_expected_clicks: 0.75 },
      ...{ hindsight_spend: 0.4, hindsight_wins: 2, hindsight_expected_clicks: 0.75 },
    });
    const page = readFileSync(join(folder, 'bid.html'), 'utf8');
    assert.match(page, 'best multiplier in hindsight');
    assert.match(page, 'log-normal with median 0.2');
    assert.is(page.match(/<svg/g)?.length, 2);
    assert.is((await runStageHere(STEP, FLAGS, folder)).code, 0);
    assert.is(readFileSync(join(folder, 'bid.html'), 'utf8'), page, 'the same bytes again');
  });
});

test('tells ads apart by their smoothed rates where that is asked for, whatever the probability is called', async () => {
  await inTemporaryFolder(async (folder) => {
    prepare(folder, { ad_rate_strength: 5, probability: 'p' });
    write(folder, 'candidates.csv', [HEADER.replace('probability', 'p'), ...CANDIDATES]);
    const { code, stderr } = await runStageHere(STEP, FLAGS, folder);
    assert.is(code, 0, stderr);
    const rows = await readTable(join(folder, 'bids.csv'));
    assert.equal(
      rows.map(({ ad_id }) => ad_id),
      [3, 5],
    );
    // the base rate is 3/5, that of ad 5 (2 + 3) / 7: odds of 5/2 over 3/2
    assert.ok(Math.abs(Number(rows[1].bid) - 2 * (5 / 8)) < 1e-12);
  });
});

test('says what is wrong with candidates and clicks, with exit 3', async () => {
  await inTemporaryFolder(async (folder) => {
    prepare(folder, { ad_rate_strength: 5 });
    const refusal = async (): Promise<string> => await refusalOf(STEP, FLAGS, folder);
    write(folder, 'clicks.csv', [...CLICKS, '5,2']);
    assert.is(
      await refusal(),
      '3 error E_DATA: clicks.csv column clicked must be 0 or 1; got "2" in row 6',
    );
    write(folder, 'clicks.csv', [...CLICKS, ',1']);
    assert.is(
      await refusal(),
      '3 error E_DATA: clicks.csv column ad_id must be a whole number below 2^53; got an empty cell in row 6',
    );
    const cases: [row: string, complaint: string][] = [
      ['2,8,2025-01-01T10:00:00Z,6,1.5', 'probability must be in [0, 1]; got "1.5"'],
      ['2,8,2025-01-01T10:00:00Z,6,nan', 'probability must be in [0, 1]; got "nan"'],
      ['2,8,2025-01-01T10:00:00Z,6,', 'probability must be in [0, 1]; got an empty cell'],
      ['2,8,2025-01-01T10:00:00Z,1.5,0.5', 'ad_id must be a whole number below 2^53; got "1.5"'],
      [',8,2025-01-01T10:00:00Z,6,0.5', 'user_id must not be empty; got an empty cell'],
      ['2,,2025-01-01T10:00:00Z,6,0.5', 'page_id must not be empty; got an empty cell'],
    ];
    for (const [row, complaint] of cases) {
      write(folder, 'candidates.csv', [HEADER, ...CANDIDATES, row]);
      assert.is(await refusal(), `3 error E_DATA: candidates.csv column ${complaint} in row 5`);
    }
    write(folder, 'clicks.csv', CLICKS);
    write(folder, 'candidates.csv', [HEADER, ...CANDIDATES, ...CANDIDATES.slice(0, 3)]);
    assert.is((await runStageHere(STEP, FLAGS, folder)).code, 0, 'the same again is the same');
    write(folder, 'candidates.csv', [HEADER, ...CANDIDATES, '1,7,2025-01-02T10:00:00Z,3,0.75']);
    assert.is(
      await refusal(),
      '3 error E_DATA: candidates.csv column probability must be one number for an ad at a request; got 0.5 and 0.75 for ad 3, user 1, page 7, 2025-01-02 10:00:00+00',
    );
    write(folder, 'candidates.csv', [HEADER, ...CANDIDATES, '2,8,,6,0.5']);
    assert.match(
      await refusal(),
      'candidates.csv column timestamp must be a time in every row; got an empty cell in row 5',
    );
    write(folder, 'candidates.csv', ['user_id,page_id,timestamp,ad_id,p', '1,2,2025-01-01,3,0.5']);
    assert.match(
      await refusal(),
      '3 error E_DATA: candidates.csv must have the column probability',
    );
  });
});

test.run();
