import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chooseModels,
  composeWindows,
  tabulateErrors,
} from '../../../lib/forecasting/choose-models.ts';
import type { ErrorTable, ValidatedModel } from '../../../lib/forecasting/choose-models.ts';
import { cutPanel, panelOf } from '../../../lib/forecasting/panel.ts';
import { MONTHLY } from '../../support/forecasting.ts';

const test = suite('choice of models');

const panel = panelOf(MONTHLY, { a: [1, 3, 5, 7, 9, 11], b: [2, 2, 2, 2] });

/** Forecasts of h = 1 that miss by `misses` in the windows of rowsAfter 2, 1, 0; null: the series is left out. */
const validatedOf = (name: string, misses: Record<string, (number | null)[]>): ValidatedModel => ({
  name,
  windows: [2, 1, 0].flatMap((rowsAfter, w) => {
    const places = panel.ids.flatMap((id, i) => (misses[id][w] === null ? [] : [i]));
    if (places.length === 0) return [];
    const cutoff = (length: number): number => length - rowsAfter - 1;
    const actual = cutPanel(panel, places, (_i, n) => [cutoff(n), cutoff(n) + 1]).y;
    return [
      {
        history: cutPanel(panel, places, (_i, n) => [0, cutoff(n)]),
        rowsAfter,
        actual,
        forecast: actual.map((y, k) => y + misses[panel.ids[places[k]]][w]!),
      },
    ];
  }),
});

const steady = validatedOf('steady', { a: [2, 2, 2], b: [null, 1, 1] });
const risky = validatedOf('risky', { a: [1, 1, 5], b: [null, 4, 0] });
const needy = validatedOf('needy', { a: [null, 1, 1], b: [null, null, null] });
const all = [steady, risky, needy];
const table = tabulateErrors(all, panel.ids, { metric: 'mae', seasonLength: 1 });
const options = { nCandidates: 3, nModels: 1, windows: [0, 1, 2] };

test('tabulates errors by model, window and series, NaN where a model was not tried', () => {
  assert.equal(table.rowsAfter, [2, 1, 0]);
  assert.equal([...table.errors[0]], [2, NaN, 2, 1, 2, 1]);
  assert.equal([...table.errors[2]], [NaN, NaN, 1, NaN, 1, NaN]);
});

test('divides by the change from season to season for MASE, and by nothing where there is none', () => {
  const mase = tabulateErrors([steady], panel.ids, { metric: 'mase', seasonLength: 1 });
  assert.equal([...mase.errors[0]], [1, NaN, 1, 1, 1, 1]);
});

test('squares, and weighs by size, for RMSE and sMAPE', () => {
  const errorOf = (metric: 'rmse' | 'smape'): number =>
    tabulateErrors([steady], panel.ids, { metric, seasonLength: 1 }).errors[0][4];
  assert.is(errorOf('rmse'), 2);
  assert.is(errorOf('smape'), (200 * 2) / (11 + 13));
});

test('takes the smallest error over the windows that all candidates of the series have', () => {
  // a over the last two: steady 2, risky 3, needy 1; b: steady 1, risky 2, needy could not
  assert.equal(chooseModels(table, options), [[2], [0]]);
});

test('knows no other windows than those it is given, and no other candidates', () => {
  assert.equal(chooseModels(table, { ...options, windows: [0] }), [[1], []]);
  assert.equal(chooseModels(table, { ...options, nCandidates: 2 }), [[0], [0]]);
  assert.equal(chooseModels(table, { ...options, windows: [] }), [[], []]);
});

test('takes the best few, the best first, and at most half of the candidates', () => {
  assert.equal(chooseModels(table, { ...options, nModels: 3 }), [[2, 0], [0]]);
});

test('takes the first of candidates that err alike', () => {
  const twice = tabulateErrors([risky, steady, steady], panel.ids, {
    metric: 'mae',
    seasonLength: 1,
  });
  assert.equal(chooseModels(twice, options), [[1], [1]]);
});

test('composes windows of the means of the models, of the series that all of them have', () => {
  const windows = composeWindows(all, panel, table, () => [[0, 2], [1]]);
  assert.equal(
    windows.map(({ rowsAfter, history }) => [rowsAfter, history.ids]),
    [
      [1, ['a', 'b']],
      [0, ['a', 'b']],
    ],
  );
  // a: 11 + (2 + 1) / 2, b: 2 + 0
  assert.equal([...windows[1].forecast], [12.5, 2]);
  assert.equal([...windows[1].actual], [11, 2]);
  assert.equal([...windows[1].history.y], [1, 3, 5, 7, 9, 2, 2, 2]);
});

test('leaves out windows without a choice', () => {
  const last = composeWindows(all, panel, table, (w) => (w < 2 ? null : [[0], []]));
  assert.equal(
    last.map(({ rowsAfter, history }) => [rowsAfter, history.ids]),
    [[0, ['a']]],
  );
});

test('gives an empty table of no windows', () => {
  const none: ErrorTable = tabulateErrors([], panel.ids, { metric: 'mae', seasonLength: 1 });
  assert.equal(chooseModels(none, { ...options, windows: [] }), [[], []]);
});

test.run();
