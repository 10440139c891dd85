import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageError } from '../../../lib/errors.ts';
import { dropColumnsSelect, fitDropColumns } from '../../../lib/preprocessing/drop-columns.ts';
import { featuresSelect, fitFeatures } from '../../../lib/preprocessing/features.ts';
import { fitScaler } from '../../../lib/preprocessing/fit-scaler.ts';
import {
  assertPreprocessable,
  parsePreprocessing,
  preprocess,
  registerFunctions,
} from '../../../lib/preprocessing/pipeline.ts';
import type { Preprocessing } from '../../../lib/preprocessing/pipeline.ts';
import { scalerSelect } from '../../../lib/preprocessing/scaler.ts';
import { createRelation, openTestDatabase, readNumbers } from '../../support/relations.ts';

const database = await openTestDatabase();
const raw = await createRelation(
  database,
  'raw',
  `SELECT i AS row_id, i AS a, 10 * i AS b, 'x' AS note FROM range(5) AS t(i)`,
);

const PREPROCESSING = parsePreprocessing(
  {
    columns: {
      format: 'timberline-columns',
      version: 1,
      dropped: [{ name: 'note', reason: 'named', detail: '' }],
    },
    features: {
      format: 'timberline-features',
      version: 1,
      columns: [{ name: 'c', transform: 'sum', of: ['a', 'b'] }],
    },
    scaler: {
      format: 'timberline-scaler',
      version: 1,
      n_samples_seen: 5,
      columns: {
        a: { fill: null, center: 2, scale: 4 },
        b: { fill: null, quantiles: [0, 20, 40] },
        c: { fill: null, center: 0, scale: 11 },
      },
    },
  },
  (step) => `${step}.json`,
);
const NOTHING: Preprocessing = { columns: null, features: null, scaler: null };

function complaintOf(preprocessing: Preprocessing, wanted: readonly string[] = []): string {
  try {
    assertPreprocessable(preprocessing, raw, wanted);
  } catch (error) {
    const { code, message } = error as StageError;
    return `${code} ${message}`;
  }
  return 'none';
}

const test = suite('preprocessing pipeline');

test('drops, then makes features of raw columns, then scales both, and leaves the rest', async () => {
  registerFunctions(database, PREPROCESSING);
  const rows = await database.query(`SELECT * FROM ${preprocess(PREPROCESSING, raw.sql)}`);
  assert.equal(Object.keys(rows[0]), ['row_id', 'a', 'b', 'c']);
  // a: (i - 2) / 4; b: the ends of a normal at 0 and 40, 0 in the middle; c: 11 i / 11
  assert.equal(
    rows.map(({ row_id: id, a, c }) => [id, a, c]),
    [
      [0, -0.5, 0],
      [1, -0.25, 1],
      [2, 0, 2],
      [3, 0.25, 3],
      [4, 0.5, 4],
    ],
  );
  const b = rows.map((row) => Number(row.b));
  assert.is(b[2], 0);
  // the share 1/4 lies at -0.6744897501960817 of a normal (any table of quantiles)
  assert.ok(Math.abs(b[1] - -0.6744897501960817) < 1e-12);
  assert.ok(Math.abs(b[0] - -5.199337582605575) < 1e-9);
});

test('without a step gives the rows as they are', async () => {
  assert.is(preprocess(NOTHING, raw.sql), raw.sql);
  registerFunctions(database, NOTHING);
  const onlyDropped = preprocess({ ...PREPROCESSING, features: null, scaler: null }, raw.sql);
  assert.equal(await readNumbers(database, `SELECT b FROM ${onlyDropped}`), [0, 10, 20, 30, 40]);
});

test('is fit for a table that has what its steps read, and gives what is wanted', () => {
  assert.is(complaintOf(PREPROCESSING, ['a', 'c', 'b']), 'none');
  assert.is(complaintOf(NOTHING, ['a']), 'none');
});

test('names what a step reads and the table has not', () => {
  const { columns, features, scaler } = PREPROCESSING;
  const dropped = [{ name: 'notes', reason: 'named', detail: '' } as const];
  assert.is(
    complaintOf({ ...NOTHING, columns: { ...columns!, dropped } }),
    'E_DATA raw.csv must have the column notes; did you mean note?',
  );
  const made = [{ name: 'c', transform: 'sum', of: ['a', 'elevation'] } as const];
  assert.is(
    complaintOf({ ...NOTHING, features: { ...features!, columns: made } }),
    'E_DATA features.columns must be made of numeric columns of raw.csv, under new names; got c of elevation, which is no column',
  );
  const scaled = { slope: scaler!.columns.a, aspect: scaler!.columns.a };
  assert.is(
    complaintOf({ ...NOTHING, scaler: { ...scaler!, columns: scaled } }),
    'E_DATA raw.csv must have the column slope, aspect',
  );
});

test('names what is wanted and no step gives: dropped, a text, or never there', () => {
  assert.is(
    complaintOf(PREPROCESSING, ['a', 'note', 'slope']),
    'E_DATA raw.csv must have the column note, slope',
  );
  assert.is(complaintOf(NOTHING, ['note']), 'E_DATA raw.csv must have the column note');
});

test('is refused in JSON by the name of its step', () => {
  assert.throws(
    () => parsePreprocessing({ columns: null, features: {}, scaler: null }, (step) => `${step}!`),
    (error: StageError) =>
      error.message === 'features! must hold timberline-features, version 1; got format undefined',
  );
});

test('makes of raw rows in one query what the stages make one by one, to the bit', async () => {
  const table = await createRelation(
    database,
    'several',
    `SELECT i AS id, i % 7 AS a, sqrt(i) AS b, 1 AS same, i % 2 AS hot, i * 0.25 AS c, i % 3 AS class
     FROM range(60) AS r(i)`,
  );
  const keep = ['id', 'class'];
  const columns = await fitDropColumns(database, table, {
    columns: ['c'],
    constant: true,
    maxMissingShare: null,
    maxCorrelation: null,
    keep,
  });
  const lean = await createRelation(database, 'lean', dropColumnsSelect(columns, table.sql));
  const features = fitFeatures(lean, [{ name: 'sum', transform: 'sum', of: ['a', 'b'] }]);
  const wide = await createRelation(database, 'wide', featuresSelect(features, lean.sql));
  const scaler = await fitScaler(database, wide, {
    method: 'standard',
    groups: [{ columns: ['sum'], method: 'quantile' }],
    missing: 'mean',
    missingValue: 0,
    nQuantiles: 20,
    keep,
  });
  const steps = { columns, features, scaler };
  registerFunctions(database, steps);
  const scaled = await database.query(scalerSelect(scaler, wide.sql));
  assert.equal(Object.keys(scaled[0]), ['id', 'a', 'b', 'hot', 'class', 'sum']);
  assert.equal(await database.query(`FROM ${preprocess(steps, table.sql)}`), scaled);
  // of a row alone, of rows in another order, of columns in another order and of another type
  const one = await database.query(`FROM ${preprocess(steps, '(FROM several WHERE id = 17)')}`);
  assert.equal(one, scaled.slice(17, 18));
  const shuffled = preprocess(steps, '(FROM several ORDER BY hash(id))');
  assert.equal(await database.query(`FROM ${shuffled} ORDER BY id`), scaled);
  const turned = '(SELECT class, c::FLOAT AS c, hot, same, b, a::DOUBLE AS a, id FROM several)';
  const rows = await database.query(`FROM ${preprocess(steps, turned)}`);
  assert.equal(
    rows.map(({ sum }) => sum),
    scaled.map(({ sum }) => sum),
  );
});

test.after(() => database.close());
test.run();
