import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StageError } from '../../../lib/errors.ts';
import { crossValidate } from '../../../lib/forecasting/cross-validation.ts';
import type { ForecastModel } from '../../../lib/forecasting/model.ts';
import { linear } from '../../../lib/forecasting/models/linear.ts';
import { panelOf, seriesOf } from '../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import { createForecastContext, createPanel, MONTHLY } from '../../support/forecasting.ts';

const test = suite('cross-validation');

/** Forecasts the sum of what it was given, so that a window shows what it saw. */
const sumOfHistory: ForecastModel = {
  name: 'sum',
  summary: '',
  isGlobal: false,
  minLength: () => 2,
  fit: async (panel) => ({
    predict: async (h) =>
      Float64Array.from({ length: panel.ids.length * h }, (_, at) =>
        seriesOf(panel, Math.floor(at / h)).y.reduce((sum, value) => sum + value, 0),
      ),
  }),
};

const panel = panelOf(MONTHLY, { a: [1, 2, 4, 8, 16, 32, 64], b: [5, 5, 5, 5, 5, 5] });
const context = createForecastContext({ h: 2 });
const rows = (values: Float64Array): number[] => [...values];

test('leaves out series, and whole windows, that are too short for a cutoff where it is told to', async () => {
  const mixed = panelOf(MONTHLY, { a: [1, 2, 4, 8, 16, 32, 64], c: [5, 5, 5, 5] });
  const options = { nWindows: 4, stepSize: 2, inputSize: null, shortSeries: 'leave out' } as const;
  const windows = await crossValidate(sumOfHistory, mixed, options, context);
  assert.equal(
    windows.map(({ rowsAfter, history, actual }) => [rowsAfter, history.ids, rows(actual)]),
    [
      [2, ['a'], [8, 16]],
      [0, ['a', 'c'], [32, 64, 5, 5]],
    ],
  );
});

test('expands from cutoff to cutoff and ends with the last rows of each series', async () => {
  const options = { nWindows: 3, stepSize: 1, inputSize: null };
  const windows = await crossValidate(sumOfHistory, panel, options, context);
  assert.equal(
    windows.map(({ actual }) => rows(actual)),
    [
      [8, 16, 5, 5],
      [16, 32, 5, 5],
      [32, 64, 5, 5],
    ],
  );
  assert.equal(
    windows.map(({ forecast }) => rows(forecast)),
    [
      [7, 7, 10, 10],
      [15, 15, 15, 15],
      [31, 31, 20, 20],
    ],
  );
  assert.equal(
    windows.map(({ rowsAfter }) => rowsAfter),
    [2, 1, 0],
  );
});

test('slides with the rows asked for, by the steps asked for', async () => {
  const options = { nWindows: 2, stepSize: 2, inputSize: 2 };
  const windows = await crossValidate(sumOfHistory, panel, options, context);
  assert.equal(
    windows.map(({ forecast }) => rows(forecast)),
    [
      [6, 6, 10, 10],
      [24, 24, 10, 10],
    ],
  );
  assert.equal([...windows[0].history.starts], [1, 0]);
});

test('gives models nothing of what comes after a cutoff', async () => {
  const options = { nWindows: 3, stepSize: 2, inputSize: null };
  const long = createPanel([40, 36]);
  const exogenous: Panel['exogenous'] = [
    { name: 'x', kind: 'future', values: long.y.map((_, at) => at % 5) },
  ];
  const changed = { ...long, exogenous, y: long.y.slice() };
  changed.y[long.offsets[1] - 1] = 1e9;
  changed.y[long.offsets[2] - 1] = -1e9;
  const [before, after] = [
    await crossValidate(linear, { ...long, exogenous }, options, context),
    await crossValidate(linear, changed, options, context),
  ];
  assert.equal(
    after.map(({ forecast }) => rows(forecast)),
    before.map(({ forecast }) => rows(forecast)),
  );
});

test('names series that are too short, and an input size that is', async () => {
  const short = await crossValidate(
    ...([sumOfHistory, panel, { nWindows: 4, stepSize: 1, inputSize: null }, context] as const),
  ).catch((error: unknown) => error);
  assert.instance(short, StageError);
  assert.match(
    (short as StageError).message,
    '4 windows of sum must have at least 7 rows of each series; got b: 6',
  );
  const small = await crossValidate(
    ...([sumOfHistory, panel, { nWindows: 1, stepSize: 1, inputSize: 1 }, context] as const),
  ).catch((error: unknown) => error);
  assert.instance(small, StageError);
  assert.match((small as StageError).message, 'input_size must be at least 2 for sum; got 1');
});

test.run();
