import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { predict, trainModel } from '../../lib/data/click-model.ts';
import type { ClickModel } from '../../lib/data/click-model.ts';
import {
  predictAll,
  readConfig,
  readTestViews,
  STRANGE_VIEWS,
} from '../fixtures/clicks/predict.ts';
import { complaintOf } from '../support/complaint.ts';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';
import { readJson } from '../support/table-stage.ts';

const FIXTURES = join(PROJECT, 'tests/fixtures/clicks');
const GOLDEN = join(PROJECT, 'tests/golden/clicks');

function readRows(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

/** Copies the tables, with some changed: each gets the text and gives another one. */
function copyTables(
  folder: string,
  changes: Readonly<Record<string, (text: string) => string>>,
): Record<string, unknown> {
  cpSync(FIXTURES, folder, { recursive: true, filter: (path) => !/\.(ts|json)$/.test(path) });
  for (const [name, change] of Object.entries(changes)) {
    const file = join(folder, `${name}.csv`);
    const text = readFileSync(file, 'utf8');
    const changed = change(text);
    assert.is.not(changed, text, name);
    writeFileSync(file, changed);
  }
  return readConfig(folder);
}

/** Numbers of `labels` for which the numbers of `others` stand; fails where a cluster is not the same rows. */
function matchLabels(labels: readonly number[], others: readonly number[]): Map<number, number> {
  const matched = new Map(labels.map((label, i) => [label, others[i]]));
  assert.equal(
    labels.map((label) => matched.get(label)),
    [...others],
  );
  assert.is(new Set(matched.values()).size, matched.size);
  return matched;
}

const close = (got: readonly number[], wanted: readonly number[], tolerance: number): void => {
  assert.is(got.length, wanted.length);
  got.forEach((value, i) => {
    assert.ok(
      Math.abs(value - wanted[i]) <= tolerance,
      `row ${i + 1}: ${value} is not ${wanted[i]}`,
    );
  });
};

let model: ClickModel;
const test = suite('click model');
test.before(async () => {
  model = await trainModel(readConfig());
});

test('gives the probabilities of pandas and scikit-learn by the inherited method, from the same first centers', async () => {
  const { user_id: users, page_id: pages } = readJson(GOLDEN, 'starts.json') as Record<
    string,
    number[]
  >;
  const inherited = await trainModel({ ...readConfig(), legacy: true }, { users, pages });
  const expected = readRows(join(GOLDEN, 'expected.csv'));
  const userRows = readRows(join(GOLDEN, 'user_clusters.csv'));
  assert.equal(
    inherited.users.user_id,
    userRows.map(([id]) => Number(id)),
  );
  matchLabels(
    inherited.users.cluster as number[],
    userRows.map(([, cluster]) => Number(cluster)),
  );
  const pageRows = readRows(join(GOLDEN, 'page_clusters.csv'));
  for (let cluster = 1; cluster <= 7; cluster++) {
    const wanted = pageRows.map((row) => Number(row[1 + cluster]));
    close(inherited.pages[`probability_${cluster}`] as number[], wanted, 1e-3);
  }
  close(
    await predict(inherited, readTestViews()),
    expected.map((row) => Number(row[6])),
    1e-3,
  );
});

test('predicts what it predicted before, to the bit (node tests/fixtures/clicks/predict.ts writes it anew)', async () => {
  assert.equal(await predictAll(model), readJson(FIXTURES, 'predictions.json'));
});

test('predicts rows in any order, and alone, as it predicts them together', async () => {
  const views = readTestViews();
  const together = await predict(model, views);
  const reversed = await predict(model, views.toReversed());
  assert.equal(reversed.toReversed(), together);
  const first = views.filter(({ user_id: user }, i) => {
    const { timestamp } = views[i];
    return !views.some((other) => other.user_id === user && other.timestamp < timestamp);
  });
  const alone = await predict(model, first);
  assert.ok(first.length > 5);
  assert.equal(
    alone,
    first.map((view) => together[views.indexOf(view)]),
  );
  assert.equal(await predict(model, []), []);
});

test('has an answer for whom and what it has never seen', async () => {
  const { strange } = (await predictAll(model)) as {
    strange: Record<keyof typeof STRANGE_VIEWS, number>;
  };
  assert.ok(Object.values(strange).every((p) => p > 0 && p < 1));
  assert.is(strange['ad never seen'], strange['known user, page and ad'], 'ads are not told apart');
  assert.is(strange['page never seen, without text'], strange['page without text']);
  assert.is.not(strange['page never seen, with text'], strange['page without text']);
});

test('reads times of several formats and zones as the moments that they are', async () => {
  await inTemporaryFolder(async (folder) => {
    let n = 0;
    const rewrite = (text: string): string =>
      text.replace(
        /(2025-01-\d\d) (\d\d):(\d\d):(\d\d\.\d{6})/g,
        (whole, day, hour, minute, second) => {
          n++;
          if (n % 3 === 0) return whole;
          if (n % 3 === 1) return `${day}T${hour}:${minute}:${second}Z`;
          const moved = new Date(
            Date.UTC(2025, 0, Number(day.slice(8)), Number(hour) + 2),
          ).toISOString();
          return `${moved.slice(0, 10)}T${moved.slice(11, 13)}:${minute}:${second}+02:00`;
        },
      );
    const changes = { bid_requests_train: rewrite, click_data_train: rewrite };
    const other = await trainModel(copyTables(folder, changes));
    const views = readTestViews().map((view, i) =>
      i % 2 === 0 ? view : { ...view, timestamp: rewrite(view.timestamp) },
    );
    assert.equal(await predict(other, views), await predict(model, readTestViews()));
  });
});

test('learns from clicks before any request, and from users and pages of whom there is nothing but the id', async () => {
  await inTemporaryFolder(async (folder) => {
    const early = '81,51,3,1,2019-05-05 10:00:00.000000\n82,51,3,0,2019-05-06 10:00:00.000000\n';
    const config = copyTables(folder, {
      click_data_train: (text) => text + early,
      user_data: (text) => `${text}81,,,\n`,
      page_data: (text) => `${text}51,\n`,
    });
    const other = await trainModel(config);
    assert.ok(other.users.user_id.includes(81), 'a row of zeros is in a cluster');
    const seen = await predict(other, [
      { user_id: 82, page_id: 51, ad_id: 1, timestamp: '2026-01-01' },
    ]);
    assert.ok(seen[0] > 0 && seen[0] < 1);
  });
});

test('names the table and the row of what is wrong', async () => {
  const wrong: [Record<string, (text: string) => string>, RegExp][] = [
    [
      { user_data: (text) => `${text}7,F,Dallas,Mobile\n` },
      /user_data\.csv must have each user_id once; got 7 \(2 times\)/,
    ],
    [
      { page_data: (text) => `${text}7,again\n` },
      /page_data\.csv must have each page_id once; got 7 \(2 times\)/,
    ],
    [
      { click_data_train: (text) => text.replace('2025-01-07 20:22:33.205533', 'yesterday') },
      /click_data_train\.csv.*timestamp.*"yesterday" in line 9/,
    ],
    [
      { click_data_train: (text) => text.replace('5,3,1,0,', '5,3,1,2,') },
      /click_data_train\.csv.*clicked must be 0 or 1; got "2"/,
    ],
    [
      { bid_requests_train: (text) => text.replace(/\n\d+,/, '\n,') },
      /bid_requests_train\.csv.*user_id/,
    ],
    [
      { bid_requests_train: (text) => text.replace('user_id', 'user') },
      /bid_requests_train\.csv must have the column user_id/,
    ],
  ];
  for (const [changes, message] of wrong) {
    await inTemporaryFolder(async (folder) => {
      assert.match(await complaintOf(() => trainModel(copyTables(folder, changes))), message);
    });
  }
});

test('refuses more clusters than there are rows, and parameters that are none', async () => {
  const config = readConfig() as Record<string, Record<string, object>>;
  const { users, pages } = config.cluster;
  const many = { ...config, cluster: { pages, users: { ...users, n_clusters: 81 } } };
  assert.match(await complaintOf(() => trainModel(many)), /81/);
  const unknown = { ...config, cluster: { pages, users: { ...users, n_cluster: 3 } } };
  assert.match(await complaintOf(() => trainModel(unknown)), /^E_PARAMS.*n_cluster\b/s);
  assert.match(
    await complaintOf(() => predict(model, [{ ...readTestViews()[0], timestamp: 'noon' }])),
    /timestamp.*"noon"/,
  );
});

test.run();
