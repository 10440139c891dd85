import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeBundle } from '../../../lib/models/bundle.ts';
import { replayRequest } from '../../../lib/serving/replay-request.ts';
import type { Replay } from '../../../lib/serving/replay-request.ts';
import { complaintOf } from '../../support/complaint.ts';
import { openTestDatabase } from '../../support/relations.ts';
import { machine, makeClassBundle } from '../../support/served-bundles.ts';

const test = suite('replay');
const folder = mkdtempSync(join(tmpdir(), 'timberline-test-'));
const log = join(folder, 'serve.log');
const model = join(folder, 'model');
const other = join(folder, 'other');
const database = await openTestDatabase();
const { bundle } = await makeClassBundle(database);
writeBundle(model, bundle);
writeBundle(other, (await makeClassBundle(database, 'logistic')).bundle);
database.close();
test.after(() => rmSync(folder, { recursive: true }));

const body = JSON.stringify(bundle.golden.rows);
const PREDICTIONS = bundle.golden.probabilities.map(
  (row) => bundle.classes[row.indexOf(Math.max(...row))],
);
const line = (id: string, facts: object): string =>
  JSON.stringify({
    ...{ level: 'info', time: '2026-11-30T10:00:00.000Z', request_id: id, msg: 'request' },
    ...{ response_time_ms: 1.5, status: 200, model: 'abc' },
    ...facts,
  });
const input = { type: 'application/json', body, query: {}, hidden: [] };
const right = { input, outcome: { status: 200, predictions: PREDICTIONS } };

/** What becomes of a request of this id in a log of these lines. */
async function replay(lines: readonly string[], id = 'a-1', file = model): Promise<Replay> {
  writeFileSync(log, `${lines.join('\n')}\n`);
  return await replayRequest([id], { log, model: file }, { maxRows: 100, machine });
}

test('says that the answer is the same, by another model that gives it too', async () => {
  const lines = [line('a-10', {}), line('a-1', right), '{"request_id":"a-1', line('b', {})];
  const { message, same, replayed_answer: answer, ...facts } = await replay(lines);
  assert.is(message, 'the same answer by another model: 6 predictions');
  assert.ok(same);
  assert.equal(answer, { status: 200, predictions: PREDICTIONS });
  assert.is(facts.response_time_ms, 1.5);
  const { message: again } = await replay([line('a-1', { ...right, model: facts.replayed_model })]);
  assert.is(again, 'the same answer by the same model: 6 predictions');
});

test('says in what the answer differs', async () => {
  const [, ...rest] = PREDICTIONS;
  const changed = { ...right, outcome: { status: 200, predictions: ['none', ...rest] } };
  const { message, same } = await replay([line('a-1', changed)]);
  assert.not.ok(same);
  assert.is(
    message,
    'another answer by another model: 1 of 6 predictions differ, the first in row 0: "fir", where it was "none"',
  );
  const failed = { ...right, outcome: { status: 500, message: 'out of memory' } };
  const { message: mended } = await replay([line('a-1', failed)]);
  assert.is(
    mended,
    'another answer by another model: 6 predictions, where it was 500 out of memory',
  );
});

test('runs a request that was refused again, and gets the same faults', async () => {
  const wrong = { ...input, body: body.replace('"a":', '"A":') };
  const first = await replay([line('a-1', { input: wrong, outcome: { status: 400 } })]);
  assert.ok(first.same, 'of what the log has');
  const faults = first.replayed_answer.faults!;
  assert.equal(
    faults.map(({ row, field }) => [row, field]),
    [
      [0, 'a'],
      [0, 'A'],
    ],
  );
  const { same } = await replay([line('a-1', { input: wrong, outcome: first.replayed_answer })]);
  assert.ok(same);
  const csv = { ...input, type: 'text/csv', body: 'a,b\n"1', query: {} };
  const broken = await replay([line('a-1', { input: csv, outcome: { status: 400 } })]);
  assert.match(broken.message, 'the same answer by another model: 400');
});

test('finds a request in the files that were put aside, the latest of its id', async () => {
  writeFileSync(
    `${log}.2`,
    `${line('old', right)}\n${line('old', { ...right, response_time_ms: 7 })}\n`,
  );
  writeFileSync(`${log}.1`, `${line('b', right)}\n`);
  assert.is((await replay([line('a-1', right)], 'old')).response_time_ms, 7);
  rmSync(`${log}.1`);
  renameSync(`${log}.2`, `${log}.1`);
  assert.ok((await replay([''], 'old')).same);
  rmSync(`${log}.1`);
});

test('says why a request cannot be run again', async () => {
  const complaint = async (lines: readonly string[], id?: string): Promise<string> =>
    await complaintOf(async () => await replay(lines, id));
  assert.is(
    await complaint([line('a-10', right)]),
    `E_DATA: ${log} must have a request a-1; got none of this id`,
  );
  assert.is(
    await complaint([line('a-1', {})]),
    `E_DATA: request a-1 in ${log} must have its input; got none, of status 200`,
  );
  assert.match(
    await complaint([line('a-1', { input_left_out_bytes: 70_000 })]),
    'got 70000 bytes that were left out',
  );
  assert.match(
    await complaint([line('a-1', { ...right, input: { ...input, hidden: ['soil'] } })]),
    'got hidden values of soil',
  );
  const files = { log, model };
  const rules = { maxRows: 1, machine };
  assert.is(
    await complaintOf(() => replayRequest(['a', 'b'], files, rules)),
    'E_USAGE: one request must be named; got 2',
  );
  assert.match(
    await complaintOf(() => replayRequest(['a'], { ...files, log: 'nowhere' }, rules)),
    'E_DATA: nowhere must exist',
  );
  const tooMany = await replayRequest(['a-1'], files, rules).catch(() => null);
  assert.is(tooMany, null);
  assert.is(readFileSync(log, 'utf8').split('\n').length, 2);
});

test.run();
