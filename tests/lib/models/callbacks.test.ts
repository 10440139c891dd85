import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createCallback } from '../../../lib/models/callbacks.ts';
import type { ModelHistoryRow } from '../../../lib/models/model.ts';
import type { Task } from '../../../lib/task.ts';
import { complaintOf } from '../../support/complaint.ts';

/** A callback of the model mlp, with all that it says kept; `seconds` is what the clock shows. */
function create(
  callbacks: { maxMinutes?: number; historyLog?: 'none' | 'csv' | 'jsonl' },
  task: Task = 'classification',
) {
  const said = { lines: [] as string[], infos: [] as string[], reports: [] as unknown[] };
  const watch = { seconds: 100 };
  const onStep = createCallback(
    { model: 'mlp', task, callbacks: { maxMinutes: null, historyLog: 'none', ...callbacks } },
    {
      clock: () => watch.seconds,
      info: (message) => said.infos.push(message),
      report: (step, values) => said.reports.push({ step, ...values }),
      openLog: (ending) => {
        said.lines.push(`new ${ending}`);
        return (line) => said.lines.push(line);
      },
    },
  );
  return { onStep, said, watch };
}

const row = (step: number, changes: Partial<ModelHistoryRow> = {}): ModelHistoryRow => ({
  ...{ model: 'mlp', step, loss: 0.5, validLoss: 0.25, validAccuracy: null, learningRate: 0.1 },
  ...changes,
});

const test = suite('callbacks');

test('stop after the step in which the minutes are up, counted from the start, for every later step', () => {
  const { onStep, said, watch } = create({ maxMinutes: 0.5 });
  watch.seconds = 129.9;
  assert.is(onStep(row(1)), 'go on');
  watch.seconds = 130;
  assert.is(onStep(row(2)), 'stop');
  watch.seconds = 131;
  assert.is(onStep(row(1, { model: 'ensemble' })), 'stop');
  assert.equal(said.infos, [
    'mlp: 0.5 minutes are up after step 2',
    'ensemble: 0.5 minutes are up after step 1',
  ]);
});

test('go on for ever without a limit', () => {
  const { onStep, said, watch } = create({});
  watch.seconds = 1e9;
  assert.is(onStep(row(1)), 'go on');
  assert.equal(said.lines, []);
});

test('end a training whose loss or valid loss is no finite number, after the log has its line', async () => {
  const { onStep, said } = create({ historyLog: 'jsonl' });
  assert.is(onStep(row(1, { loss: null, validLoss: null })), 'go on');
  assert.is(
    await complaintOf(() => onStep(row(3, { loss: NaN }))),
    'E_DATA: loss of mlp must be finite; got NaN in step 3',
  );
  assert.is(
    await complaintOf(() => onStep(row(4, { model: 'extra-trees', validLoss: Infinity }))),
    'E_DATA: loss of extra-trees must be finite; got Infinity in step 4',
  );
  assert.is(said.lines.length, 4);
});

test('log each step as a line of JSON, or as a row of a table with a head', () => {
  const jsonl = create({ historyLog: 'jsonl' });
  jsonl.onStep(row(1));
  assert.is(jsonl.said.lines[0], 'new jsonl');
  assert.equal(JSON.parse(jsonl.said.lines[1]), {
    ...{ model: 'mlp', step: 1, loss: 0.5, valid_loss: 0.25, valid_accuracy: null },
    ...{ learning_rate: 0.1, seconds: 100 },
  });
  const csv = create({ historyLog: 'csv' });
  csv.watch.seconds = 100.00049;
  csv.onStep(row(7, { model: 'a,b' }));
  assert.equal(csv.said.lines, [
    'new csv',
    'model,step,loss,valid_loss,valid_accuracy,learning_rate,seconds\n',
    '"a,b",7,0.5,0.25,,0.1,100\n',
  ]);
});

test('report the steps of the model itself, not of those that it is made of', () => {
  const { onStep, said } = create({});
  onStep(row(1, { model: 'extra-trees' }));
  onStep(row(2, { validAccuracy: 0.75 }));
  assert.equal(said.reports, [{ step: 2, loss: 0.5, valid_loss: 0.25, valid_accuracy: 0.75 }]);
});

test('report the loss on valid of a regression by the name of its metric', () => {
  const { onStep, said } = create({}, 'regression');
  onStep(row(3));
  assert.equal(said.reports, [{ step: 3, loss: 0.5, valid_rmse: 0.25 }]);
});

test.run();
