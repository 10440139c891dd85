/** The steps that clicks has for itself, on made tables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSparseDataset } from '../../lib/tensors/sparse-dataset-files.ts';
import { PROJECT, runStage } from '../support/stage-process.ts';
import { readTable, refusalOf } from '../support/table-stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const at = (file: string): string => join(folder, file);
const runWell = (step: string, args: readonly string[] = []): string => {
  const { code, stdout, stderr } = runStage(`pipelines/clicks/${step}`, args, folder);
  assert.is(code, 0, stderr);
  return stdout;
};

const test = suite('steps of clicks');
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('load and visits write tables of one form, and sparse rows of users and pages', async () => {
  const raw = join(PROJECT, 'tests', 'fixtures', 'clicks');
  assert.match(runWell('load', ['--in', raw]), /^load: \d+ train and \d+ test clicks, 80 users, 50 pages/); // prettier-ignore
  const [first] = await readTable(at('data/clicks/test.parquet'));
  assert.equal(Object.keys(first), ['click_id', 'user_id', 'page_id', 'ad_id', 'clicked', 'timestamp']); // prettier-ignore
  assert.is(first.click_id, 1);
  assert.match(runWell('visits'), /^visits: 80 users and \d+ pages/);
  const [users, pages] = ['users', 'pages'].map((name) =>
    readSparseDataset(at(`data/visits/${name}.safetensors`)),
  );
  assert.is(users.nSamples, 80);
  assert.equal(users.columns.slice(-1), [`page=${(pages.ids as Float64Array).at(-1)}`]);
  assert.equal(pages.columns.slice(0, 2), ['user=1', 'user=2']);
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  assert.is(sum(pages.features.values), 600, 'every visit once');
});

test('candidates puts every ad of train to every request, in the order of these', async () => {
  runWell('candidates');
  const rows = await readTable(at('data/candidates.parquet'));
  const requests = await readTable(at('data/requests/test.parquet'));
  const clicks = await readTable(at('data/clicks/train.parquet'));
  const ads = [...new Set(clicks.map(({ ad_id: ad }) => Number(ad)))].toSorted((a, b) => a - b);
  assert.equal(
    rows.map(({ user_id: user, page_id: page, ad_id: ad }) => [user, page, ad]),
    requests.flatMap(({ user_id: user, page_id: page }) => ads.map((ad) => [user, page, ad])),
  );
});

test('name an attribute that is none, and a folder without the tables', async () => {
  const visits = ['--set', 'visits.columns=[sexx]'];
  assert.match(await refusalOf('pipelines/clicks/visits', visits, folder), /^2 error E_PARAMS: visits\.columns .*sexx/); // prettier-ignore
  const load = ['--in', 'nowhere'];
  assert.match(await refusalOf('pipelines/clicks/load', load, folder), /^3 error E_DATA: nowhere\/user_data\.csv must exist/); // prettier-ignore
});

test.run();
