import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../lib/data/database.ts';
import { writeTable } from '../../lib/data/tables.ts';
import { readDataset, readDatasets } from '../../lib/tensors/dataset-files.ts';
import { runStageHere } from '../support/stage-here.ts';
import { inTemporaryFolder, PROJECT } from '../support/stage-process.ts';
import type { StageOutcome } from '../support/stage-process.ts';

const test = suite('stage tensorize');
const TARGET = ['--set', 'base.target=kind'];

async function tensorize(folder: string, ...args: string[]): Promise<StageOutcome> {
  return await runStageHere('tensorize', args, folder);
}

/** Runs the stage on one table. */
async function withTable(
  csv: string,
  args: readonly string[],
  use: (outcome: StageOutcome, out: string) => void,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'in.csv'), csv);
    use(
      await tensorize(folder, '--in', 'in.csv', '--out', 'out.pt', ...args),
      join(folder, 'out.pt'),
    );
  });
}

function writeSplits(folder: string, splits: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'in'));
  for (const [name, csv] of Object.entries(splits)) {
    writeFileSync(join(folder, 'in', `${name}.csv`), csv);
  }
}

async function writeParquet(file: string, query: string): Promise<void> {
  await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
    await writeTable(database, query, file);
  });
}

function readWithPython(path: string): unknown {
  const script = join(PROJECT, 'tests/lib/tensors/read_pt.py');
  const { status, stdout, stderr } = spawnSync('python3', [script, path], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

test('writes every split, features in the order of the columns, labels by the classes of train', async () => {
  await inTemporaryFolder(async (folder) => {
    writeSplits(folder, {
      train: 'row_id,b,kind,a\n7,0.1,fir,-1\n8,2,aspen,1e-45\n9,3,pine,4\n',
      valid: 'row_id,b,kind,a\n1,0.5,pine,0\n',
      test: 'row_id,b,kind,a\n2,0.25,fir,0\n3,16777217,fir,1\n',
    });
    const { code, stdout, stderr } = await tensorize(
      folder,
      '--in',
      'in',
      '--out',
      'out',
      '--json',
      ...TARGET,
    );
    assert.is(code, 0, stderr);
    assert.equal(JSON.parse(stdout), {
      message: '3 train, 1 valid, 2 test rows of 2 features, 3 classes',
      rows: { train: 3, valid: 1, test: 2 },
      n_features: 2,
      n_classes: 3,
    });
    assert.equal(readdirSync(join(folder, 'out')).sort(), ['test.pt', 'train.pt', 'valid.pt']);
    assert.equal(readWithPython(join(folder, 'out', 'train.pt')), {
      features: [
        [Math.fround(0.1), -1],
        [3, 4],
      ],
      labels: [1, 0, 2],
      columns: ['b', 'a'],
      classes: ['aspen', 'fir', 'pine'],
      n_samples: 3,
    });
    const { valid, test: last } = readDatasets(join(folder, 'out'), ['valid', 'test']);
    assert.equal([...valid.labels, ...last.labels], [2, 1, 1]);
    // float32 has no 16777217
    assert.equal([...last.features], [0.25, 0, 16777216, 1]);
  });
});

test('writes safetensors where the parameter or the ending says so, with the same content', async () => {
  await inTemporaryFolder(async (folder) => {
    writeSplits(folder, { train: 'a,kind\n1,2\n3,1\n' });
    const format = ['--set', 'tensorize.format=safetensors'];
    for (const args of [
      ['--in', 'in', '--out', 'pt'],
      ['--in', 'in', '--out', 'safetensors', ...format],
      ['--in', 'in/train.csv', '--out', 'one.safetensors'],
    ]) {
      const { code, stderr } = await tensorize(folder, ...args, ...TARGET);
      assert.is(code, 0, stderr);
    }
    const expected = readDataset(join(folder, 'pt/train.pt'));
    assert.equal([...expected.labels], [1, 0]);
    assert.equal(readDataset(join(folder, 'safetensors/train.safetensors')), expected);
    assert.equal(readDataset(join(folder, 'one.safetensors')), expected);
  });
});

test('gives the rows of a table of many blocks, and the same bytes for any thread count', async () => {
  await inTemporaryFolder(async (folder) => {
    // 150,000 rows: more than one row group of Parquet, many blocks of DuckDB
    await writeParquet(
      join(folder, 'in.parquet'),
      `SELECT i AS row_id, i % 4 = 0 AS flag, (i * 7919) % 10007 AS a, i / 3 AS b, i % 5 AS kind
       FROM range(150000) AS rows(i)`,
    );
    const outs: Buffer[] = [];
    for (const [run, threads] of [1, 2, 2].entries()) {
      const out = join(folder, `out-${run}.pt`);
      const set = ['--set', `base.threads=${threads}`];
      const { code, stderr } = await tensorize(
        folder,
        '--in',
        'in.parquet',
        '--out',
        out,
        ...set,
        ...TARGET,
      );
      assert.is(code, 0, stderr);
      outs.push(readFileSync(out));
    }
    assert.ok(outs[1].equals(outs[0]));
    assert.ok(outs[2].equals(outs[0]));
    const { features, labels, columns } = readDataset(join(folder, 'out-0.pt'));
    assert.equal(columns, ['flag', 'a', 'b']);
    for (let i = 0; i < 150_000; i++) {
      const [flag, a, b] = features.subarray(3 * i, 3 * i + 3);
      const isRight =
        flag === Number(i % 4 === 0) &&
        a === (i * 7919) % 10007 &&
        b === Math.fround(i / 3) &&
        labels[i] === i % 5;
      if (!isRight) assert.unreachable(`row ${i}: ${flag}, ${a}, ${b}, ${labels[i]}`);
    }
  });
});

test('writes features alone without a target', async () => {
  await withTable('a,kind\n1,2\n3,4\n', [], ({ code, stdout, stderr }, out) => {
    assert.is(code, 0, stderr);
    assert.match(stdout, /^tensorize: 2 table rows of 2 features, 0 classes /);
    assert.equal(readWithPython(out), {
      features: [
        [1, 2],
        [3, 4],
      ],
      columns: ['a', 'kind'],
      n_samples: 2,
    });
  });
});

test('reads CSV with a byte order mark, semicolons and Windows line ends', async () => {
  await withTable('\ufeffa;kind\r\n1.5;x\r\n2.5;y\r\n', TARGET, ({ code, stderr }, out) => {
    assert.is(code, 0, stderr);
    const { columns, features, labels } = readDataset(out);
    assert.equal(columns, ['a']);
    assert.equal(
      [[...features], [...labels]],
      [
        [1.5, 2.5],
        [0, 1],
      ],
    );
  });
});

test('refuses features that are not finite: exit 3, the hint, and no file', async () => {
  await withTable('a,kind\n1,x\n,y\n', TARGET, ({ code, stdout, stderr }, out) => {
    assert.is(code, 3, stderr);
    assert.is(stdout, '');
    assert.match(
      stderr,
      'error E_DATA: in.csv must have a finite number in every feature; got a with 1 missing or NaN (row 2)\nhint: normalize fills what is missing, tensorize.missing=keep leaves it to models that take it; or mend these rows, or drop the columns\n',
    );
    assert.not(existsSync(out));
  });
});

test('refuses classes that train has not, in each split, and keeps the old tensors', async () => {
  await inTemporaryFolder(async (folder) => {
    writeSplits(folder, { train: 'a,kind\n1,x\n2,y\n', valid: 'a,kind\n1,z\n2,y\n3,w\n' });
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out', 'train.pt'), 'old');
    const { code, stderr } = await tensorize(folder, '--in', 'in', '--out', 'out', ...TARGET);
    assert.is(code, 3, stderr);
    assert.match(
      stderr,
      'error E_DATA: in/valid.csv column kind must hold classes of in/train.csv alone; got "w", "z"\nhint: split with split.stratify,',
    );
    assert.equal(readdirSync(folder).sort(), ['in', 'logs', 'out']);
    assert.is(readFileSync(join(folder, 'out', 'train.pt'), 'utf8'), 'old');
  });
});

test('refuses a truncated Parquet file, a file that is missing, and an output of another ending', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'in.parquet');
    await writeParquet(file, 'SELECT i AS a, i % 2 AS kind FROM range(1000) AS rows(i)');
    truncateSync(file, 600);
    const cut = await tensorize(folder, '--in', 'in.parquet', '--out', 'out.pt', ...TARGET);
    assert.is(cut.code, 3, cut.stderr);
    assert.match(cut.stderr, 'in.parquet must be a complete Parquet file');
    const none = await tensorize(folder, '--in', 'none.csv', '--out', 'out.pt');
    assert.is(none.code, 3);
    assert.match(none.stderr, 'error E_DATA: none.csv must exist; got no such file');
    writeFileSync(join(folder, 'in.csv'), 'a\n1\n');
    const ending = await tensorize(folder, '--in', 'in.csv', '--out', 'out.npz');
    assert.is(ending.code, 2);
    assert.match(
      ending.stderr,
      'error E_USAGE: --out must end in .pt or .safetensors, since --in is one file',
    );
    assert.not(readdirSync(folder).some((entry) => entry.includes('out')));
  });
});

test.run();
