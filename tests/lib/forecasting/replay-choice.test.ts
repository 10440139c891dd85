import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tabulateErrors } from '../../../lib/forecasting/choose-models.ts';
import type { ValidatedModel } from '../../../lib/forecasting/choose-models.ts';
import { crossValidate } from '../../../lib/forecasting/cross-validation.ts';
import { forecastModelOf } from '../../../lib/forecasting/models/registry.ts';
import { cutPanel, panelOf } from '../../../lib/forecasting/panel.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import {
  leaveOutWindows,
  replayChoice,
  replayCoverage,
} from '../../../lib/forecasting/replay-choice.ts';
import type { Validation } from '../../../lib/forecasting/replay-choice.ts';
import { createForecastContext, createPanel, MONTHLY } from '../../support/forecasting.ts';

const test = suite('replay of a choice');

const H = 3;
const validate = async (panel: Panel, stepSize: number, nWindows = 5): Promise<Validation> => {
  const context = createForecastContext({ h: H });
  const options = { nWindows, stepSize, inputSize: null, shortSeries: 'leave out' } as const;
  const validated: ValidatedModel[] = [];
  for (const name of ['naive', 'seasonal-naive', 'drift', 'ridge']) {
    const windows = await crossValidate(forecastModelOf(name), panel, options, context);
    validated.push({ name, windows });
  }
  const table = tabulateErrors(validated, panel.ids, { metric: 'mae', seasonLength: 4 });
  return { panel, validated, table, options: { nCandidates: 4, nModels: 2 } };
};

/** The same, every value of its last n rows changed. */
const changeLast = (panel: Panel, n: number): Panel => {
  const y = panel.y.slice();
  for (let i = 0; i < panel.ids.length; i++) {
    for (let back = 1; back <= n; back++) y[panel.offsets[i + 1] - back] += 100 * back;
  }
  return { ...panel, y };
};

const panel = createPanel([44, 40, 44]);

for (const stepSize of [1, 2, 3]) {
  test(`forecasts a window by nothing that came after its cutoff, ${stepSize} steps apart`, async () => {
    const before = replayChoice(await validate(panel, stepSize), H);
    const changed = replayChoice(await validate(changeLast(panel, H), stepSize), H);
    // the last window is cut off before the last h rows, and so is every one before it
    assert.equal(
      changed.map(({ forecast }) => forecast),
      before.map(({ forecast }) => forecast),
    );
    assert.ok(before.length > 0);
    assert.is(before.at(-1)!.rowsAfter, 0);
  });
}

test('begins with the first window that another one ended before', async () => {
  const rowsAfter = async (stepSize: number): Promise<number[]> =>
    replayChoice(await validate(panel, stepSize), H).map((window) => window.rowsAfter);
  assert.equal(await rowsAfter(3), [9, 6, 3, 0]);
  assert.equal(await rowsAfter(2), [4, 2, 0]);
  assert.equal(await rowsAfter(1), [1, 0]);
});

test('leaves the errors of a window out of the choice that forecasts it', () => {
  // one step of one series in three windows, which two models miss by these
  const series = panelOf(MONTHLY, { a: [0, 0, 0, 0, 0] });
  const missing = (name: string, misses: readonly number[]): ValidatedModel => ({
    name,
    windows: misses.map((miss, w) => ({
      history: cutPanel(series, [0], () => [0, 2 + w]),
      rowsAfter: 2 - w,
      forecast: Float64Array.of(miss),
      actual: Float64Array.of(0),
    })),
  });
  const validated = [missing('steady', [1, 1, 5]), missing('late', [2, 2, 0])];
  const table = tabulateErrors(validated, series.ids, { metric: 'mae', seasonLength: 1 });
  const validation = { panel: series, validated, table, options: { nCandidates: 2, nModels: 1 } };
  const forecasts = (known: readonly number[]): number[] =>
    leaveOutWindows(validation, known).flatMap(({ forecast }) => [...forecast]);
  // late is the best of all three, of the first or second with the last, and not of the first two
  assert.equal(forecasts([0, 1, 2]), [2, 2, 5]);
  assert.equal(forecasts([0, 2]), [2, 5]);
  assert.equal(forecasts([2]), [0]);
});

test('measures coverage by intervals of what was known, and by none where that is too little', async () => {
  const validation = await validate(panel, 3);
  const replayed = replayChoice(validation, H);
  const coverage = replayCoverage(validation, replayed, 50, H)!;
  assert.ok(coverage > 0 && coverage < 1, String(coverage));
  // at most four windows of three series had ended: 12 errors reach 92
  assert.is(replayCoverage(validation, replayed, 95, H), null);
  assert.is(replayCoverage(validation, replayed.slice(0, 1), 50, H), null);
  // the last window falls outside of every interval once it is far off, and the others stay
  const far = await validate(changeLast(panel, H), 3);
  assert.ok(replayCoverage(far, replayChoice(far, H), 50, H)! < coverage);
});

test.run();
