import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageError } from '../../../lib/errors.ts';
import { describeInput } from '../../../lib/models/assemble-bundle.ts';
import type { Relation } from '../../../lib/sql.ts';

const RAW: Relation = {
  sql: 'raw',
  source: 'train.parquet',
  columns: [
    { name: 'row_id', kind: 'number' },
    { name: 'a', kind: 'number' },
    { name: 'note', kind: 'text' },
    { name: 'kind', kind: 'text' },
  ],
};
const FACTS = {
  target: 'kind',
  id: 'row_id',
  preprocessing: { columns: null, features: null, scaler: null },
  classes: ['x', 'y'],
  threshold: null,
};

function complaintOf(
  changes: Partial<Parameters<typeof describeInput>[2]>,
  features: readonly string[] = ['a'],
): string {
  try {
    describeInput(RAW, features, { ...FACTS, ...changes });
  } catch (error) {
    const { code, message } = error as StageError;
    return `${code} ${message}`;
  }
  return 'none';
}

const test = suite('describeInput');

test('gives the raw columns without target and id, in their order', () => {
  assert.equal(describeInput(RAW, ['a'], FACTS), {
    input: [
      { name: 'a', kind: 'number' },
      { name: 'note', kind: 'text' },
    ],
    target: 'kind',
    id: 'row_id',
  });
});

test('refuses, before the model is trained, what no bundle could be made of', () => {
  assert.is(complaintOf({ threshold: 0.5 }), 'none');
  assert.is(
    complaintOf({ target: null }),
    'E_PARAMS base.target must name the column to predict; got null',
  );
  assert.is(
    complaintOf({ target: 'Kind' }),
    'E_DATA train.parquet must have the target Kind; got none',
  );
  assert.is(complaintOf({}, ['a', 'slope']), 'E_DATA train.parquet must have the column slope');
  assert.is(complaintOf({}, ['a', 'row_id']), 'E_DATA train.parquet must have the column row_id');
  for (const classes of [[], ['x']]) {
    assert.is(
      complaintOf({ classes }),
      `E_DATA the tensors must have labels of at least 2 classes; got ${classes.length}`,
    );
  }
  assert.is(
    complaintOf({ classes: ['x', 'y', 'z'], threshold: 0.5 }),
    'E_PARAMS train.threshold must be null unless there are two classes; got 0.5 for 3',
  );
});

test.run();
