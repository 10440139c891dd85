import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { writeTable } from '../../lib/data/tables.ts';
import { assignClusters, readClusterModel } from '../../lib/data/cluster-model.ts';
import { createRng } from '../../lib/rng.ts';
import { fromTriplets } from '../../lib/sparse/csr.ts';
import type { CsrMatrix } from '../../lib/sparse/csr.ts';
import { writeSparseDataset } from '../../lib/tensors/sparse-dataset-files.ts';
import { assertClose } from '../support/close.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';

const test = suite('stage cluster');

const OUTPUTS = ['--model', 'model.json', '--metrics', 'metrics.json', '--page', 'page.html'];
const TARGET = ['--set', 'base.target=kind'];

function cluster(folder: string, ...args: string[]): Promise<StageOutcome> {
  return runStageHere('cluster', ['--in', 'in.csv', ...OUTPUTS, ...args], folder);
}

const readJson = (folder: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;

/** Three groups of 30, 20 and 10 rows, each within 0.5 of a center that is 10 and more away from the others. */
const CENTERS = [
  { kind: 'fir', x: 0, y: 0, wet: 0, n: 30 },
  { kind: 'pine', x: 10, y: 0, wet: 1, n: 20 },
  { kind: 'aspen', x: 0, y: 12, wet: 0, n: 10 },
];
function drawTable(): string {
  const rng = createRng(1, 'test', 'rows');
  const rows = CENTERS.flatMap(({ kind, x, y, wet, n }) =>
    Array.from({ length: n }, () => [x + rng() - 0.5, y + rng() - 0.5, wet, kind].join()),
  );
  return ['row_id,x,y,wet,kind', ...rows.map((row, i) => `${i + 1},${row}`), ''].join('\n');
}

test('finds groups that lie apart, and says how they agree with the target', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable());
    const { code, stdout, stderr } = await cluster(folder, '--json', ...TARGET);
    assert.is(code, 0, stderr);
    const metrics = readJson(folder, 'metrics.json');
    const { message, ...facts } = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(facts, metrics);
    assert.match(String(message), /^60 rows in 3 clusters, silhouette 0\.9\d\d\d$/);
    assert.is(metrics.n_samples, 60);
    assert.is(metrics.n_clusters, 3);
    assert.equal(metrics.sizes, { 1: 30, 2: 20, 3: 10 });
    assert.is(metrics.adjusted_rand_index, 1);
    assertClose(Number(metrics.normalized_mutual_information), 1, 1e-12);
    const tried = metrics.silhouette_by_n_clusters as Record<string, number>;
    assert.equal(Object.keys(tried), ['2', '3', '4', '5', '6', '7', '8', '9', '10']);
    assert.is(tried[3], Math.max(...Object.values(tried)));
    assert.is(metrics.silhouette, tried[3]);
    const model = readJson(folder, 'model.json');
    assert.is(model.format, 'k-means');
    assert.is(model.version, 1);
    assert.equal(model.columns, ['x', 'y', 'wet']);
    assert.equal(model.sizes, [30, 20, 10]);
    assert.equal(model.original_centers, model.centers);
    assert.is(model.is_converged, true);
    (model.centers as number[][]).forEach((center, c) => {
      assertClose(center, [CENTERS[c].x, CENTERS[c].y, CENTERS[c].wet], 0.3, 1);
    });
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    for (const kind of ['aspen', 'fir', 'pine']) assert.match(page, `<th scope="col">${kind}</th>`);
  });
});

test('gives the same bytes again, on another number of threads, and others for another seed', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable());
    const run = async (...sets: string[]): Promise<string[]> => {
      const { code, stderr } = await cluster(folder, ...TARGET, ...sets);
      assert.is(code, 0, stderr);
      return ['model.json', 'metrics.json', 'page.html'].map((file) =>
        readFileSync(join(folder, file), 'utf8'),
      );
    };
    // too many clusters, so that first centers matter; a picture of few rows, so that the draw matters
    const sets = ['--set', 'cluster.n_clusters=9', '--set', 'cluster.picture_sample=20'];
    const first = await run(...sets);
    assert.equal(await run(...sets, '--set', 'base.threads=1'), first);
    const other = await run(...sets, '--set', 'base.seed=7');
    other.forEach((text, i) => assert.is.not(text, first[i]));
  });
});

test('takes centers back to the units of the data, through the scaler of normalize', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'raw.csv'), drawTable());
    const scaled = ['--in', 'raw.csv', '--out', 'in.csv', '--scaler', 'scaler.json'];
    assert.is((await runStageHere('normalize', [...scaled, ...TARGET], folder)).code, 0);
    const sets = ['--set', 'cluster.n_clusters=3', ...TARGET];
    const { code, stderr } = await cluster(folder, '--scaler', 'scaler.json', ...sets);
    assert.is(code, 0, stderr);
    const { centers, original_centers } = readJson(folder, 'model.json') as Record<
      string,
      number[][]
    >;
    original_centers.forEach((center, c) => {
      assertClose(center, [CENTERS[c].x, CENTERS[c].y, CENTERS[c].wet], 0.3, 1);
    });
    assert.not.equal(centers, original_centers);

    writeFileSync(join(folder, 'in.csv'), 'row_id,x\n1,2\n2,3\n');
    const other = await cluster(folder, '--scaler', 'scaler.json', ...sets);
    assert.is(other.code, 3);
    assert.match(other.stderr, 'error E_DATA: in.csv must have the column y');
  });
});

test('needs neither target nor id, and reads semicolons, a byte order mark and Windows line ends', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(
      join(folder, 'in.csv'),
      '\ufeffa;b\r\n0;1,5\r\n0;1,5\r\n9;2,5\r\n'.replaceAll(',', '.'),
    );
    const { code, stderr, stdout } = await cluster(
      folder,
      ...TARGET,
      '--set',
      'cluster.n_clusters=2',
    );
    assert.is(code, 0, stderr);
    assert.match(stdout, '3 rows in 2 clusters');
    const metrics = readJson(folder, 'metrics.json');
    assert.equal(Object.keys(metrics), [
      'n_samples',
      'n_clusters',
      'inertia',
      'silhouette',
      'sizes',
    ]);
    assert.is(metrics.inertia, 0);
    assert.not.match(readFileSync(join(folder, 'page.html'), 'utf8'), 'Clusters and classes');
  });
});

test('takes rows that are all alike, and a single column, for one cluster', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), 'a\n1\n1\n1\n');
    const { code, stderr, stdout } = await cluster(folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, '3 rows in 1 cluster, silhouette –');
    const metrics = readJson(folder, 'metrics.json');
    assert.is(metrics.silhouette, null);
    assert.equal(metrics.sizes, { 1: 3 });
  });
});

test('says when max_iter ended the iterations', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable());
    const sets = ['n_clusters=5', 'max_iter=1'].flatMap((set) => ['--set', `cluster.${set}`]);
    const { stdout } = await cluster(folder, ...sets, ...TARGET);
    assert.match(stdout, /, not converged in 1 iterations \(/);
    assert.is(readJson(folder, 'model.json').is_converged, false);
  });
});

test('names what is wrong with a table, with exit 3, and leaves the old outputs', async () => {
  await inTemporaryFolder(async (folder) => {
    for (const file of ['model.json', 'metrics.json', 'page.html']) {
      writeFileSync(join(folder, file), 'old');
    }
    const refuse = async (
      content: string,
      message: string | RegExp,
      ...args: string[]
    ): Promise<void> => {
      writeFileSync(join(folder, 'in.csv'), content);
      const { code, stdout, stderr } = await cluster(folder, ...args);
      assert.is(code, 3, stderr);
      assert.is(stdout, '');
      assert.match(stderr, message);
      assert.is(readFileSync(join(folder, 'model.json'), 'utf8'), 'old');
      assert.equal(
        readdirSync(folder).filter((name) => name.startsWith('.partial')),
        [],
      );
    };
    await refuse('', 'in.csv must be a table; got an empty file');
    await refuse('a,b\n', 'in.csv must have at least one row; got a header alone');
    await refuse('a,b\n1,2\n,3\n', 'got a with 1 missing or NaN (row 2)');
    await refuse('a,b\n1,2\n3,inf\n', 'got b with 1 infinite or beyond float32 (row 2)');
    await refuse('a,b\n1,x\n3,y\n', 'in.csv must have numbers alone as features; got b (text)');
    await refuse('row_id,kind\n1,a\n2,b\n', 'must have a column besides target and id', ...TARGET);
    await refuse(
      'a,kind\n1,a\n2,\n',
      'in.csv column kind must have a class in every row',
      ...TARGET,
    );
    await refuse(
      'a\n1\n2\n2\n',
      '3 clusters must have at least 3 distinct rows; got fewer',
      '--set',
      'cluster.n_clusters=3',
    );
    const parquet = join(folder, 'in.parquet');
    await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
      await writeTable(database, 'SELECT * FROM range(1000) r(a)', parquet);
    });
    truncateSync(parquet, 500);
    await refuse('a\n1\n', 'in.parquet must be a complete Parquet file', '--in', 'in.parquet');
    writeFileSync(join(folder, 'scaler.json'), '{"format":"other","version":1}');
    await refuse('a\n1\n', 'scaler.json must hold timberline-scaler', '--scaler', 'scaler.json');
  });
});

test('writes the cluster of every row beside its id, in the order of the table', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), 'row_id,x\n7,0\n3,9\n5,0\n');
    const sets = ['--set', 'cluster.n_clusters=2', '--labels', 'clusters.csv'];
    assert.is((await cluster(folder, ...sets)).code, 0);
    const written = readFileSync(join(folder, 'clusters.csv'), 'utf8');
    assert.is(written, 'row_id,cluster\n7,1\n3,2\n5,1\n');
    writeFileSync(join(folder, 'in.csv'), 'x\n0\n9\n0\n');
    assert.is((await cluster(folder, ...sets)).code, 0);
    assert.is(readFileSync(join(folder, 'clusters.csv'), 'utf8'), 'cluster\n1\n2\n1\n');
  });
});

/** Twelve pages of two kinds by the users who visit them, one without a visit; the last user visits all. */
function writeVisits(file: string): CsrMatrix {
  const visits = Array.from({ length: 11 }, (_, page) =>
    [0, 1, 2].map((visit) => [page, 3 * (page % 2) + visit]).concat([[page, 6]]),
  ).flat();
  const features = fromTriplets({
    nRows: 12,
    nColumns: 7,
    rows: visits.map(([page]) => page),
    columns: visits.map(([, user]) => user),
  });
  writeSparseDataset(file, {
    columns: Array.from({ length: 7 }, (_, user) => `user ${user + 1}`),
    classes: [],
    features,
    labels: new Int32Array(0),
    ids: Array.from({ length: 12 }, (_, page) => `page "${page + 1}"`),
  });
  return features;
}

test('clusters sparse rows by a truncated SVD, and gives rows the same clusters by its model', async () => {
  await inTemporaryFolder(async (folder) => {
    const features = writeVisits(join(folder, 'in.safetensors'));
    const sets = ['n_clusters=3', 'svd_components=2', 'normalize=l2', 'n_bootstrap=3'];
    const args = sets.flatMap((set) => ['--set', `cluster.${set}`]);
    const input = ['--in', 'in.safetensors', '--labels', 'clusters.csv'];
    const { code, stderr, stdout } = await cluster(folder, ...input, ...args);
    assert.is(code, 0, stderr);
    assert.match(stdout, '12 rows in 3 clusters');
    const [head, ...lines] = readFileSync(join(folder, 'clusters.csv'), 'utf8').trim().split('\n');
    assert.is(head, 'row_id,cluster');
    assert.is(lines[0], '"page ""1""",1');
    assert.is(lines[11], '"page ""12""",3');
    const labels = lines.map((line) => Number(line.at(-1)) - 1);
    assert.equal(labels, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 2]);
    const model = readClusterModel(join(folder, 'model.json'));
    assert.equal([...assignClusters(model, features, 7)], labels);
    assert.throws(() => assignClusters(model, features, 6), 'rows must have 7 columns; got 6');
    const { stability } = readJson(folder, 'metrics.json') as {
      stability: { jaccard: Record<string, number> };
    };
    assert.is(stability.jaccard[1], 1);
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    assert.match(page, 'user 4 in all (41.7 %)');
    assert.match(page, 'All 12 rows, along');
    assert.match(page, '2 components of a truncated SVD, divided by their norms');
  });
});

test('names what sparse rows cannot have', async () => {
  await inTemporaryFolder(async (folder) => {
    writeVisits(join(folder, 'in.safetensors'));
    const refuse = async (code: number, message: string, ...args: string[]): Promise<void> => {
      const outcome = await cluster(folder, '--in', 'in.safetensors', ...args);
      assert.is(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, message);
    };
    await refuse(2, '--scaler must be left out for sparse rows', '--scaler', 'model.json');
    const gap = ['--set', 'cluster.choose=gap'];
    await refuse(2, 'cluster.choose must be silhouette or elbow for sparse rows', ...gap);
    const many = ['--set', 'cluster.n_clusters=13'];
    await refuse(3, '13 clusters must have at least 13 distinct rows; got fewer', ...many);
  });
});

test('answers an output that cannot be written with exit 6, and writes none of the others', async () => {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), drawTable());
    const { code, stderr } = await cluster(folder, ...TARGET, '--page', 'in.csv/page.html');
    assert.is(code, 6, stderr);
    assert.match(stderr, /error E_ENVIRONMENT: in\.csv\S* must be writable/);
    assert.not.ok(existsSync(join(folder, 'model.json')));
  });
});

test.run();
