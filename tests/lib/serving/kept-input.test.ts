import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hideFaults, isSampled, keepInput } from '../../../lib/serving/kept-input.ts';
import type { KeptInput } from '../../../lib/serving/kept-input.ts';
import type { InvocationType } from '../../../lib/serving/invocation.ts';

const test = suite('kept input');
const columns = ['name', 'age'];

function keep(
  body: string,
  redact: string[],
  type: InvocationType = 'application/json',
  maxBytes = 100,
): KeptInput | null {
  return keepInput({ type, body, query: {} }, { maxBytes, redact, columns });
}

test('draws a share of the ids, the same ones each time', () => {
  const ids = Array.from({ length: 4000 }, (_, i) => `id-${i}`);
  const drawn = ids.filter((id) => isSampled(id, 0.25));
  // five standard deviations of a binomial: 5 sqrt(4000 × 0.25 × 0.75) = 137
  assert.ok(Math.abs(drawn.length - 1000) < 137, `${drawn.length} of 4000`);
  assert.equal(
    ids.filter((id) => isSampled(id, 0.25)),
    drawn,
  );
  assert.ok(
    drawn.every((id) => isSampled(id, 0.5)),
    'a greater share has those of a smaller one',
  );
  assert.is(ids.filter((id) => isSampled(id, 0)).length, 0);
  assert.is(ids.filter((id) => isSampled(id, 1)).length, 4000);
});

test('keeps a body as it came, but for one that is too long', () => {
  const body = '{"a": NaN';
  assert.equal(keep(body, []), { type: 'application/json', body, query: {}, hidden: [] });
  assert.is(keep('"é"', [], 'application/json', 3), null, 'four bytes');
  assert.is(keep('"é"', [], 'application/json', 4)?.body, '"é"');
});

test('hides the values of columns in every shape', () => {
  const bodies: [string, InvocationType][] = [
    ['[{"name": "Ann", "age": 3}, {"age": 4}]', 'application/json'],
    ['{"dataframe_split": {"columns": ["age", "name"], "data": [[3, "Ann"]]}}', 'application/json'],
    ['{"instances": [["Ann", 3]]}', 'application/json'],
    ['{"inputs": {"name": ["Ann"], "age": [3]}, "params": {}}', 'application/json'],
    ['name,age\nAnn,3\n', 'text/csv'],
  ];
  for (const [body, type] of bodies) {
    const kept = keep(body, ['name'], type)!;
    assert.equal(kept.hidden, ['name'], body);
    assert.not.match(kept.body, 'Ann');
    assert.match(kept.body, '"[hidden]"');
    assert.match(kept.body, '3');
  }
  assert.is(keep('[{"age": 3}]', ['name'])?.body, '[{"age": 3}]', 'nothing to hide');
  assert.is(keep('[{"name": "Ann"', ['name']), null, 'nobody can tell what is to be hidden');
});

test('hides what faults and messages tell of such columns', () => {
  const fault = { row: 0, field: 'name', expected: 'a text', got: '"Ann"' };
  const other = { ...fault, field: 'age' };
  const outcome = { status: 400, message: '2 faults', faults: [fault, other] };
  assert.equal(hideFaults(outcome, ['name']), {
    ...outcome,
    faults: [{ ...fault, got: '[hidden]' }, other],
  });
  assert.equal(hideFaults({ status: 400, message: 'near "Ann"' }, ['name']), { status: 400 });
  assert.equal(hideFaults(outcome, []), outcome);
});

test.run();
