import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tabulateErrors } from '../../../lib/forecasting/choose-models.ts';
import type { ValidatedModel } from '../../../lib/forecasting/choose-models.ts';
import { crossValidate } from '../../../lib/forecasting/cross-validation.ts';
import { forecastModelOf } from '../../../lib/forecasting/models/registry.ts';
import type { Panel } from '../../../lib/forecasting/panel.ts';
import {
  leaveOutWindows,
  replayChoice,
  replayCoverage,
} from '../../../lib/forecasting/replay-choice.ts';
import type { Validation } from '../../../lib/forecasting/replay-choice.ts';
import { createForecastContext, createPanel } from '../../support/forecasting.ts';

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

test('leaves the errors of a window out of the choice that forecasts it', async () => {
  const { forecast } = leaveOutWindows(await validate(panel, 3), [0, 1, 2, 3, 4]).at(-1)!;
  const changed = await validate(changeLast(panel, H), 3);
  assert.equal(leaveOutWindows(changed, [0, 1, 2, 3, 4]).at(-1)!.forecast, forecast);
  assert.equal(
    leaveOutWindows(changed, [1, 3]).map((window) => window.rowsAfter),
    [9, 3],
  );
  assert.is(leaveOutWindows(changed, [2]).length, 1);
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
