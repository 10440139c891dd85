import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withDatabase } from '../../../lib/data/database.ts';
import { openTables } from '../../../lib/data/tables.ts';
import { StageError } from '../../../lib/errors.ts';
import { readDataset } from '../../../lib/tensors/dataset-files.ts';
import type { Dataset } from '../../../lib/tensors/dataset.ts';
import type { Task } from '../../../lib/task.ts';
import { tensorize } from '../../../lib/tensors/tensorize.ts';
import { complaintOf } from '../../support/complaint.ts';
import { inTemporaryFolder } from '../../support/stage-process.ts';

const test = suite('tensorize');

/** The tensors of a table with the target `kind` and the id `row_id`. */
async function tensorizeTable(csv: string, task: Task = 'classification'): Promise<Dataset> {
  return await inTemporaryFolder(async (folder) => {
    const [file, out] = [join(folder, 'in.csv'), join(folder, 'out.pt')];
    writeFileSync(file, csv);
    await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
      const options = {
        out,
        format: 'pt',
        missing: 'error',
        target: 'kind',
        id: 'row_id',
      } as const;
      const progress = { update() {}, end() {} };
      const tables = await openTables(database, file);
      await tensorize(database, tables, { ...options, task }, () => progress);
    });
    return readDataset(out);
  });
}

test('takes integers, whole numbers, booleans and texts as classes, each in its order', async () => {
  const cases: [values: string[], classes: unknown[], labels: number[]][] = [
    [
      ['10', '9', '-1'],
      [-1, 9, 10],
      [2, 1, 0],
    ],
    [
      ['2.0', '1.0', '2.0'],
      [1, 2],
      [1, 0, 1],
    ],
    [
      ['true', 'false', 'true'],
      ['false', 'true'],
      [1, 0, 1],
    ],
    [
      ['b', 'ä', 'B'],
      ['B', 'b', 'ä'],
      [1, 2, 0],
    ],
    [
      ["it's", '"a,b"', "it's"],
      ['a,b', "it's"],
      [1, 0, 1],
    ],
  ];
  for (const [values, classes, labels] of cases) {
    const csv = ['a,kind', ...values.map((value) => `1,${value}`), ''].join('\n');
    const dataset = await tensorizeTable(csv);
    assert.equal(dataset.classes, classes);
    assert.equal([...dataset.labels], labels);
  }
});

const manyKinds = Array.from({ length: 10_001 }, (_, i) => `1,${i}`).join('\n');
const REFUSED_TABLES: [title: string, csv: string, message: string, hint: string][] = [
  [
    'all features that are no numbers',
    'a,t,d,kind\n1,foo,2020-01-01,x\n2,bar,2020-01-02,y\n',
    'in.csv must have numbers alone as features; got t (text), d (time)',
    'encode these columns with features, or drop them with drop-columns',
  ],
  [
    'missing, NaN and infinite features, with their counts and first rows',
    'a,b,c,kind\n1,,1,x\n2,nan,1e300,x\n3,inf,1,x\n4,-inf,1,x\n5,,1,x\n',
    'in.csv must have a finite number in every feature; got b with 3 missing or NaN and 2 infinite or beyond float32 (rows 1, 2, 3, …), c with 1 infinite or beyond float32 (row 2)',
    'normalize fills what is missing, tensorize.missing=keep leaves it to models that take it; or mend these rows, or drop the columns',
  ],
  [
    'a target with gaps',
    'a,kind\n1,1\n2,\n3,2\n4,nan\n',
    'in.csv column kind must have a class in every row; got 2 without a value (first: row 2)',
    'drop these rows before the split',
  ],
  [
    'a target of fractions',
    'a,kind\n1,1.5\n2,2\n3,0.25\n',
    'in.csv column kind must hold classes, integers or texts; got 0.25, 1.5',
    'name the target with base.target; tensorize.task=regression learns numbers, base.target=null writes every column as a feature',
  ],
  [
    'a target of times',
    'a,kind\n1,2020-01-01\n2,2020-01-02\n',
    'in.csv column kind must hold classes, integers or texts; got a time column',
    'name the target with base.target; tensorize.task=regression learns numbers, base.target=null writes every column as a feature',
  ],
  [
    'a target that is a quantity or an id',
    `a,kind\n${manyKinds}\n`,
    'in.csv column kind must hold classes, integers or texts; got more than 10000 different values',
    'name the target with base.target; tensorize.task=regression learns numbers, base.target=null writes every column as a feature',
  ],
  [
    'a target that is not there',
    'a,kinds\n1,2\n',
    'in.csv must have the target kind; did you mean kinds?',
    'name another with --set base.target=…, or write features alone with --set base.target=null',
  ],
  [
    'a table of target and id alone',
    'row_id,kind\n1,2\n',
    'in.csv must have a column besides target and id; got none',
    '',
  ],
  ['a header alone', 'a,kind\n', 'in.csv must have at least one row; got a header alone', ''],
  ['an empty file', '', 'in.csv must be a table; got an empty file', ''],
];

for (const [title, csv, message, hint] of REFUSED_TABLES) {
  test(`refuses ${title}`, async () => {
    try {
      await tensorizeTable(csv);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, StageError);
      const { code, message: got, hint: help = '' } = error as StageError;
      assert.is(code, 'E_DATA');
      assert.is(got.replaceAll(/\S*\/in\.csv/g, 'in.csv'), message);
      assert.is(help, hint);
    }
  });
}

test('takes the numbers of the target as they are, to the bit, for a regression', async () => {
  const csv = 'row_id,a,kind\n1,0.5,16777217\n2,1.5,-0.1\n3,2.5,1e-30\n4,3.5,16777217\n';
  const { features, targets, classes, labels, columns } = await tensorizeTable(csv, 'regression');
  assert.equal(columns, ['a']);
  assert.equal([...features], [0.5, 1.5, 2.5, 3.5]);
  assert.equal(targets, Float64Array.of(16777217, -0.1, 1e-30, 16777217));
  assert.equal([classes, labels.length], [[], 0]);
  const integers = await tensorizeTable('a,kind\n1,3\n2,4\n', 'regression');
  assert.equal(integers.targets, Float64Array.of(3, 4));
});

const REFUSED_NUMBERS: readonly [title: string, csv: string, got: string][] = [
  [
    'missing, NaN and infinite numbers, with their first rows',
    'a,kind\n1,1\n2,\n3,nan\n4,inf\n5,-inf\n',
    '4 without (rows 2, 3, 4, …)',
  ],
  ['one missing number', 'a,kind\n1,1\n2,\n', '1 without (row 2)'],
  ['texts', 'a,kind\n1,x\n2,y\n', 'a text column'],
  ['times', 'a,kind\n1,2020-01-01\n', 'a time column'],
];

for (const [title, csv, got] of REFUSED_NUMBERS) {
  test(`refuses ${title} as what a regression predicts`, async () => {
    const message = await complaintOf(() => tensorizeTable(csv, 'regression'));
    assert.is(
      message.replaceAll(/\S*\/in\.csv/g, 'in.csv'),
      `E_DATA: in.csv column kind must hold a finite number in every row; got ${got}`,
    );
  });
}

test('counts the rows done against the rows of all tables', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, 'in.csv');
    writeFileSync(file, `a\n${'1\n'.repeat(5000)}`);
    const seen: number[] = [];
    await withDatabase({ threads: 2, memoryMb: 256 }, async (database) => {
      const options = {
        out: join(folder, 'out.pt'),
        format: 'pt',
        missing: 'error',
        task: 'classification',
        target: null,
        id: 'id',
      } as const;
      await tensorize(database, await openTables(database, file), options, (nRows) => {
        seen.push(-nRows);
        return { update: (done) => seen.push(done), end: () => seen.push(0) };
      });
    });
    assert.equal([seen[0], seen.at(-2), seen.at(-1)], [-5000, 5000, 0]);
    assert.equal(
      seen.slice(1, -1),
      [...seen.slice(1, -1)].sort((a, b) => a - b),
    );
    assert.ok(existsSync(join(folder, 'out.pt')));
  });
});

test.run();
