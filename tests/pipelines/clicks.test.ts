import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readClickConfig } from '../../lib/data/click-config.ts';
import { predict, trainModel } from '../../lib/data/click-model.ts';
import type { ClickModel } from '../../lib/data/click-model.ts';
import { openClickTables, writeClickTables } from '../../lib/data/click-tables.ts';
import { withDatabase } from '../../lib/data/database.ts';
import { inheritedFiles } from '../../lib/data/inherited-files.ts';
import {
  predictAll,
  readConfig,
  readTestViews,
  STRANGE_VIEWS,
} from '../fixtures/clicks/predict.ts';
import { complaintOf } from '../support/complaint.ts';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';
import { readJson, readTable } from '../support/table-stage.ts';

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

test('predicts what its stages predict, which count the ads of both files: to the bit', async () => {
  await inTemporaryFolder(async (folder) => {
    const paths = {
      ...{ requests: join(folder, 'requests'), clicks: join(folder, 'clicks') },
      ...{ users: join(folder, 'users.parquet'), pages: join(folder, 'pages.parquet') },
    };
    const config = readClickConfig(readConfig());
    const out = join(folder, 'out.parquet');
    await withDatabase(config.base, async (database) => {
      const tables = await openClickTables(database, config.folder, config.load);
      await writeClickTables(database, tables, paths);
    });
    await withDatabase(config.base, async (database) => {
      const requests = join(paths.requests, 'train.parquet');
      await inheritedFiles(database, { ...paths, requests, out }, config);
    });
    const rows = await readTable(out);
    assert.equal(
      await predict(model, readTestViews()),
      rows.map(({ probability_1: p }) => p),
    );
  });
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

test('gives each view of an unknown page the probabilities of its own text, whatever stands beside it', async () => {
  const view = STRANGE_VIEWS['page never seen, with text'];
  const texts = ['The goal, the coach, the league.', view.page_text, undefined];
  const views = texts.map((text, i) => ({ ...view, user_id: 901 + i, page_text: text }));
  const together = await predict(model, views);
  assert.is(new Set(together).size, 3);
  for (const [i, one] of views.entries()) assert.equal(await predict(model, [one]), [together[i]]);
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
      /click_data_train\.csv.*timestamp.*"yesterday" in row 8/,
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

test('refuses views with ids that are none', async () => {
  const [view] = readTestViews();
  const cases: [id: number | null, complaint: RegExp][] = [
    [Number.NaN, /^E_DATA: testData.*user_id must be a whole number.*"nan"/],
    [null, /^E_DATA: testData.*user_id must not be empty/],
    [1.5, /^E_DATA: testData.*user_id must be a whole number.*"1\.5"/],
  ];
  for (const [id, complaint] of cases) {
    const wrong = { ...view, user_id: id as number };
    assert.match(await complaintOf(() => predict(model, [view, wrong])), complaint);
  }
});

test('refuses more clusters than the features reach, of users and of pages', async () => {
  const config = readConfig() as Record<string, Record<string, object>>;
  const { users, pages } = config.cluster;
  const cluster = { users: { ...users, n_clusters: 8 }, pages: { ...pages, n_clusters: 9 } };
  assert.is(
    await complaintOf(() => trainModel({ ...config, cluster })),
    'E_PARAMS: features must reach all clusters; got cluster.users.n_clusters 8, features.columns user_cluster_ n_categories 5; cluster.pages.n_clusters 9, join.clicks.columns up to probability_7',
  );
});

test('refuses first centers that are no rows, or not as many as clusters', async () => {
  assert.is(
    await complaintOf(() => trainModel(readConfig(), { users: [1, 2, 3, 4, 999] })),
    'E_PARAMS: starts.users must be ids of rows that are clustered; got 999',
  );
  assert.is(
    await complaintOf(() => trainModel(readConfig(), { pages: [1, 2] })),
    'E_PARAMS: starts.pages must be 7 ids, as cluster.pages.n_clusters has it; got 2',
  );
});

test('refuses groups that nothing reads, and a legacy that would keep both counts', async () => {
  const config = readConfig() as Record<string, Record<string, object>>;
  const typos = { ...config, legcy: true, cluster: { ...config.cluster, user: {} } };
  assert.is(
    await complaintOf(() => trainModel(typos)),
    'E_PARAMS: config: cluster.user is no group; did you mean cluster.users?\n  legcy is no group; did you mean legacy?',
  );
  const renamed = JSON.parse(
    JSON.stringify(config).replace('"ads_seen"', '"ads_before"'),
  ) as object;
  assert.is(
    await complaintOf(() => trainModel({ ...renamed, legacy: true })),
    'E_PARAMS: join.clicks.columns must have the count ads_seen, which legacy replaces; got ads_before',
  );
});

test('refuses more clusters than there are rows, and parameters that are none', async () => {
  const config = readConfig() as Record<string, Record<string, object>>;
  const { users, pages } = config.cluster;
  const columns = [
    { name: 'user_cluster_', transform: 'unfold', of: ['user_cluster'], n_categories: 81 },
  ];
  const many = { ...config, cluster: { pages, users: { ...users, n_clusters: 81 } } };
  assert.match(
    await complaintOf(() => trainModel({ ...many, features: { columns } })),
    /^E_DATA.*81/,
  );
  const unknown = { ...config, cluster: { pages, users: { ...users, n_cluster: 3 } } };
  assert.match(await complaintOf(() => trainModel(unknown)), /^E_PARAMS.*n_cluster\b/s);
  assert.match(
    await complaintOf(() => predict(model, [{ ...readTestViews()[0], timestamp: 'noon' }])),
    /timestamp.*"noon"/,
  );
});

test.run();
