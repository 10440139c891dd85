import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinNames } from '../../../../lib/forecasting/models/ensemble.ts';
import { findForecastModel, forecastModelOf } from '../../../../lib/forecasting/models/registry.ts';
import { ridge } from '../../../../lib/forecasting/models/ridge.ts';
import { panelOf } from '../../../../lib/forecasting/panel.ts';
import { createForecastContext, MONTHLY } from '../../../support/forecasting.ts';

const test = suite('ensembles');

/** naive: 9; mean: 5; drift: 9 + (9 - 1) / 4 = 11, 13. */
const SERIES = { a: [1, 3, 5, 7, 9] };

async function forecast(name: string): Promise<number[]> {
  const context = createForecastContext({ h: 2 });
  const fitted = await forecastModelOf(name).fit(panelOf(MONTHLY, SERIES), context);
  return [...(await fitted.predict(2))];
}

test('give the mean of their members, or the weighted mean', async () => {
  assert.equal(await forecast('naive+mean+drift'), [25 / 3, 9]);
  assert.equal(await forecast('2*naive+2*drift'), [10, 11]);
  assert.equal(await forecast('naive+3*drift'), [10.5, 12]);
  assert.equal(await forecast('0.5*naive+1.5*drift'), [10.5, 12]);
});

test('are called what people write', () => {
  for (const name of ['theta+ets', '2*theta+ets', '0.7*theta+0.3*ridge']) {
    assert.is(forecastModelOf(name).name, name);
  }
  assert.is(joinNames(['theta+ets']), 'theta+ets');
  assert.is(joinNames(['naive', 'theta+ets']), 'naive+(theta+ets)');
});

test('need what their most demanding member needs, and are global where one is', () => {
  const options = { h: 1, seasonLength: 4, lags: [1, 3] };
  const local = forecastModelOf('naive+mean+drift');
  assert.is(local.minLength(options), 2);
  assert.is(local.isGlobal, false);
  const mixed = forecastModelOf('naive+ridge');
  assert.is(mixed.minLength(options), ridge.minLength(options));
  assert.is(mixed.isGlobal, true);
});

test('are not there where a member or its weight is none', () => {
  for (const name of [
    'theta+etz',
    'theta+',
    '+theta',
    '0*theta+ets',
    '-1*theta+ets',
    'x*theta',
    '',
  ]) {
    assert.is(findForecastModel(name), null, name);
  }
});

test.run();
