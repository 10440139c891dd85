import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { readShownAds } from '../../lib/data/signal-table.ts';
import { createRng } from '../../lib/rng.ts';
import { SIGNAL_SCHEMA } from '../../lib/signal/signal-params.ts';
import type { SignalParams } from '../../lib/signal/signal-params.ts';
import { fromTriplets } from '../../lib/sparse/csr.ts';
import { writeSparseDataset } from '../../lib/tensors/sparse-dataset-files.ts';
import { complaintOf } from '../support/complaint.ts';
import { inTemporaryFolder, PROJECT, runStage } from '../support/stage-process.ts';
import { readJson, writeTables } from '../support/table-stage.ts';

const STAGE = 'pipelines/clicks/signal';
const DEFAULTS: Omit<SignalParams, 'groups' | 'categorical'> = {
  ...{ C: 1, confidenceLevel: 0.95, nResamples: 9, nInit: 1 },
  ...{ nPermutations: 1, nColumnPermutations: 1 },
};
const PARAMS = {
  groups: [
    { name: 'ads seen', columns: ['ads_seen'] },
    { name: 'user cluster', columns: ['user_cluster'], of: 'user_id' },
    { name: 'page clusters', columns: ['page_probability_*'], of: 'page_id' },
  ],
  ...{
    categorical: ['user_cluster'],
    n_permutations: 9,
    n_column_permutations: 4,
    n_resamples: 50,
  },
};

interface SignalMetrics {
  models: Record<string, { difference?: { log_loss: { low: number } } }>;
  permuted_log_loss: Record<string, { test: { p_value: number } }>;
  permuted_clusters: object;
  user_days: { by_ads_seen: Record<string, { click_rate: number }> };
}

/** Users of cluster 1 click; the third and the fourth ad are the second ones of a user's day. */
const ads = (n: number): string =>
  `SELECT i + 1 AS click_id, i % 7 AS user_id, i % 5 AS page_id, i % 3 AS ad_id,
     CAST((i * 7919) % 10 < (CASE WHEN i % 7 < 3 THEN 8 ELSE 2 END) AS INTEGER) AS clicked,
     TIMESTAMP '2025-01-01 10:00:00' + to_hours(CAST(3 * i AS INTEGER)) AS timestamp,
     CAST(i IN (2, 3) AS BIGINT) AS ads_seen, CASE WHEN i % 7 < 3 THEN 1 ELSE 2 END AS user_cluster,
     (i % 5) / 10.0 AS page_probability_1, 1 - (i % 5) / 10.0 AS page_probability_2
   FROM range(${n}) AS rows(i)`;

/** Days of a user in the first n ads, and those with more than one of them. */
function countDays(n: number): Record<string, number> {
  const days = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const day = `${i % 7} ${Math.floor((10 + 3 * i) / 24)}`;
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  const repeated = [...days.values()].filter((count) => count > 1);
  return { n: days.size, n_with_second_ad: repeated.length };
}

function writeClustering(folder: string, name: string): void {
  const rng = createRng(1, 'tests', name);
  const cells = Array.from({ length: 60 }, (_, at) => at).filter(() => rng() < 0.4);
  const columns = ['a', 'b', 'c'];
  mkdirSync(join(folder, 'data/visits'), { recursive: true });
  mkdirSync(join(folder, 'models/clusters'), { recursive: true });
  writeSparseDataset(join(folder, `data/visits/${name}.safetensors`), {
    ...{ columns, classes: [], labels: new Int32Array(0), ids: null },
    features: fromTriplets({
      ...{ nRows: 20, nColumns: 3 },
      rows: cells.map((at) => Math.floor(at / 3)),
      columns: cells.map((at) => at % 3),
    }),
  });
  const centers = [
    [0, 0, 1],
    [1, 1, 0],
  ];
  const model = { format: 'k-means', version: 1, columns, centers };
  writeFileSync(join(folder, `models/clusters/${name}.json`), JSON.stringify(model));
}

async function writeInputs(folder: string): Promise<void> {
  await writeTables(join(folder, 'data/features'), { train: ads(140), test: ads(70) });
  const inherited = 'SELECT click_id, 0.4 AS probability_1 FROM';
  await writeTables(join(folder, 'data'), {
    inherited: `${inherited} (${ads(70)})`,
    users: `SELECT i AS user_id, 'type ' || (i < 3) AS device FROM range(6) AS users(i)`,
  });
  for (const name of ['users', 'pages']) writeClustering(folder, name);
  writeFileSync(join(folder, 'params.yaml'), JSON.stringify({ signal: PARAMS }));
}

const test = suite('step signal of clicks');

test('writes what groups and clusters are worth, and says it in a line', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeInputs(folder);
    const { code, stdout, stderr } = runStage(STAGE, [], folder);
    assert.is(code, 0, stderr);
    assert.match(
      stdout,
      /^signal: AUC 0\.\d{4}, log loss 0\.\d{4}; ads seen p = .+, user cluster p = 0\.1, page/,
    );
    const metrics = readJson(folder, 'reports/metrics/signal.json') as unknown as SignalMetrics;
    assert.equal(Object.keys(metrics.models), [
      ...['all', 'inherited', 'inherited count', 'base rate', 'without ads seen', 'ads seen alone'],
      ...['without user cluster', 'user cluster alone'],
      ...['without page clusters', 'page clusters alone', 'user attributes alone'],
    ]);
    assert.is(metrics.models.all.difference, undefined);
    assert.ok(metrics.models['base rate'].difference!.log_loss.low > 0);
    assert.is(metrics.permuted_log_loss['user cluster'].test.p_value, 0.1);
    assert.equal(Object.keys(metrics.permuted_clusters), ['users', 'pages']);
    assert.equal(metrics.user_days, {
      ...countDays(140),
      by_ads_seen: {
        0: { n_rows: 206, click_rate: metrics.user_days.by_ads_seen[0].click_rate },
        1: { n_rows: 4, click_rate: 0 },
      },
    });
    const page = readFileSync(join(folder, 'reports/signal.html'), 'utf8');
    assert.match(page, 'What the click model learns from');
    assert.is(page.match(/<svg/g)?.length, 1 + 3 + 2, 'intervals, three groups, two clusterings');
  });
});

test('refuses tables and groups that do not fit', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeInputs(folder);
    const paths = {
      in: join(folder, 'data/features'),
      inherited: join(folder, 'data/inherited.parquet'),
      attributes: join(folder, 'data/users.parquet'),
    };
    const refuse = (groups: SignalParams['groups']): Promise<string> =>
      complaintOf(() =>
        withDatabase({ threads: 1, memoryMb: 256 }, (database) =>
          readShownAds(database, paths, { ...DEFAULTS, groups, categorical: [] }),
        ),
      );
    const groups = [{ name: 'x', columns: ['ads_seen'] }];
    assert.match(
      await refuse([{ name: 'x', columns: ['ads_sene'] }]),
      /ads_sene, which no feature/,
    );
    assert.match(
      await refuse([{ name: 'x', columns: ['ads_seen'], of: 'user_id' }]),
      'the columns of x must be the same in all rows',
    );
    assert.match(await refuse([]), 'signal.groups must name at least one group');
    assert.match(
      await refuse([{ name: 'x', columns: ['page_probability_*'] }]),
      'signal.groups must have a group of ads_seen, in whose place the inherited count is set',
    );
    assert.match(await refuse([{ name: 'x', columns: ['ads_seen'], of: 'user' }]), 'column user');
    await writeTables(join(folder, 'data'), {
      inherited: 'SELECT 1 AS click_id, 0.4 AS probability_1',
    });
    assert.match(await refuse(groups), 'must hold a probability_1 between 0 and 1');
    await writeTables(join(folder, 'data/features'), {
      test: ads(5).replace('THEN 8', 'THEN NULL'),
    });
    assert.match(await refuse(groups), /clicked/);
  });
});

test('counts as it was inherited: the ad itself too, in the order of its file', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeInputs(folder);
    const queries = ['train', 'test'].map((split) => {
      const file = join(PROJECT, `tests/fixtures/clicks/click_data_${split}.csv`);
      return [split, `SELECT row_number() OVER () AS click_id, *, 0 AS ads_seen FROM '${file}'`];
    });
    await writeTables(join(folder, 'data/features'), Object.fromEntries(queries));
    const inherited = 'SELECT i AS click_id, 0.4 AS probability_1 FROM range(1, 101) AS rows(i)';
    await writeTables(join(folder, 'data'), { inherited });
    const paths = {
      in: join(folder, 'data/features'),
      inherited: join(folder, 'data/inherited.parquet'),
      attributes: join(folder, 'data/users.parquet'),
    };
    const params = { ...DEFAULTS, groups: [{ name: 'x', columns: ['ads_seen'] }], categorical: [] };
    const { inheritedCount } = await withDatabase({ threads: 1, memoryMb: 256 }, (database) =>
      readShownAds(database, paths, params),
    );
    const golden = readFileSync(join(PROJECT, 'tests/golden/clicks/expected.csv'), 'utf8');
    const expected = golden
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[5]));
    assert.equal([...inheritedCount.X.subarray(300)], expected);
  });
});

test('takes lists of groups with names of their own alone', () => {
  const { format } = SIGNAL_SCHEMA.groups;
  const group = { name: 'x', columns: ['a'], of: 'b' };
  format([group, { ...group, name: 'y' }]);
  const wrong = [
    { name: 'x' },
    { ...group, columns: [] },
    { ...group, off: 1 },
    { ...group, of: 3 },
    'x',
  ];
  for (const value of [...wrong.map((item) => [item]), [group, group], group]) {
    assert.throws(() => format(value), 'a list of groups {name, columns, of}');
  }
});

test.run();
