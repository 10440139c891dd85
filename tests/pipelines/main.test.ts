/** The main pipeline through the real DVC, on 1,500 rows that look like Covertype. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { hashFolder } from '../../lib/data/fetch-folder.ts';
import { listImports } from '../../lib/dvc/imports.ts';
import { createRng } from '../../lib/rng.ts';
import { runWell } from '../support/small-pipeline.ts';
import { stageOfGroup } from '../support/stage-of-group.ts';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';

const N_ROWS = 1500;
const SOURCES = [
  'stages',
  'lib',
  'data/catalogue.yaml',
  'data/contracts',
  'dvc.yaml',
  'package.json',
  '.dvc/config',
];

/** The cover type follows elevation and aspect, so that there is something to learn. */
function makeTable(): string {
  const { covertype } = parse(readFileSync('data/catalogue.yaml', 'utf8')) as {
    covertype: { columns: { name: string }[] };
  };
  assert.is(covertype.columns.at(-1)?.name, 'Cover_Type');
  const rng = createRng(1, 'tests', 'pipeline');
  const upTo = (n: number): number => Math.floor(rng() * n);
  const oneHot = (n: number): number[] => {
    const hot = upTo(n);
    return Array.from({ length: n }, (_, i) => (i === hot ? 1 : 0));
  };
  const numeric = [
    'Elevation',
    'Aspect',
    'Slope',
    'Horizontal_Distance_To_Hydrology',
    'Vertical_Distance_To_Hydrology',
    'Horizontal_Distance_To_Roadways',
    'Hillshade_9am',
    'Hillshade_Noon',
    'Hillshade_3pm',
    'Horizontal_Distance_To_Fire_Points',
  ];
  const groups = [...Array(4).keys()]
    .map((i) => `Wilderness_Area${i + 1}`)
    .concat([...Array(40).keys()].map((i) => `Soil_Type${i + 1}`));
  const lines = [[...numeric, ...groups, 'Cover_Type'].join(',')];
  for (let i = 0; i < N_ROWS; i++) {
    const elevation = 1900 + upTo(1900);
    const cells = [
      elevation,
      upTo(360),
      upTo(60),
      upTo(1300),
      upTo(600) - 150,
      upTo(7000),
      upTo(255),
      upTo(255),
      upTo(255),
      upTo(7000),
    ];
    const type = 1 + Math.min(6, Math.floor((elevation - 1900) / 272));
    lines.push([...cells, ...oneHot(4), ...oneHot(40), type].join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** A copy of the project whose data sets are the small table and a made world of sales. */
async function makeProject(folder: string): Promise<void> {
  for (const source of SOURCES)
    cpSync(join(PROJECT, source), join(folder, source), { recursive: true });
  for (const made of ['node_modules', '.native']) {
    symlinkSync(join(PROJECT, made), join(folder, made));
  }
  const table = makeTable();
  mkdirSync(join(folder, 'mirror', 'covertype'), { recursive: true });
  writeFileSync(join(folder, 'mirror', 'covertype', 'covertype.csv'), table);
  const edit = (file: string, replace: (text: string) => string): void =>
    writeFileSync(join(folder, file), replace(readFileSync(join(PROJECT, file), 'utf8')));
  const sha256 = createHash('sha256').update(table).digest('hex');
  const sales = join(folder, 'mirror', 'sales');
  runWell('simulate', ['--out', sales, '--set', 'simulate.n_items=8'], folder);
  const files = readdirSync(sales).sort();
  const sizes = files.map((name) => statSync(join(sales, name)).size);
  const salesHash = await hashFolder(sales);
  edit('data/catalogue.yaml', (text) =>
    text
      .replace(/bytes: \d+/, `bytes: ${table.length}`)
      .replace(/rows: \d+/, `rows: ${N_ROWS}`)
      .replace(/sha256: [0-9a-f]+/, `sha256: ${sha256}`)
      .replace(
        /files: \d+\n +bytes: \d+\n +sha256: [0-9a-f]+/,
        `files: ${files.length}\n    bytes: ${sizes.reduce((a, b) => a + b)}\n    sha256: ${salesHash}`,
      ),
  );
  edit('data/contracts/covertype.yaml', (text) =>
    text
      .replace(/rows: \{.*\}/, `rows: { min: ${N_ROWS}, max: ${N_ROWS} }`)
      .replace('{ min: 1000 }', '{ min: 50 }'),
  );
  edit('params.yaml', (text) => {
    const params = parse(text) as Record<string, Record<string, unknown>>;
    const made = {
      ...params,
      fetch: { ...params.fetch, mirrors: ['mirror'] },
      'fetch-sales': { ...params['fetch-sales'], mirrors: ['mirror'] },
      split: { train_size: 0.6, valid_size: 0.2, test_size: 0.2 },
      train: {
        ...params.train,
        extra_trees: { n_estimators: 8 },
        lightgbm: { num_leaves: 7, num_iterations: 20 },
      },
      evaluate: { gates: { accuracy: 0.7 } },
    };
    // DVC reads YAML 1.1, where a bare date is no text
    return stringify(made, { version: '1.1' });
  });
  spawnSync('git', ['init', '--quiet'], { cwd: folder });
}

/** Names of the stages that `dvc repro` ran. */
function repro(folder: string): string[] {
  const { status, stdout, stderr } = spawnSync(join(PROJECT, 'node_modules/.bin/dvc'), ['repro'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.is(status, 0, stdout + stderr);
  return [...stdout.matchAll(/^Running stage '(.+)':$/gm)].map(([, name]) => name);
}

/** Checksums of what the stages wrote, but for evaluate, whose page shows its gates. */
function readOuts(folder: string): Record<string, string> {
  const { stages } = parse(readFileSync(join(folder, 'dvc.lock'), 'utf8')) as {
    stages: Record<string, { outs: { path: string; md5: string }[] }>;
  };
  const { evaluate: _, ...others } = stages;
  const outs = Object.values(others).flatMap((stage) => stage.outs);
  return Object.fromEntries(outs.map(({ path, md5 }) => [path, md5]));
}

const test = suite('main pipeline');

test('runs from the raw data to a report, again only what changed, and again to the same bytes', async () => {
  await inTemporaryFolder(async (folder) => {
    await makeProject(folder);
    const { stages } = parse(readFileSync('dvc.yaml', 'utf8')) as {
      stages: Record<string, object>;
    };
    const all = Object.keys(stages);
    assert.equal(repro(folder).toSorted(), all.toSorted());
    const metrics = JSON.parse(
      readFileSync(join(folder, 'reports/metrics/evaluate.json'), 'utf8'),
    ) as Record<string, number>;
    assert.is(metrics.n_samples, N_ROWS / 5);
    assert.ok(metrics.accuracy > 0.7, `accuracy ${metrics.accuracy}`);
    assert.match(readFileSync(join(folder, 'reports/evaluate.html'), 'utf8'), '<svg');
    const forecast = JSON.parse(
      readFileSync(join(folder, 'reports/metrics/forecast.json'), 'utf8'),
    ) as Record<string, number>;
    assert.is(forecast.n_samples, 48);
    assert.ok(forecast.r2 > 0.9 && forecast.r2 > forecast.seasonal_naive_r2, `R² ${forecast.r2}`);

    assert.equal(repro(folder), [], 'a second run does nothing');

    const params = readFileSync(join(folder, 'params.yaml'), 'utf8');
    writeFileSync(join(folder, 'params.yaml'), params.replace('accuracy: 0.7', 'accuracy: 0.6'));
    const before = readOuts(folder);
    // all stages twice to the same bytes: .ci/run
    const shared = 'lib/tensors/dataset.ts';
    appendFileSync(join(folder, shared), '\n// a comment\n');
    const users = all.filter((name) =>
      listImports(`stages/${stageOfGroup(name)}.ts`).includes(shared),
    );
    assert.ok(users.length > 3 && users.length < all.length, users.join());
    assert.not(users.includes('evaluate'), 'which runs for its parameter alone');
    assert.equal(
      repro(folder).toSorted(),
      ['evaluate', ...users].toSorted(),
      'a comment concerns the stages that import it, a parameter of evaluate that stage alone',
    );
    assert.equal(readOuts(folder), before, 'what ran again wrote the same bytes');
  });
});

test.run();
