import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { openTables } from '../../lib/data/tables.ts';
import { applyVectorizer, parseVectorizer, termNames } from '../../lib/text/vectorizer.ts';
import { toCamelCase } from '../../lib/params/schema.ts';
import { takeRows } from '../../lib/sparse/csr.ts';
import { VECTORIZE_SCHEMA } from '../../lib/text/vectorize-params.ts';
import type { VectorizeParams } from '../../lib/text/vectorize-params.ts';
import { readSparseDataset } from '../../lib/tensors/sparse-dataset-files.ts';
import { vectorize } from '../../lib/tensors/vectorize.ts';
import type { Vectorized } from '../../lib/tensors/vectorize.ts';
import { complaintOf } from '../support/complaint.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder } from '../support/stage-process.ts';
import { readJson, writeTables } from '../support/table-stage.ts';

const test = suite('vectorize');

const TRAIN = `SELECT * FROM (VALUES
  ('p1', 'the gate', 'yes', 1.5), ('p2', 'gate "dog"' || chr(10) || 'dog', 'no', 2),
  ('p3', NULL, 'no', 3), ('é4', '', 'yes', 4), ('p5', 'the été', 'yes', 5)) t(page_id, text, label, price)`;
const TEST = `SELECT * FROM (VALUES ('p9', 'dog cat', 'no', 6), ('p8', 'cat', 'yes', 7)) t(page_id, text, label, price)`;

test('fits on train alone and writes every split, with ids and labels', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(join(folder, 'in'), { train: TRAIN, test: TEST });
    const args = ['--in', 'in', '--out', 'out', '--vectorizer', 'v.json'];
    const sets = ['base.target=label', 'vectorize.id=page_id', 'vectorize.stop_words=[english]'];
    const outcome = await runStageHere(
      'vectorize',
      [...args, ...sets.flatMap((set) => ['--set', set])],
      folder,
    );
    assert.is(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /^vectorize: 5 train, 2 test rows of 3 terms, 2 classes/);
    const warning = (file: string, rows: string): RegExp =>
      new RegExp(`${file}.parquet column text has no term of the vocabulary in ${rows}`);
    assert.match(outcome.stderr, warning('train', '2 of 5 rows.+\\(rows 3, 4\\)'));
    assert.match(outcome.stderr, warning('test', '1 of 2 rows.+\\(row 2\\)'));

    const state = parseVectorizer(readJson(folder, 'v.json'), 'v.json');
    assert.equal(termNames(state), ['dog', 'gate', 'été']);
    assert.is(state.n_samples_seen, 5);
    const train = readSparseDataset(join(folder, 'out', 'train.safetensors'));
    assert.equal(train.columns, termNames(state));
    assert.equal(train.ids, ['p1', 'p2', 'p3', 'é4', 'p5']);
    assert.equal(
      [train.classes, Array.from(train.labels)],
      [
        ['no', 'yes'],
        [1, 0, 0, 1, 1],
      ],
    );
    assert.equal(Array.from(train.features.indptr), [0, 1, 3, 3, 3, 4]);
    const other = readSparseDataset(join(folder, 'out', 'test.safetensors'));
    assert.equal(other.features, applyVectorizer(state, ['dog cat', 'cat']));
    assert.equal(Array.from(other.labels), [0, 1]);
  });
});

test('says nothing of classes where the target is a number', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(folder, { table: TRAIN });
    const paths = ['--in', 'table.parquet', '--out', 'x.safetensors', '--vectorizer', 'v.json'];
    const sets = ['--set', 'base.target=price', '--set', 'vectorize.task=regression'];
    const { code, stdout, stderr } = await runStageHere('vectorize', [...paths, ...sets], folder);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^vectorize: 5 table rows of \d+ terms \(/);
  });
});

test('writes the same bytes from CSV as from Parquet', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(folder, { table: TRAIN });
    await writeTables(folder, { table: TRAIN }, 'csv');
    const written: Buffer[][] = [];
    for (const [i, file] of ['table.parquet', 'table.csv'].entries()) {
      const outs = ['--out', `${i}.safetensors`, '--vectorizer', `${i}.json`];
      const { code, stderr } = await runStageHere('vectorize', ['--in', file, ...outs], folder);
      assert.is(code, 0, stderr);
      written.push(
        [`${i}.safetensors`, `${i}.json`].map((name) => readFileSync(join(folder, name))),
      );
    }
    assert.equal(written[1], written[0]);
  });
});

const DEFAULTS = Object.fromEntries(
  Object.entries(VECTORIZE_SCHEMA).map(([key, node]) => [toCamelCase(key), node.default]),
) as unknown as VectorizeParams;

async function run(
  folder: string,
  options: Partial<VectorizeParams> & { target?: string; baseId?: string; out?: string } = {},
  file = 'table.parquet',
): Promise<Vectorized & { warnings: string[] }> {
  const { target = null, baseId = 'row_id', out = join(folder, 'x.safetensors') } = options;
  const warnings: string[] = [];
  return await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
    const tables = await openTables(database, join(folder, file));
    const progress = { update: () => undefined, end: () => undefined };
    const settings = { ...DEFAULTS, ...options, base: { id: baseId, target }, out };
    const written = await vectorize(
      database,
      tables,
      settings,
      () => progress,
      (text) => {
        warnings.push(text);
      },
    );
    return { ...written, warnings };
  });
}

test('takes ids of base.id where the table has them, targets of a regression, and neither where not', async () => {
  await inTemporaryFolder(async (folder) => {
    await writeTables(folder, {
      table: `SELECT row_number() OVER () * 10 AS row_id, * FROM (${TRAIN})`,
    });
    await run(folder, { target: 'price', task: 'regression' });
    const read = readSparseDataset(join(folder, 'x.safetensors'));
    assert.equal(read.ids, Float64Array.of(10, 20, 30, 40, 50));
    assert.equal(read.targets, Float64Array.of(1.5, 2, 3, 4, 5));
    await run(folder, { target: 'nowhere', baseId: 'nothing' });
    const bare = readSparseDataset(join(folder, 'x.safetensors'));
    assert.equal([bare.ids, bare.classes, bare.labels.length], [null, [], 0]);
  });
});

test('gives more rows than one block holds, in their order', async () => {
  await inTemporaryFolder(async (folder) => {
    const text = "concat('n', i % 7, ' all n', i // 7)";
    await writeTables(folder, {
      table: `SELECT i AS row_id, ${text} AS text FROM range(5000) t(i)`,
    });
    const { vectorizer, nSamples, warnings } = await run(folder);
    assert.equal(nSamples, { table: 5000 });
    assert.equal(warnings, []);
    const { features, ids } = readSparseDataset(join(folder, 'x.safetensors'));
    assert.is((ids as Float64Array)[4321], 4321);
    const expected = applyVectorizer(vectorizer, [`n${4321 % 7} all n${Math.floor(4321 / 7)}`]);
    assert.equal(takeRows(features, [4321]), expected);
  });
});

test('says what is wrong with the table', async () => {
  await inTemporaryFolder(async (folder) => {
    const twice = "SELECT 7 AS n, 'gate' AS text, 1.5 AS x, DATE '2026-01-01' AS day FROM range(2)";
    await writeTables(folder, {
      table: twice,
      gaps: `SELECT NULL::INTEGER AS n, 'gate' AS text`,
      none: `SELECT NULL::VARCHAR AS text`,
    });
    const table = join(folder, 'table.parquet');
    const cases: [complaint: string, options: Parameters<typeof run>[1], file?: string][] = [
      [`E_DATA: ${table} must have the column texts; did you mean text?`, { column: 'texts' }],
      [`E_DATA: ${table} column n must hold texts; got a number column`, { column: 'n' }],
      [`E_DATA: ${table} must have the column m`, { id: 'm' }],
      [`E_DATA: ${table} column n must identify every row; got 7 in 2 rows`, { id: 'n' }],
      [`E_DATA: ${table} column n must identify every row; got 7 in 2 rows`, { baseId: 'n' }],
      [
        `E_DATA: ${join(folder, 'gaps.parquet')} column n must identify every row; got 1 rows without a value`,
        { id: 'n' },
        'gaps.parquet',
      ],
      [
        `E_DATA: ${table} column day must hold integers below 2^53 or texts as ids; got a time column`,
        { id: 'day' },
      ],
      [
        `E_DATA: ${join(folder, 'none.parquet')} column text must hold a term; got none in 1 texts`,
        {},
        'none.parquet',
      ],
      ['E_USAGE: --out must end in .safetensors, since --in is one file', { out: 'x.pt' }],
    ];
    for (const [complaint, options, file] of cases) {
      const got = await complaintOf(() => run(folder, options, file));
      assert.is(got.replace(/; did you mean n\?$/, ''), complaint);
    }
    await writeTables(folder, { half: `SELECT 0.5 AS n, 'gate' AS text` });
    assert.match(await complaintOf(() => run(folder, { id: 'n' }, 'half.parquet')), /got 0\.5$/);
  });
});

test.run();
