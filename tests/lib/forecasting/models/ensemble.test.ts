import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drift } from '../../../../lib/forecasting/models/drift.ts';
import { defineEnsemble } from '../../../../lib/forecasting/models/ensemble.ts';
import type { EnsembleDefinition } from '../../../../lib/forecasting/models/ensemble.ts';
import { mean } from '../../../../lib/forecasting/models/mean.ts';
import { naive } from '../../../../lib/forecasting/models/naive.ts';
import { ridge } from '../../../../lib/forecasting/models/ridge.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createForecastContext, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('ensembles');

/** naive: 9; mean: 5; drift: 9 + (9 - 1) / 4 = 11, 13. */
const SERIES = { a: [1, 3, 5, 7, 9] };

const defineOf = (
  combine: EnsembleDefinition['combine'],
  members: EnsembleDefinition['members'] = [naive, mean, drift],
) => defineEnsemble({ name: 'ensemble', summary: '', members, combine });

async function forecast(combine: EnsembleDefinition['combine']): Promise<number[]> {
  const context = createForecastContext({ h: 2 });
  const fitted = await defineOf(combine).fit(panelOf(MONTHLY, SERIES), context);
  return [...(await fitted.predict(2))];
}

test('give the mean, the median and the weighted mean of their members', async () => {
  assert.equal(await forecast('mean'), [25 / 3, 9]);
  assert.equal(await forecast('median'), [9, 9]);
  assert.equal(await forecast([2, 0, 2]), [10, 11]);
});

test('give the middle of the two in the middle of an even number of members', async () => {
  const context = createForecastContext({ h: 1 });
  const fitted = await defineOf('median', [naive, mean]).fit(panelOf(MONTHLY, SERIES), context);
  assert.equal([...(await fitted.predict(1))], [7]);
});

test('need what their most demanding member needs, and are global where one is', () => {
  const options = { h: 1, seasonLength: 4, lags: [1, 3] };
  assert.is(defineOf('mean').minLength(options), 2);
  assert.is(defineOf('mean').isGlobal, false);
  const mixed = defineOf('mean', [naive, ridge]);
  assert.is(mixed.minLength(options), ridge.minLength(options));
  assert.is(mixed.isGlobal, true);
});

test('refuse weights that are not one for each member, negative, or all 0', () => {
  for (const weights of [
    [1, 1],
    [1, 1, -1],
    [0, 0, 0],
    [1, NaN, 1],
  ]) {
    assert.throws(() => defineOf(weights), /^weights .* of 3 members/);
  }
});

test.run();
